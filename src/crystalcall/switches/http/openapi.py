"""The OpenAPI document of the switch API, made from the wire's own structures, so that it cannot say something else."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from crystalcall.rules.calls import REFUSAL_MEANINGS, RELEASE_MEANINGS, STATE_MEANINGS
from crystalcall.switches.http import wire

Json = dict[str, Any]
_STRUCTS: Final = (
    wire.Authorize,
    wire.Answer,
    wire.Extend,
    wire.End,
    wire.Granted | wire.Refused,
    wire.Answered,
    wire.Extended,
    wire.Ended,
    wire.CallStatus,
    wire.ErrorBody,
    wire.Health,
)
_DESCRIPTION: Final = """\
What a telephone switch asks and tells about prepaid calls. Money is counted in micros (millionths of a US dollar), time
in seconds.

**Every message is safe to repeat.** A message is known by the switch (its key), the `call_id`, the step and, for
extensions, the `sequence`. The same content again gets the same answer, byte for byte, and changes nothing; other
content under the same name is a contradiction (409). After a lost connection, a timeout or a 429, send the same message
again.

**A call**: `POST /v1/calls` asks whether it may be made. When granted, all the money for `granted_seconds` is held. The
limit counts from the answer; cut the call there, or ask for more before with `extend` (a top-up lengthens a running
call). `end` charges what was used, once, and never more than was held. A call of which nothing is heard for longer than
its grant and a quarter of an hour is settled by its last word.

**Bundles of minutes** are used first, those that expire first before others, in the rate's increments; then credit. A
grant says how much of it a bundle covers, and what the caller may be told before the call (`notices`).

**Nothing answers with a server error.** A call that cannot be decided is refused with `unavailable`; any other message
that cannot be carried out (overload, or a lost database) is answered 429 and is to be sent again. (`/readyz`, asked by
a watchdog and not by a switch, answers 503 while the database is away.)
"""
_CALL_ID_PARAMETER: Final[Json] = {
    "name": "call_id",
    "in": "path",
    "required": True,
    "description": "The switch's own name for the call, percent-encoded (a slash as %2F).",
    "schema": msgspec.json.schema(wire.CallId),
}
_ERRORS: Final[Mapping[int, str]] = {
    400: "Malformed: not JSON, or a field is missing, unknown, of another type or out of its limits; `field` names it.",
    401: "The key is missing, wrong or disabled.",
    404: "This switch has authorized no call of this name.",
    405: "This address takes another method.",
    409: "Contradiction: it cannot be true together with what this switch said of the call before. Nothing changed.",
    413: "The body is larger than 64 KiB.",
    415: "The body is not sent as application/json.",
    429: "Not carried out at this moment (overload, or the database is away); send the same message again.",
}


def document() -> bytes:
    """The document as JSON."""
    return _encoded()


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Crystal Call switch API", "version": "1", "description": _DESCRIPTION},
            "servers": [{"url": "/"}],
            "security": [{"switchKey": []}],
            "tags": [{"name": "calls"}, {"name": "process"}],
            "paths": _paths(),
            "components": {
                "schemas": _schemas(),
                "securitySchemes": {
                    "switchKey": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "One key a switch, made by `crystalcall switches add NAME` and shown once.",
                    }
                },
            },
        }
    )


def _schemas() -> Json:
    _, schemas = msgspec.json.schema_components(_STRUCTS, ref_template="#/components/schemas/{name}")
    # "One of the three, and not null": what `Access` itself checks.
    schemas["Access"]["anyOf"] = [
        {"required": [name], "properties": {name: {"type": "string"}}} for name in schemas["Access"]["properties"]
    ]
    schemas["RefusalReason"]["description"] = _meanings(REFUSAL_MEANINGS)
    schemas["CallState"]["description"] = _meanings(STATE_MEANINGS)
    schemas["ReleaseCause"]["description"] = _meanings(RELEASE_MEANINGS)
    return schemas


def _meanings(of: Mapping[Any, str]) -> str:
    return "\n".join(f"* `{word.value}`: {meaning}" for word, meaning in of.items())


def _paths() -> Json:
    call = "/v1/calls/{call_id}"
    return {
        "/v1/calls": {"post": _operation("authorize", "May this call be made?", "Authorize", "Decision", (404,))},
        f"{call}/answer": {"post": _operation("answer", "The called side answered.", "Answer", "Answered")},
        f"{call}/extend": {"post": _operation("extend", "How long may it last?", "Extend", "Extended")},
        f"{call}/end": {"post": _operation("end", "The call is over.", "End", "Ended")},
        call: {"get": _operation("status", "A call's state and itemized proof.", None, "CallStatus")},
        "/healthz": {"get": _probe("healthz", "The process runs.", {200})},
        "/readyz": {"get": _probe("readyz", "The process runs and its database answers.", {200, 503})},
    }


def _operation(name: str, summary: str, body: str | None, answer: str, never: tuple[int, ...] = ()) -> Json:
    """One operation of a call with all its answers; reads (without a body) cannot contradict or be malformed JSON."""
    reading = {409, 413, 415} if body is None else set()
    codes = [code for code in _ERRORS if code not in reading | set(never)]
    operation: Json = {
        "operationId": name,
        "summary": summary,
        "tags": ["calls"],
        "responses": {"200": _answer(summary, answer)} | {str(code): _error(code) for code in codes},
    }
    if name != "authorize":
        operation["parameters"] = [_CALL_ID_PARAMETER]
    if body is not None:
        # An answer may be told without a word more.
        operation["requestBody"] = {"required": name != "answer", "content": _content(_ref(body))}
    return operation


def _answer(summary: str, name: str) -> Json:
    if name == "Decision":
        return {"description": "Granted or refused.", "content": _content(_decision())}
    return {"description": summary, "content": _content(_ref(name))}


def _decision() -> Json:
    return {
        "oneOf": [_ref("Granted"), _ref("Refused")],
        "discriminator": {
            "propertyName": "decision",
            "mapping": {"granted": "#/components/schemas/Granted", "refused": "#/components/schemas/Refused"},
        },
    }


def _error(code: int) -> Json:
    headers = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After"}
    found: Json = {"description": _ERRORS[code], "content": _content(_ref("ErrorBody"))}
    if code in headers:
        found["headers"] = {headers[code]: {"schema": {"type": "string"}}}
    return found


def _probe(name: str, summary: str, codes: set[int]) -> Json:
    health = {"description": summary, "content": _content(_ref("Health"))}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["process"],
        "security": [],
        "responses": {str(code): health for code in sorted(codes)} | {"405": _error(405)},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
