"""The engine of calls: any number of messages are decided in their order and committed together.

A batch is one transaction: everything it concerns is read and locked by a few statements, decided in memory as if one
message came after the other, and written by a few statements. One message is a batch of one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from crystalcall.minutes.calls.engine import ending, moving
from crystalcall.minutes.calls.engine.granting import CarriersClosedError, Granting
from crystalcall.minutes.calls.engine.identity import Told, keyed_digest
from crystalcall.minutes.calls.engine.live import HOLD_SLACK, Opening
from crystalcall.minutes.calls.engine.messages import (
    Answer,
    Authorize,
    BatchConflict,
    End,
    Extend,
    Lapse,
    Lapsed,
    Message,
    NotSilent,
    Outcome,
)
from crystalcall.minutes.calls.engine.page import Page
from crystalcall.minutes.calls.engine.rows import is_taken
from crystalcall.minutes.calls.events import CallEnded
from crystalcall.minutes.calls.months import ensure_months
from crystalcall.minutes.calls.values import CallKey
from crystalcall.minutes.ledger.values import BooksChangedError, HoldGoneError
from crystalcall.plumbing.announcements import announce_all, listeners
from crystalcall.plumbing.together import together

__all__ = [
    "HOLD_SLACK",
    "Answer",
    "Authorize",
    "BatchConflict",
    "End",
    "Extend",
    "Lapsed",
    "Message",
    "NotSilent",
    "Outcome",
    "lapse_calls",
    "take",
]


def take(messages: Sequence[Message], *, now: datetime) -> list[Outcome]:
    """Decide the messages in their order and commit them together; gives the outcomes in the same order.

    All or nothing. Errors: BatchConflict where another process claimed the same call first: nothing was written, and
    the same messages may be taken again.
    """
    digesting = keyed_digest()
    told = [Told(message, digesting) for message in messages]
    if not told:
        return []
    ensure_months(now)
    may_dial = trusts = True
    while True:
        try:
            return _committed(told, now, may_dial=may_dial, trusts=trusts)
        except CarriersClosedError:
            may_dial = False
        except HoldGoneError:
            trusts = False


def lapse_calls(keys: Sequence[CallKey], *, now: datetime) -> list[Lapsed | NotSilent]:
    """Settle together those of the calls of which nothing was heard for too long. Errors: BatchConflict, see `take`."""
    ensure_months(now)
    digesting = keyed_digest()
    told = [Told(Lapse(key), digesting) for key in keys]
    with _conflicts(), transaction.atomic():
        page = Page.open(told, now, may_dial=True, trusts=False)
        lapsed = [ending.lapse(page, one) for one in told]
        page.write()
        _announce(page)
        return lapsed


def _committed(told: Sequence[Told], now: datetime, *, may_dial: bool, trusts: bool) -> list[Outcome]:
    with _conflicts(), transaction.atomic():
        page = Page.open(told, now, may_dial=may_dial, trusts=trusts)
        granting = Granting(page)
        decided = [_decide(page, granting, one) for one in told]
        with together():
            granting.finish()
            page.write()
        _announce(page)
        return [one.granted if isinstance(one, Opening) else one for one in decided]


def _decide(page: Page, granting: Granting, told: Told) -> Outcome | Opening:
    message = told.message
    if isinstance(message, Authorize):
        return granting.authorize(told, message.request)
    if isinstance(message, End):
        return ending.end(page, told, message)
    if isinstance(message, Answer):
        return moving.answer(page, told, message)
    if isinstance(message, Extend):
        return moving.prolong(page, told, message)
    raise TypeError(f"{type(message).__name__} is no message of a switch.")


def _announce(page: Page) -> None:
    """Tell that calls are over, where anybody wants to hear it."""
    if CallEnded.NAME in listeners():
        announce_all([CallEnded(call=str(row[0]), account=str(row[1])) for row in page.written.records])


@contextmanager
def _conflicts() -> Iterator[None]:
    """What the database or the books say of a row that another process has taken or moved meanwhile."""
    try:
        yield
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise BatchConflict from error
    except HoldGoneError:
        # Nobody else is in the way: the same messages are decided by what is read, instead of what was supposed.
        raise
    except BooksChangedError as error:
        raise BatchConflict from error
