"""The outermost layer of what litestar answers: addresses as they were sent, fixed headers, no cookie, never a 5xx."""

from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from crystalcall.switches.http.answers import SECURITY_HEADERS, reply_to, send_reply

CALLS_PATH: Final = "/v1/calls/"
_OURS: Final = frozenset(name for name, _ in SECURITY_HEADERS)


def guarded(app: ASGIApp) -> ASGIApp:
    """The app behind the outermost layer."""

    async def edge(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                # Whatever was set inside, a cookie does not leave (clause C17), and our headers are said once.
                kept = [pair for pair in message["headers"] if pair[0].lower() not in _OURS | {b"set-cookie"}]
                message["headers"] = [*kept, *SECURITY_HEADERS]
            await send(message)

        _keep_address(scope)
        try:
            await app(scope, receive, send_guarded)
        except Exception as problem:
            if started:
                raise
            await send_reply(send, reply_to(problem, is_authorization=False))

    return edge


def _keep_address(scope: Scope) -> None:
    """Route calls by the address as it was sent: a call_id may hold "%2F", which decoding would turn into a border."""
    raw = scope.get("raw_path") or b""
    if scope["path"].startswith(CALLS_PATH) and raw:
        scope["path"] = raw.split(b"?", 1)[0].decode("latin-1")
