"""Browsers with keys of their own, and customers who can sign in. Rooms load inside: this is read before Django."""

import base64
import hashlib
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

sys.path.insert(0, str(Path(__file__).parent))

PASSWORD = "a lamp beside the grey window"
SITE = "http://127.0.0.1:8000"
PAGE = f"{SITE}/account/"


def hashed(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


@dataclass
class Browser:
    """Makes proofs as the script does (RFC 9449, section 4.2), by a key of its own."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def thumbprint(self) -> str:
        return self.key.thumbprint()

    def claims(self, method: str, url: str, *, now: datetime, token: str = "", body: bytes = b"") -> dict[str, Any]:
        from crystalcall.plumbing.proofs import fresh_nonce

        query = urlsplit(url).query
        said = {
            "jti": secrets.token_urlsafe(18),
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int(now.timestamp()),
            "nonce": fresh_nonce(now),
        }
        hashes = {"ath": token.encode(), "bh": body, "qh": query.encode()}
        return said | {name: hashed(content) for name, content in hashes.items() if content}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)} | header
        public = {name: said["jwk"][name] for name in ("kty", "crv", "x", "y")} if said["jwk"] else None
        registry = jws.JWSRegistry(algorithms=[said["alg"]], strict_check_header=False)
        chosen = said if "jwk" in header else said | {"jwk": public}
        return jws.serialize_compact(chosen, json.dumps(claims), self.key, registry=registry)

    def ask(self, method: str = "GET", url: str = PAGE, *, now: datetime, token: str = "", body: bytes = b"") -> Any:
        """A request with its proof."""
        from crystalcall.customers.signing_in.values import ProvenRequest

        proof = self.sign(self.claims(method, url, now=now, token=token, body=body))
        return ProvenRequest(method, url, proof, f"DPoP {token}" if token else "", body)


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def other_browser() -> Browser:
    return Browser()


@pytest.fixture(autouse=True)
def no_source_is_remembered() -> Iterator[None]:
    """What one test tried slows no other."""
    from crystalcall.customers.signing_in import sources

    sources.forget_all()
    yield
    sources.forget_all()


@pytest.fixture
def registered(db, now) -> Callable[..., UUID]:
    """Makes somebody a customer who can sign in; gives their id."""
    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in.actions import add_credential
    from crystalcall.customers.signing_in.values import Audience, CredentialAdded

    def make(person: Any, password: str = PASSWORD) -> UUID:
        customer = record_guest(person.name, person.email, person.telephone, person.language, now=now)
        added = add_credential(Audience.CUSTOMER, customer, person.email, password, now=now)
        assert isinstance(added, CredentialAdded)
        return customer

    return make


@pytest.fixture
def signed_in(registered, browser, now) -> Callable[..., Any]:
    """Registers somebody and signs them in at the browser; gives what was issued."""
    from crystalcall.customers.signing_in.actions import sign_in
    from crystalcall.customers.signing_in.values import Audience, Issued

    def make(person: Any, at: Browser | None = None, *, again: bool = False) -> Any:
        if not again:
            registered(person)
        issued = sign_in(Audience.CUSTOMER, person.email, PASSWORD, (at or browser).thumbprint, now=now)
        assert isinstance(issued, Issued)
        return issued

    return make


@pytest.fixture
def mailed(db) -> Callable[[], list[Any]]:
    """Does what the worker does and gives the mails that go out, by the notices' own way."""
    from crystalcall.mailings import actions, carrier, queries
    from crystalcall.mailings.values import Accepted
    from crystalcall.plumbing import announcements, clock

    def send() -> list[Any]:
        out: list[Any] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(carrier, "hand_over", lambda _permit, mail: out.append(mail) or Accepted())
            for delivery in announcements.overdue(now=clock.now(), older_than_seconds=-(10**8)):
                announcements.deliver(delivery)
            for notice in queries.due_notices(now=clock.now()):
                actions.send_notice(notice, now=clock.now())
        return out

    return send


@pytest.fixture
def link_in() -> Callable[[Any], str]:
    """The secret of the link in a mail."""

    def read(mail: Any) -> str:
        [line] = [line for line in mail.text.splitlines() if "/account/" in line]
        return line.rstrip("/").rpartition("/")[2]

    return read


@pytest.fixture
def raw_jws() -> Callable[[dict[str, Any], dict[str, Any], ECKey], str]:
    """Signs anything as ES256, whatever its header says."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    def sign(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
        said = {name: value for name, value in header.items() if value is not None}
        signed = f"{part(json.dumps(said).encode())}.{part(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(key.private_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    return sign
