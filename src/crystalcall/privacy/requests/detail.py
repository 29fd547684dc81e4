"""What was written to us, or is to be changed: sealed under the request's own key until it is closed."""

import json
from collections.abc import Mapping

from crystalcall.privacy import keepers
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import KeyDestroyedError, seal_field
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.models import PrivacyRequest

FIELD = "privacy.PrivacyRequest.sealed_detail"
NEW_ADDRESS = "email"
"""The address that somebody who proved the old one wants to be known by, until it is proved as well."""
FORMER_ADDRESS = "former"
"""The address that was replaced, until it has been told so."""


def seal_detail(row: PrivacyRequest, detail: Mapping[str, str]) -> bytes:
    """Seal a detail for a request whose id stands."""
    return seal_field(FIELD, row.pk, json.dumps(dict(detail), ensure_ascii=False))


def open_detail(row: PrivacyRequest) -> dict[str, str]:
    """The detail; empty where there is none. Errors: those of `keys.opening.open_field`."""
    if row.sealed_detail is None:
        return {}
    text = open_field(
        FIELD, row.pk, row.sealed_detail, purpose=Purpose.PRIVACY_REQUEST, collected_under=row.policy_version
    )
    return {str(name): str(value) for name, value in json.loads(text).items()}


def detail_or_nothing(row: PrivacyRequest) -> dict[str, str]:
    """The detail; empty also where its key was destroyed."""
    try:
        return open_detail(row)
    except KeyDestroyedError:
        return {}


def proposed_mailbox(row: PrivacyRequest) -> bytes | None:
    """The keyed name of the address that waits to be proved, or None."""
    address = detail_or_nothing(row).get(NEW_ADDRESS, "")
    name = keepers.mailbox(address) if address else None
    return bytes.fromhex(name) if name else None
