"""Passkeys as second factors: what the browser is asked, and whether its answer holds (WebAuthn level 3, section 7).

No attestation is asked for: which maker's device somebody has is none of our business.
"""

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from crystalcall.customers.signing_in.models import Credential, Passkey
from crystalcall.customers.signing_in.values import Audience
from crystalcall.plumbing.settings import current

NAME: Final = "Crystal Call"
LABEL: Final = "signing_in.Passkey.sealed_label"
TIMEOUT_MILLISECONDS: Final = 120_000
MOST: Final = 10
LABEL_LIMIT_CHARACTERS: Final = 60
LONGEST_ANSWER: Final = 20_000


@dataclass(frozen=True, slots=True)
class Site:
    """To whom passkeys of a door belong, and from which pages they are used."""

    host: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey whose making was proven."""

    handle: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int


def site_of(audience: Audience) -> Site:
    """The door's site; browsers make no passkeys for an address in figures, so that 127.0.0.1 counts as localhost."""
    settings = current()
    base = settings.store_base_url if audience is Audience.CUSTOMER else settings.backoffice_base_url
    url = urlsplit(base)
    host = url.hostname or ""
    if not _is_loopback(host):
        return Site(host, (base,))
    port = f":{url.port}" if url.port else ""
    return Site("localhost", (base, f"{url.scheme}://localhost{port}"))


def options_to_add(credential: Credential, email: str, challenge: bytes) -> Mapping[str, Any]:
    """What `navigator.credentials.create` is asked, for somebody who has these passkeys already."""
    site = site_of(Audience(credential.audience))
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=credential.pk.bytes,
        user_name=email,
        challenge=challenge,
        timeout=TIMEOUT_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(credential),
    )
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


def options_to_assert(credential: Credential, challenge: bytes) -> Mapping[str, Any] | None:
    """What `navigator.credentials.get` is asked; None for somebody without a passkey."""
    known = _descriptors(credential)
    if not known:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=site_of(Audience(credential.audience)).host,
        challenge=challenge,
        timeout=TIMEOUT_MILLISECONDS,
        allow_credentials=known,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    said: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return said


def check_new(audience: Audience, answer: str, challenge: bytes) -> NewPasskey | None:
    """The passkey that the browser made, if its answer holds for this challenge and this site."""
    site = site_of(audience)
    try:
        made = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError):
        return None
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def check_use(credential: Credential, answer: str, challenge: bytes, now: datetime) -> Passkey | None:
    """The passkey that was used, if its answer holds; its count is written down, in the caller's transaction."""
    row = _used(credential, answer)
    if row is None:
        return None
    site = site_of(Audience(credential.audience))
    try:
        used = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=bytes(row.public_key),
            # A count that does not grow is a copied passkey (section 6.1.1); those that always say 0 are taken.
            credential_current_sign_count=row.sign_count,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError):
        return None
    row.sign_count, row.last_used_at = used.new_sign_count, now
    row.save(update_fields=["sign_count", "last_used_at"])
    return row


def handle_digest(handle: bytes) -> bytes:
    """By what a passkey is found."""
    return hashlib.sha256(handle).digest()


def _used(credential: Credential, answer: str) -> Passkey | None:
    try:
        handle = webauthn.base64url_to_bytes(_read(answer)["id"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    rows = Passkey.objects.select_for_update().filter(credential=credential, handle_digest=handle_digest(handle))
    return rows.first()


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("No answer of a browser is that long.")
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise ValueError("The answer is no object.")  # noqa: TRY004 - whoever typed it made no mistake in types
    return said


def _descriptors(credential: Credential) -> list[PublicKeyCredentialDescriptor]:
    handles = (
        Passkey.objects.filter(credential=credential).order_by("created_at", "pk").values_list("handle", flat=True)
    )
    return [PublicKeyCredentialDescriptor(id=bytes(handle)) for handle in handles]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
