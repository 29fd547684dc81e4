"""Requests in XML: read into the same ordered pairs as JSON, by a parser that knows no entities and no DTD.

A document type, an entity or a reference to anything outside is refused before it is looked at (XXE, CWE-611).
"""

from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from crystalcall.payments.standin.schema import NAMESPACE, Pairs, SchemaError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
#: Deeper than any request of the schema; a body of brackets must not exhaust the stack.
DEEPEST = 20


class WrongNamespaceError(Exception):
    """The root element is not in the gateway's namespace (E00045)."""


def parse_xml(raw: bytes) -> tuple[str, Pairs]:
    """The root's name and its content as ordered pairs.

    Raises:
        SchemaError: the bytes are no XML, hold a document type, or an element of another namespace.
        WrongNamespaceError: the root stands in no namespace, or in another one.
    """
    try:
        root = fromstring(raw.removeprefix(b"\xef\xbb\xbf"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise SchemaError("For security reasons DTD is prohibited in this XML document.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise SchemaError(f"The request could not be parsed: {_where(error)}") from error
    namespace, name = _split(root.tag)
    if namespace != NAMESPACE:
        raise WrongNamespaceError(name)
    content = _content(root, name, 0)
    return name, content if isinstance(content, Pairs) else Pairs()


def _where(error: Exception) -> str:
    return f"{error}." if isinstance(error, ParseError) else "its encoding is unknown or its bytes do not follow it."


def _split(tag: str) -> tuple[str, str]:
    """``{namespace}name`` as its two halves."""
    if not tag.startswith("{"):
        return "", tag
    namespace, _, name = tag[1:].partition("}")
    return namespace, name


def _content(element: "Element", name: str, depth: int) -> Pairs | str:
    """What an element holds: its children in order, or its text."""
    if depth > DEEPEST:
        raise SchemaError("The request could not be parsed: its elements are nested too deeply.")
    for attribute in element.attrib:
        if not attribute.startswith(SCHEMA_INSTANCE):
            raise SchemaError(f"The '{_split(attribute)[1][:60]}' attribute is not declared.")
    if len(element) == 0:
        return element.text or ""
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise SchemaError(f"The element '{name}' in namespace '{NAMESPACE}' cannot contain text.")
    return Pairs(_child(child, name, depth) for child in element)


def _child(child: "Element", parent: str, depth: int) -> tuple[str, Pairs | str]:
    namespace, name = _split(child.tag)
    if namespace != NAMESPACE:
        raise SchemaError(
            f"The element '{parent}' in namespace '{NAMESPACE}' has invalid child element "
            f"'{name[:60]}'{f' in namespace {namespace[:80]!r}' if namespace else ''}."
        )
    return name, _content(child, name, depth + 1)
