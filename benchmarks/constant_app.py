"""The least an ASGI server can do: read the request's body and answer the same bytes, the size of a usual grant."""

from collections.abc import Awaitable, Callable
from typing import Any

GRANT = (
    b'{"decision":"granted","granted_seconds":7200,"destination":{"key":"ru-landline-moscow","country_iso2":"RU",'
    b'"line_type":"landline","area":"Moscow","name_en":"Russia, landline, Moscow","name_ru":"'
    + "Россия, стационарный, Москва".encode()
    + b'"},"minute_price_micros":37000,"connect_fee_micros":0,"balance_micros":999925000,"routes":[{"carrier":"twilio",'
    b'"dial":"+74951234567"},{"carrier":"azure","dial":"+74951234567"}]}'
)
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"content-length", str(len(GRANT)).encode()),
]

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer any request."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": GRANT})
