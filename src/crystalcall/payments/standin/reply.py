"""Answers of the JSON API, and reading of what came through the order tables."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from crystalcall.payments.standin.codes import SUCCESSFUL, Message

BOM = b"\xef\xbb\xbf"
MEDIA_TYPE = "application/json; charset=utf-8"
LARGEST_CENTS = 9_999_999
CENTS_PER_DOLLAR = 100

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Reply:
    """A method's answer: its own fields, then the message that goes under ``messages``."""

    fields: dict[str, Any] = field(default_factory=dict)
    message: Message = SUCCESSFUL


def encode(reply: Reply, ref_id: str = "") -> bytes:
    """The bytes of an answer: the BOM, the fields, the echoed refId, the messages. No wrapper of the method's name."""
    body = dict(reply.fields)
    if ref_id:
        body["refId"] = ref_id
    body["messages"] = {
        "resultCode": reply.message.result_code,
        "message": [{"code": reply.message.code, "text": reply.message.text}],
    }
    return BOM + _ENCODER.encode(body)


def text_at(body: dict[str, Any], *path: str) -> str:
    """The text at a path of elements; empty when any of them is absent."""
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def clean_text(body: dict[str, Any], *path: str) -> str:
    """The text at a path with ``<``, ``>`` and control characters turned into spaces, as the gateway stores it."""
    text = text_at(body, *path)
    return "".join(" " if character in "<>" or not character.isprintable() else character for character in text)


def cents_of(text: str) -> int | None:
    """An amount of dollars as cents; None when it is not positive, finer than a cent or absurdly large."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    cents = amount * CENTS_PER_DOLLAR
    if not amount.is_finite() or not 0 < cents <= LARGEST_CENTS or cents != int(cents):
        return None
    return int(cents)
