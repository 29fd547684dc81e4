"""What was written to us, or is to be changed: sealed under the request's own key until it is closed."""

import json
from collections.abc import Mapping

from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.models import PrivacyRequest

FIELD = "privacy.PrivacyRequest.sealed_detail"


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
