"""The shape of requests: order, presence, length and repetition of elements, as an XML schema sees them.

Authorize.Net turns JSON into XML and validates that, so the order of keys counts. Here the body is read as pairs
(doubled keys survive) and walked beside the order tables of ``tables.py``. What passes comes out as plain
dictionaries of text, dictionaries and lists.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

NAMESPACE = "AnetApi/xml/v1/schema/AnetApiSchema.xsd"
# Elements whose values no answer repeats.
SECRET = frozenset({"transactionKey", "cardCode", "cardNumber"})
# Types around whose values an XML schema forgives white space.
COLLAPSED = frozenset({"Decimal", "Boolean", "DateTime", "limit", "offset"})


class SchemaError(Exception):
    """The request is not well-formed; the message is the text of E00003."""


class Pairs(list[tuple[str, Any]]):
    """A JSON object with its order and its doubled keys."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a length, perhaps of a shape."""

    longest: int | None = None
    shortest: int = 0
    shape: str = ""
    type_name: str = "String"


@dataclass(frozen=True, slots=True)
class Anything:
    """An element that the schema knows and the stand-in does not look into."""


@dataclass(frozen=True, slots=True)
class Group:
    """Child elements in their one order."""

    children: "tuple[Element, ...]"


@dataclass(frozen=True, slots=True)
class Element:
    """One place in the order."""

    name: str
    holds: Text | Group | Anything
    required: bool = False
    repeated: bool = False


def parse_json(raw: bytes) -> Pairs:
    """The body as ordered pairs; numbers keep the text they were written in.

    Raises:
        SchemaError: when the bytes are not one JSON object in UTF-8.
    """
    try:
        body = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=Pairs,
            parse_float=str,
            parse_int=str,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise SchemaError("The request could not be parsed: it is not a JSON object in UTF-8.") from error
    if not isinstance(body, Pairs):
        raise SchemaError("The request could not be parsed: it is not a JSON object in UTF-8.")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read_group(name: str, value: object, group: Group) -> dict[str, Any]:
    """The children of ``name`` checked against their order table.

    Raises:
        SchemaError: naming the element that is out of place, missing, too long or of the wrong shape.
    """
    if not isinstance(value, Pairs):
        if value is None or (isinstance(value, str) and not value.strip()):
            value = Pairs()
        else:
            raise SchemaError(f"The element '{name}' cannot contain text. It contains elements only.")
    found: dict[str, Any] = {}
    position = 0
    for key, child_value in value:
        index = _place_of(key, group, position)
        if index is None:
            raise SchemaError(_misplaced(name, key, group, position))
        element = group.children[index]
        position = index if element.repeated else index + 1
        _put(found, element, child_value, name)
    _require_rest(name, group, position, found)
    return found


def _place_of(key: str, group: Group, position: int) -> int | None:
    """Where ``key`` stands at or after ``position``, unless a required element would be skipped."""
    for index in range(position, len(group.children)):
        if group.children[index].name == key:
            return index
        if group.children[index].required:
            return None
    return None


def _require_rest(name: str, group: Group, position: int, found: dict[str, Any]) -> None:
    for element in group.children[position:]:
        if element.required and element.name not in found:
            raise SchemaError(
                f"The element '{name}' in namespace '{NAMESPACE}' has incomplete content. "
                f"List of possible elements expected: {_expected(group, position)} in namespace '{NAMESPACE}'."
            )


def _expected(group: Group, position: int) -> str:
    names = []
    for element in group.children[position:]:
        names.append(element.name)
        if element.required:
            break
    return f"'{', '.join(names)}'"


def _misplaced(name: str, key: str, group: Group, position: int) -> str:
    text = (
        f"The element '{name}' in namespace '{NAMESPACE}' has invalid child element '{key}' in namespace '{NAMESPACE}'."
    )
    if position < len(group.children):
        text += f" List of possible elements expected: {_expected(group, position)} in namespace '{NAMESPACE}'."
    return text


def _put(found: dict[str, Any], element: Element, value: object, parent: str) -> None:
    if not element.repeated:
        if isinstance(value, list) and not isinstance(value, Pairs):
            raise SchemaError(
                f"The element '{parent}' in namespace '{NAMESPACE}' has invalid child element "
                f"'{element.name}' in namespace '{NAMESPACE}'. It may stand there once."
            )
        found[element.name] = _read(element, value)
        return
    several = value if isinstance(value, list) and not isinstance(value, Pairs) else [value]
    found.setdefault(element.name, []).extend(_read(element, item) for item in several)


def _read(element: Element, value: object) -> object:
    if isinstance(element.holds, Group):
        return read_group(element.name, value, element.holds)
    if isinstance(element.holds, Anything):
        return None
    return _read_text(element.name, value, element.holds)


def _read_text(name: str, value: object, rule: Text) -> str:
    if isinstance(value, list):
        raise SchemaError(f"The element '{name}' in namespace '{NAMESPACE}' cannot contain child elements.")
    # JSON's true, false and null become what XML would hold.
    text = {True: "true", False: "false", None: ""}[value] if value in (None, True, False) else str(value)
    text = text.strip() if rule.type_name in COLLAPSED else text
    fault = _text_fault(text, rule)
    if fault:
        raise SchemaError(
            f"The '{NAMESPACE}:{name}' element is invalid - The value '{_shown(name, text)}' is invalid "
            f"according to its datatype '{rule.type_name}' - {fault}"
        )
    return text


def _text_fault(text: str, rule: Text) -> str:
    if rule.longest is not None and len(text) > rule.longest:
        return "The actual length is greater than the MaxLength value."
    if len(text) < rule.shortest:
        return "The actual length is less than the MinLength value."
    if rule.shape and not re.fullmatch(rule.shape, text):
        return "The string is not a valid value."
    return ""


def _shown(name: str, text: str) -> str:
    """A value fit for an error text: keys, codes and long runs of digits (card numbers) are not repeated."""
    if name in SECRET:
        return "XXXX"
    return re.sub(r"(?:[0-9][ -]?){8,}[0-9]", lambda run: f"XXXX{run[0][-4:]}", text)[:60]
