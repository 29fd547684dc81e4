"""How what goes wrong is answered: the sender's faults as 4xx with a field, all else as "not now", never as 5xx."""

import logging
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException

from crystalcall.rules.calls import RefusalReason
from crystalcall.switches.http import faults, wire
from crystalcall.switches.http.desk import DeskBusyError, DeskClosedError
from crystalcall.switches.http.faults import JSON_TYPE, FaultError

logger = logging.getLogger(__name__)
AUTHORIZE_PATH: Final = "/v1/calls"
_LITESTAR_FAULTS: Final = {
    404: ("path", "There is no such address; see /openapi.json."),
    405: ("method", "This address takes another method; see Allow."),
    413: ("body", "The body is larger than 64 KiB."),
}


def message(body: Any, status: int = 200) -> Response[bytes]:
    """A message of the wire as a response."""
    return Response(wire.encode(body), status_code=status, media_type=JSON_TYPE)


def answer_of_exception(request: Request[Any, Any, Any], exception: Exception) -> Response[bytes]:
    """The one place where exceptions become answers."""
    if isinstance(exception, FaultError):
        return _fault(exception)
    if isinstance(exception, HTTPException) and exception.status_code in _LITESTAR_FAULTS:
        field, sentence = _LITESTAR_FAULTS[exception.status_code]
        return _fault(FaultError(exception.status_code, field, sentence, dict(exception.headers or {})))
    if isinstance(exception, HTTPException) and exception.status_code < 500:  # noqa: PLR2004 - where "our fault" begins
        return _fault(FaultError(400, "body", "The request cannot be read."))
    if not isinstance(exception, DeskBusyError | DeskClosedError):
        # A mistake in the program. The switch is told to come again; we are told the rest.
        logger.error("a request of a switch failed", exc_info=exception)
    return _not_now(request)


def _not_now(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A call that cannot be decided is refused with a reason; any other message is to be sent again."""
    if request.method == "POST" and request.scope["path"].rstrip("/") == AUTHORIZE_PATH:
        return message(wire.Refused(RefusalReason.UNAVAILABLE))
    return _fault(faults.busy())


def _fault(fault: FaultError) -> Response[bytes]:
    return Response(
        faults.body(fault.field, fault.message),
        status_code=fault.status,
        media_type=JSON_TYPE,
        headers=fault.headers,
    )
