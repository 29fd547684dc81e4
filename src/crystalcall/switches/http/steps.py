"""The four messages of a call, answered in plain ASGI: bytes to the wire, to the call desk, and back to bytes.

Litestar takes 66 microseconds of Python for a message, as much as deciding it; without objects for requests and
responses it is 11 (docs/performance.md). Everything else about the API is litestar's.
"""

from collections.abc import Mapping
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from crystalcall.minutes.calls.desk import Desk
from crystalcall.switches.http import faults, figures, translate, wire
from crystalcall.switches.http.answers import Reply, reply_to, send_reply
from crystalcall.switches.http.faults import JSON_TYPE
from crystalcall.switches.http.keyring import KeyRing

AUTHORIZE_PATH: Final = b"/v1/calls"
CALL_PREFIX: Final = b"/v1/calls/"
#: The messages about a call that is known, by the last part of their address.
STEPS: Final[Mapping[bytes, type[wire.Answer | wire.Extend | wire.End]]] = {
    b"answer": wire.Answer,
    b"extend": wire.Extend,
    b"end": wire.End,
}
_JSON: Final = JSON_TYPE.encode()
_NO_WORDS: Final = b"{}"


class GoneError(Exception):
    """The switch hung up before it had said everything; nobody waits for an answer."""


class StepsDoor:
    """An ASGI application for the four messages; every other request goes on to `rest`."""

    def __init__(self, desk: Desk, keys: KeyRing, rest: ASGIApp) -> None:
        self._desk = desk
        self._keys = keys
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _address(scope) if scope["type"] == ScopeType.HTTP else None
        if scope["type"] != ScopeType.HTTP or found is None:
            await self._rest(scope, receive, send)
            return
        kind, segment = found
        try:
            reply = await self._answer(kind, segment, scope, receive)
        except GoneError:
            return
        except Exception as problem:  # noqa: BLE001 - whatever it is, the switch gets an answer that it understands
            reply = reply_to(problem, is_authorization=kind is wire.Authorize)
        figures.note_answer(kind, reply.status)
        await send_reply(send, reply)

    async def _answer(self, kind: type[wire.Said], segment: bytes, scope: HTTPScope, receive: Receive) -> Reply:
        if scope["method"] != "POST":
            raise faults.other_method("POST")
        headers = dict(scope["headers"])
        switch_id = await self._keys.switch_id(headers.get(b"authorization", b""))
        if switch_id is None:
            raise faults.wrong_key()
        call_id = _call_id(segment) if segment else ""
        body = _read(await _body(headers, receive), headers.get(b"content-type", b""), kind)
        outcome = await self._desk.take(translate.message(switch_id, call_id, body))
        return Reply(200, wire.encode(translate.outcome(outcome)))


def _address(scope: HTTPScope) -> tuple[type[wire.Said], bytes] | None:
    """Which message this is, and the call_id as it stands in the address; None where it is none of the four."""
    # As it was sent: a call_id may hold "%2F", which decoding would turn into a border.
    path = scope.get("raw_path") or scope["path"].encode()
    path = path.split(b"?", 1)[0].rstrip(b"/")
    if path == AUTHORIZE_PATH:
        return wire.Authorize, b""
    if not path.startswith(CALL_PREFIX):
        return None
    segment, _, step = path[len(CALL_PREFIX) :].partition(b"/")
    kind = STEPS.get(step)
    return None if kind is None or not segment else (kind, segment)


def _call_id(segment: bytes) -> str:
    found = wire.read_call_id(segment)
    if isinstance(found, wire.Malformed):
        raise faults.malformed(found)
    return found


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The whole body.

    Errors: 413 before a byte is read where its length is told, else as soon as it is too long; GoneError.
    """
    told = headers.get(b"content-length", b"0")
    if told.isdigit() and int(told) > wire.MAX_BODY_BYTES:
        raise faults.too_large()
    body, more = b"", True
    while more:
        part = await receive()
        if part["type"] != "http.request":
            raise GoneError
        body += part.get("body", b"")
        if len(body) > wire.MAX_BODY_BYTES:
            raise faults.too_large()
        more = part.get("more_body", False)
    return body


def _read(body: bytes, content_type: bytes, kind: type[wire.Body]) -> wire.Body:
    """The body as this message; an answer may come without a body."""
    if not body and kind is wire.Answer:
        body = _NO_WORDS
    elif content_type != _JSON and content_type.split(b";", 1)[0].strip().lower() != _JSON:
        raise faults.not_json()
    found = wire.decode(body, kind)
    if isinstance(found, wire.Malformed):
        raise faults.malformed(found)
    return found
