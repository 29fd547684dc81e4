"""What the switch API answers when it does not carry a request out: one shape, with the field and a sentence."""

from typing import Final

from crystalcall.switches.http import wire

JSON_TYPE: Final = "application/json"
RETRY_SECONDS: Final = 1


class FaultError(Exception):
    """The request is not carried out; raised inside the door and turned into its answer at one place."""

    def __init__(self, status: int, field: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field
        self.message = message
        self.headers = headers or {}


def body(field: str, message: str) -> bytes:
    """The error as it stands on the wire."""
    return wire.encode(wire.ErrorBody(wire.ErrorDetail(field, message)))


def malformed(found: wire.Malformed) -> FaultError:
    """400: the field at fault is named."""
    return FaultError(400, found.field, found.message)


def wrong_key() -> FaultError:
    """401, the same for a missing, a wrong and a disabled key."""
    return FaultError(
        401,
        "authorization",
        "Send the switch's key: Authorization: Bearer <key>.",
        {"WWW-Authenticate": 'Bearer realm="crystalcall-switch"'},
    )


def unknown_call() -> FaultError:
    """404: this switch named no such call."""
    return FaultError(404, "call_id", "This switch has authorized no call of this name.")


def contradiction(message: str) -> FaultError:
    """409: the message cannot be true together with what was said before."""
    return FaultError(409, "call_id", message)


def not_json() -> FaultError:
    """415: only JSON is read."""
    return FaultError(415, "content-type", "Send the body as application/json.")


def too_large() -> FaultError:
    """413: no message is that long."""
    return FaultError(413, "body", "The body is larger than 64 KiB.")


def other_method(allowed: str) -> FaultError:
    """405 with Allow."""
    return FaultError(405, "method", "This address takes another method; see Allow.", {"Allow": allowed})


def busy() -> FaultError:
    """429 with Retry-After: nothing was decided; the same request again is safe and is wanted."""
    return FaultError(
        429,
        "body",
        "The request could not be carried out at this moment; send the same again.",
        {"Retry-After": str(RETRY_SECONDS)},
    )
