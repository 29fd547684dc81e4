"""The outermost layer of the viewer: loopback names only, the same headers on every answer, no cookie ever."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED_HOSTS = frozenset({b"127.0.0.1", b"localhost", b"[::1]"})
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)
DEFAULT_POLICY = b"default-src 'none'; frame-ancestors 'none'"


def host_is_ours(host: bytes) -> bool:
    """Whether a Host header names this machine; a page of a rebound name in the browser must not get in."""
    if host.startswith(b"["):
        return host.partition(b"]")[0] + b"]" in ALLOWED_HOSTS
    return host.partition(b":")[0].lower() in ALLOWED_HOSTS


def wall(app: ASGIApp) -> ASGIApp:
    """``app`` behind the wall."""

    async def walled(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def send_walled(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = [(name, value) for name, value in message["headers"] if name.lower() != b"set-cookie"]
                names = {name.lower() for name, _ in sent}
                sent += [header for header in HEADERS if header[0] not in names]
                if b"content-security-policy" not in names:
                    sent.append((b"content-security-policy", DEFAULT_POLICY))
                message["headers"] = sent
            await send(message)

        host = next((value for name, value in scope["headers"] if name.lower() == b"host"), b"")
        if host_is_ours(host):
            await app(scope, receive, send_walled)
        else:
            await _refuse(send_walled)

    return walled


async def _refuse(send: Send) -> None:
    body = b"This server answers to the names of this machine only."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
