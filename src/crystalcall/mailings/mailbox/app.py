"""The ASGI application of the viewer."""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.resources import files
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, SkipValidation

from crystalcall.mailings.mailbox.letters import LetterBox
from crystalcall.mailings.mailbox.pages import SHOWN, frame, letter_page, list_page, missing_page
from crystalcall.mailings.mailbox.wall import wall

log = logging.getLogger(__name__)

Box = NamedDependency[SkipValidation[LetterBox]]
NO_SUCH = "There is no such message"
_STATIC = files(__package__ or "").joinpath("static")


@get("/")
async def all_letters(box: Box) -> Response[str]:
    """The list of messages."""
    return list_page(list(box.newest(SHOWN)), len(box.ids()))


@get("/messages.json")
async def all_letters_for_machines(box: Box) -> Response[bytes]:
    """The newest 200 messages for tests: id, from, to, subject, message_id, received_at, text, html."""
    body = [
        {
            "id": letter.letter_id,
            "from": letter.sender,
            "to": letter.recipients,
            "subject": letter.subject,
            "message_id": letter.message_id,
            "received_at": letter.received_at.isoformat(),
            "text": letter.text,
            "html": letter.html,
        }
        for letter in box.newest(SHOWN)
    ]
    return Response(json.dumps({"messages": body}).encode(), media_type="application/json")


@get("/messages/{letter_id:str}")
async def one_letter(box: Box, letter_id: FromPath[str]) -> Response[str]:
    """One message."""
    letter = box.read(letter_id)
    return letter_page(letter) if letter else missing_page(NO_SUCH)


@get("/messages/{letter_id:str}/html")
async def letter_frame(box: Box, letter_id: FromPath[str]) -> Response[str]:
    """The HTML part of a message, for the frame of its page."""
    letter = box.read(letter_id)
    return frame(letter) if letter and letter.html is not None else missing_page(NO_SUCH)


@get("/messages/{letter_id:str}/source")
async def letter_source(box: Box, letter_id: FromPath[str]) -> Response[Any]:
    """The message byte for byte, as a download."""
    source = box.source(letter_id)
    if source is None:
        return missing_page(NO_SUCH)
    headers = {"Content-Disposition": f'attachment; filename="{letter_id}.eml"'}
    return Response(source, media_type="message/rfc822", headers=headers)


@get("/style.css")
async def style() -> Response[bytes]:
    """The one style sheet."""
    return Response(_STATIC.joinpath("mailbox.css").read_bytes(), media_type="text/css")


@get(["/mark.svg", "/favicon.ico"])
async def mark() -> Response[bytes]:
    """The mark."""
    return Response(_STATIC.joinpath("mark.svg").read_bytes(), media_type="image/svg+xml")


def _http_trouble(_: Request[Any, Any, Any], trouble: HTTPException) -> Response[str]:
    return missing_page(trouble.detail or "Not possible", trouble.status_code)


def _trouble(_: Request[Any, Any, Any], trouble: Exception) -> Response[str]:
    log.error("the mailbox stumbled", exc_info=trouble)
    return missing_page("The mailbox stumbled, its log says why", 500)


Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(box: LetterBox, *, lifespan: Lifespan | None = None) -> Litestar:
    """The viewer over a folder of messages; ``lifespan`` runs around its serving."""

    def the_box() -> LetterBox:
        return box

    app = Litestar(
        route_handlers=[all_letters, all_letters_for_machines, one_letter, letter_frame, letter_source, style, mark],
        dependencies={"box": Provide(the_box, sync_to_thread=False)},
        exception_handlers={HTTPException: _http_trouble, Exception: _trouble},
        lifespan=[lifespan] if lifespan else [],
        openapi_config=None,
        logging_config=None,
    )
    # Not as middleware: refusals of the router would pass it by.
    app.asgi_handler = wall(app.asgi_handler)
    return app
