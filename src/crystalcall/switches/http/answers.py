"""How everything is answered: bytes with fixed headers; the sender's faults as 4xx with a field, never a 5xx."""

import logging
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import Send

from crystalcall.minutes.calls.desk import DeskBusyError, DeskClosedError
from crystalcall.rules.calls import RefusalReason
from crystalcall.switches.http import faults, wire
from crystalcall.switches.http.faults import JSON_TYPE, FaultError

logger = logging.getLogger(__name__)
SECURITY_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_HEADERS: Final = ((b"content-type", JSON_TYPE.encode()), *SECURITY_HEADERS)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it leaves, but for the headers that every answer has."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


async def send_reply(send: Send, reply: Reply) -> None:
    """Send it with all its headers; for whoever answers without litestar."""
    headers = [*_HEADERS, (b"content-length", str(len(reply.body)).encode()), *reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})


def message(body: Any, status: int = 200) -> Response[bytes]:
    """A message of the wire as litestar's response."""
    return Response(wire.encode(body), status_code=status, media_type=JSON_TYPE)


def answer_of_exception(request: Request[Any, Any, Any], exception: Exception) -> Response[bytes]:
    """An exception as litestar's response."""
    reply = reply_to(exception, is_authorization=False)
    del request
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, status_code=reply.status, media_type=JSON_TYPE, headers=headers)


def reply_to(exception: Exception, *, is_authorization: bool) -> Reply:
    """The one place where exceptions become answers.

    A call that cannot be decided is refused with a reason; any other message is to be sent again.
    """
    if isinstance(exception, FaultError):
        return _fault(exception)
    if isinstance(exception, HTTPException) and exception.status_code < 500:  # noqa: PLR2004 - where "our fault" begins
        return _fault(_of_litestar(exception))
    if not isinstance(exception, DeskBusyError | DeskClosedError):
        # A mistake in the program. The switch is told to come again; we are told the rest.
        logger.error("a request of a switch failed", exc_info=exception)
    return _UNAVAILABLE if is_authorization else _NOT_NOW


def _of_litestar(exception: HTTPException) -> FaultError:
    """What litestar finds wrong with a request, in our words."""
    if exception.status_code == 404:  # noqa: PLR2004 - as it stands in the answer
        return FaultError(404, "path", "There is no such address; see /openapi.json.")
    if exception.status_code == 405:  # noqa: PLR2004 - likewise
        return faults.other_method((exception.headers or {}).get("Allow", "GET"))
    if exception.status_code == 413:  # noqa: PLR2004 - likewise
        return faults.too_large()
    return FaultError(400, "body", "The request cannot be read.")


def _fault(fault: FaultError) -> Reply:
    headers = tuple((name.lower().encode(), value.encode()) for name, value in fault.headers.items())
    return Reply(fault.status, faults.body(fault.field, fault.message), headers)


_UNAVAILABLE: Final = Reply(200, wire.encode(wire.Refused(RefusalReason.UNAVAILABLE)))
_NOT_NOW: Final = _fault(faults.busy())
