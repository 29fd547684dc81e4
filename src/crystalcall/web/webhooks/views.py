"""The card gateway's door. It answers at once and does nothing but keep the message: the look into it comes later."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from crystalcall.payments.actions import Refused, RefusedReason, receive_notification
from crystalcall.plumbing import clock

#: The gateway's messages are under 2 KiB; this leaves room for growth and none for floods.
LONGEST_BODY = 64 * 1024

_STATUSES = {
    RefusedReason.MISSING_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    RefusedReason.WRONG_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    RefusedReason.MALFORMED: HTTPStatus.BAD_REQUEST,
}


@require_POST
def authorize_net_hook(request: HttpRequest) -> HttpResponse:
    """Take a notification of Authorize.Net: 200 when it is genuine (also twice, also about nothing of ours).

    401 without a right signature, 400 for a signed body that is no message, 413 for one too long. The signature is over
    the bytes as they came, so they are read raw, and bounded before anything else is done with them.
    """
    raw = _bounded_body(request)
    if raw is None:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    decision = receive_notification(raw, request.headers.get("X-ANET-Signature"), now=clock.now())
    # Events about unknown transactions are answered with 200 too: failures would make the gateway stop calling.
    return _answer(_STATUSES[decision.reason] if isinstance(decision, Refused) else HTTPStatus.OK)


def _bounded_body(request: HttpRequest) -> bytes | None:
    length = request.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > LONGEST_BODY:
        return None
    raw = request.read(LONGEST_BODY + 1)
    return None if len(raw) > LONGEST_BODY else raw


def _answer(status: HTTPStatus) -> HttpResponse:
    response = HttpResponse(f"{status.phrase}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
