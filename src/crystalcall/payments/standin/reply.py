"""Answers of the API as bytes, in JSON or in XML, and reading of what came through the order tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

import msgspec

from crystalcall.payments.standin.answer_tables import ANSWERS, JSON_ONLY, MESSAGES, Part
from crystalcall.payments.standin.codes import SUCCESSFUL, Message
from crystalcall.payments.standin.schema import NAMESPACE

BOM = b"\xef\xbb\xbf"
JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "application/xml; charset=utf-8"
LARGEST_CENTS = 9_999_999
CENTS_PER_DOLLAR = 100
ERROR_RESPONSE = "ErrorResponse"

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_XML_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<{name} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="{namespace}">'
)


class TableError(Exception):
    """An answer of ours does not follow its order table: a mistake in the stand-in, never of the caller."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A method's answer: its own fields, then the message that goes under ``messages``."""

    fields: dict[str, Any] = field(default_factory=dict)
    message: Message = SUCCESSFUL


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How an answer is to be written.

    Attributes:
        xml: XML instead of JSON.
        name: of the answer's root element.
        numbers_as_text: JSON numbers are written as strings (reports differ; see ``switches.py``).
    """

    xml: bool = False
    name: str = ERROR_RESPONSE
    numbers_as_text: bool = False

    @property
    def media_type(self) -> str:
        """The content type of the answer."""
        return XML_TYPE if self.xml else JSON_TYPE


def encode(reply: Reply, form: Form, ref_id: str = "") -> bytes:
    """The bytes of an answer, BOM first, its elements in the order of the tables.

    JSON has no wrapper of the method's name and ends with refId and messages; XML begins with them. An error without
    fields is an ``ErrorResponse``: the answers' own schemas know no empty form.

    Raises:
        TableError: a field has no place in the answer's table.
    """
    messages = {
        "resultCode": reply.message.result_code,
        "message": [{"code": reply.message.code, "text": reply.message.text}],
    }
    envelope: dict[str, Any] = ({"refId": ref_id} if ref_id else {}) | {"messages": messages}
    refused = reply.message.result_code != "Ok" and not reply.fields
    name = ERROR_RESPONSE if refused else form.name
    table = ANSWERS[name]
    if form.xml:
        root = (Part("refId"), Part("messages", MESSAGES), *table)
        inner = "".join(_elements(root, envelope | reply.fields, name))
        text = f"{_XML_HEAD.format(name=name, namespace=NAMESPACE)}{inner}</{name}>"
        return BOM + text.encode("utf-8", "replace")
    body = _ordered(table, reply.fields, name)
    return BOM + _ENCODER.encode((_as_text(body) if form.numbers_as_text else body) | envelope)


def _ordered(table: tuple[Part, ...], fields: dict[str, Any], name: str) -> dict[str, Any]:
    """The fields in the table's order, lists flat."""
    _check_known(table, fields, name)
    return {part.name: _json_value(part, fields[part.name]) for part in table if part.name in fields}


def _json_value(part: Part, value: Any) -> Any:
    if not part.holds:
        return value
    if part.item or part.several:
        return [_ordered(part.holds, item, part.name) for item in value]
    return _ordered(part.holds, value, part.name)


def _check_known(table: tuple[Part, ...], fields: dict[str, Any], name: str) -> None:
    unknown = fields.keys() - {part.name for part in table}
    if unknown:
        raise TableError(f"{name} has no place for {', '.join(sorted(unknown))}")


def _elements(table: tuple[Part, ...], fields: dict[str, Any], name: str) -> Iterator[str]:
    """The fields as XML elements in the table's order."""
    _check_known(table, fields, name)
    for part in table:
        if part.name not in fields or part.name in JSON_ONLY:
            continue
        value = fields[part.name]
        if part.several:
            yield from (_element(part.name, part.holds, item) for item in value)
        elif part.item:
            items = "".join(_element(part.item, part.holds, item) for item in value)
            yield f"<{part.name}>{items}</{part.name}>" if items else f"<{part.name} />"
        else:
            yield _element(part.name, part.holds, value)


def _element(name: str, holds: tuple[Part, ...], value: Any) -> str:
    inner = "".join(_elements(holds, value, name)) if holds else _xml_text(value)
    return f"<{name}>{inner}</{name}>" if inner else f"<{name} />"


def _xml_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value), quote=False)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def text_at(body: dict[str, Any], *path: str) -> str:
    """The text at a path of elements; empty when any of them is absent."""
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def clean(text: str) -> str:
    """``<``, ``>`` and control characters turned into spaces, as the gateway stores text."""
    return "".join(" " if character in "<>" or not character.isprintable() else character for character in text)


def clean_text(body: dict[str, Any], *path: str) -> str:
    """The text at a path, cleaned."""
    return clean(text_at(body, *path))


def is_true(body: dict[str, Any], *path: str) -> bool:
    """Whether a boolean element at a path is there and true."""
    return text_at(body, *path).strip() in {"true", "1"}


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
