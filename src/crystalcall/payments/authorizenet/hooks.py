"""Authorize.Net's webhooks: the signature over the raw bytes, and what a message points at. Pure.

The key is the Signature Key's 128 characters of text, not the bytes they spell (three public vectors: reference, 2.3).
The bytes are verified as they came: parsing and writing them again loses decimals and breaks the signature.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crystalcall.payments.authorizenet.wire import looks_like_trans_id

_PREFIX = "sha512="
#: Hexadecimal digits of an HMAC-SHA512.
_DIGITS = 128
_LONGEST_ID = 64
_LONGEST_EVENT = 100

_PAYMENT_PREFIX = "net.authorize.payment."


class SignatureCheck(StrEnum):
    """What a signature header proves about the bytes it came with."""

    VALID = "valid"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified message, reduced to what it points at; `trans_id` is empty unless it is about a card transaction."""

    notification_id: str
    event_type: str
    trans_id: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Signed rightly, yet not a message; `what` says in a phrase what is missing."""

    what: str


def sign(raw: bytes, key: str) -> str:
    """The header's value as Authorize.Net writes it: upper-case digits after `sha512=`."""
    return _PREFIX + _digest(raw, key).upper()


def check_signature(raw: bytes, header: str | None, key: str) -> SignatureCheck:
    """Compare in constant time, whatever the case of the digits. Errors: ValueError for a blank key."""
    if not key.strip():
        raise ValueError("A signature key is needed to verify anything.")
    if header is None or not header.strip():
        return SignatureCheck.MISSING
    given = header.strip().casefold()
    if not given.startswith(_PREFIX):
        return SignatureCheck.WRONG
    digits = given.removeprefix(_PREFIX)
    if len(digits) != _DIGITS or not digits.isascii():
        return SignatureCheck.WRONG
    is_same = hmac.compare_digest(digits, _digest(raw, key))
    return SignatureCheck.VALID if is_same else SignatureCheck.WRONG


def read_notification(raw: bytes) -> Notification | Malformed:
    """What a verified message is about. Unknown events and keys are fine; a message without its identity is not."""
    try:
        body = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Malformed("not JSON")
    if not isinstance(body, Mapping):
        return Malformed("not an object")
    notification_id, event_type = body.get("notificationId"), body.get("eventType")
    if not _is_word(notification_id, _LONGEST_ID):
        return Malformed("no notificationId")
    if not _is_word(event_type, _LONGEST_EVENT):
        return Malformed("no eventType")
    return Notification(str(notification_id), str(event_type), _transaction_of(str(event_type), body.get("payload")))


def _transaction_of(event_type: str, payload: object) -> str:
    """Event names mix their case (priorAuthCapture), so it is folded; an unknown payment event counts too."""
    if not event_type.casefold().startswith(_PAYMENT_PREFIX) or not isinstance(payload, Mapping):
        return ""
    if payload.get("entityName", "transaction") != "transaction":
        return ""
    trans_id = payload.get("id")
    return str(trans_id) if looks_like_trans_id(trans_id) else ""


def _is_word(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isascii() and value.isprintable()


def _digest(raw: bytes, key: str) -> str:
    return hmac.new(key.encode("ascii"), raw, hashlib.sha512).hexdigest()
