"""Checking a proof as RFC 9449, section 4.3 wants it, and that body and query are those it was made for.

Only ES256 (P-256) is taken: what WebCrypto makes as a key that cannot be taken out of the browser.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from crystalcall.plumbing.proofs.nonces import is_ours

WINDOW_SECONDS: Final = 60
"""By how much a proof may be older than now, or younger."""
LONGEST_PROOF: Final = 4096
ALGORITHM: Final = "ES256"
TYPE: Final = "dpop+jwt"
JTI: Final = re.compile(r"[A-Za-z0-9_.~-]{16,64}")
COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_REGISTRY: Final = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


class FaultReason(StrEnum):
    """What is wrong with a proof; the first that is found."""

    MALFORMED = "malformed"
    WRONG_KEY = "wrong_key"
    BAD_SIGNATURE = "bad_signature"
    OTHER_REQUEST = "other_request"
    OTHER_TOKEN = "other_token"  # noqa: S105 - a word
    OTHER_CONTENT = "other_content"
    NONCE = "nonce"
    """Everything else holds, but there is no nonce of ours in it, or an old one, or its time is not ours."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds: by which key (RFC 7638), and under which number, good until when."""

    thumbprint: str = field(repr=False)
    jti: str = field(repr=False)
    issued_at: float

    @property
    def good_until(self) -> float:
        """Unix seconds after which this proof is taken no more, whoever shows it."""
        return self.issued_at + WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class ProofFault:
    """A proof that does not hold."""

    reason: FaultReason


@dataclass(frozen=True, slots=True)
class AskedFor:
    """The request that a proof must be for; `token` is None before there is one."""

    method: str
    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    token: str | None = field(default=None, repr=False)


def check_proof(proof: str, asked: AskedFor, *, now: datetime) -> Proof | ProofFault:
    """Whether a proof holds for this request at this moment; never raises, whatever it is given.

    Whether it came before is the caller's to know. Time and nonce are looked at last, so that a fault NONCE means that
    a proof with a new nonce would have held.
    """
    read = _read(proof)
    if isinstance(read, ProofFault):
        return read
    claims, thumbprint = read
    reason = _fault(claims, asked, now)
    return Proof(thumbprint, claims["jti"], float(claims["iat"])) if reason is None else ProofFault(reason)


def body_digest(content: bytes) -> str:
    """SHA-256 in base64url without padding: what stands in `ath`, `bh` and `qh`."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _read(proof: str) -> tuple[Mapping[str, Any], str] | ProofFault:
    """The claims of a proof whose signature holds, and its key's thumbprint."""
    if not proof or len(proof) > LONGEST_PROOF or not proof.isascii():
        return ProofFault(FaultReason.MALFORMED)
    try:
        signed = jws.extract_compact(proof.encode(), registry=_REGISTRY)
        header, claims = signed.headers(), json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError, KeyError, TypeError):
        return ProofFault(FaultReason.MALFORMED)
    # "crit" and "b64" would change what is signed; a proof has no use for either.
    is_proof = header.get("typ") == TYPE and header.get("alg") == ALGORITHM and not {"crit", "b64"} & set(header)
    if not is_proof or not isinstance(claims, dict):
        return ProofFault(FaultReason.MALFORMED)
    key = _key(header.get("jwk"))
    if key is None:
        return ProofFault(FaultReason.WRONG_KEY)
    try:
        holds = jws.validate_compact(signed, key, registry=_REGISTRY)
    except (JoseError, ValueError):
        holds = False
    return (claims, key.thumbprint()) if holds else ProofFault(FaultReason.BAD_SIGNATURE)


def _fault(claims: Mapping[str, Any], asked: AskedFor, now: datetime) -> FaultReason | None:
    """What is wrong with claims that were signed, in the order in which it is told."""
    query = urlsplit(asked.url).query.encode()
    moment, jti = claims.get("iat"), claims.get("jti")
    if not _is_for(claims, asked):
        return FaultReason.OTHER_REQUEST
    if not _same(claims.get("ath"), None if asked.token is None else asked.token.encode()):
        return FaultReason.OTHER_TOKEN
    if not (_same(claims.get("bh"), asked.body or None) and _same(claims.get("qh"), query or None)):
        return FaultReason.OTHER_CONTENT
    if not (_is_number(moment) and isinstance(jti, str) and JTI.fullmatch(jti)):
        return FaultReason.MALFORMED
    return None if _is_timely(claims, now) else FaultReason.NONCE


def _is_timely(claims: Mapping[str, Any], now: datetime) -> bool:
    nonce = claims.get("nonce")
    is_now: bool = abs(now.timestamp() - claims["iat"]) <= WINDOW_SECONDS
    return is_now and isinstance(nonce, str) and is_ours(nonce, now)


def _key(jwk: Any) -> ECKey | None:
    """The public key of a header, if it is one that a browser keeps; never a private one."""
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        return None
    x, y = jwk.get("x"), jwk.get("y")
    if not (isinstance(x, str) and isinstance(y, str) and COORDINATE.fullmatch(x) and COORDINATE.fullmatch(y)):
        return None
    try:
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
        key.public_key  # noqa: B018 - whether the point lies on the curve is known only now
    except (JoseError, ValueError):
        return None
    return key


def _is_for(claims: Mapping[str, Any], asked: AskedFor) -> bool:
    said = claims.get("htu")
    return claims.get("htm") == asked.method and isinstance(said, str) and _plain(said) == _plain(asked.url) is not None


def _plain(url: str) -> tuple[str, str, int | None, str] | None:
    """An address without query and fragment, in one form (RFC 9449, 4.3; RFC 3986, 6.2.2 and 6.2.3)."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        port = parts.port or DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None:
        return None
    return scheme, parts.hostname, port, parts.path or "/"


def _same(said: Any, content: bytes | None) -> bool:
    """Whether a claim is the hash of this content, or absent where there is none."""
    if content is None:
        return said is None
    return isinstance(said, str) and said.isascii() and hmac.compare_digest(said, body_digest(content))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12  # noqa: PLR2004
