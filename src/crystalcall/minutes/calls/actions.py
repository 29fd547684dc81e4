"""What can be done about calls. A message sent again changes nothing and gets the same answer.

One message is a batch of one: whoever has many gives them to the engine (`engine.take`) or, from an asynchronous door,
to the desk.
"""

from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.db import transaction

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.engine import Answer, Authorize, BatchConflict, End, Extend, Message
from crystalcall.minutes.calls.keeping import (
    Kept,
    book_carrier_costs,
    erase_called_numbers,
    forget_answers,
    forget_old_records,
    make_months_ahead,
)
from crystalcall.minutes.calls.models import AccessNumber, QuoteGuarantee
from crystalcall.minutes.calls.sweeping import sweep_silent_calls
from crystalcall.minutes.calls.values import (
    AccessNumberAdded,
    AccessNumberRemoved,
    Answered,
    AuthorizeRequest,
    BadAccessNumber,
    CallKey,
    Contradiction,
    Ended,
    Extended,
    Granted,
    Guaranteed,
    Refused,
    UnknownCall,
)
from crystalcall.rules.numbering import Number, read_number

__all__ = [
    "Kept",
    "add_access_number",
    "answer_call",
    "authorize_call",
    "book_carrier_costs",
    "end_call",
    "erase_called_numbers",
    "extend_call",
    "forget_answers",
    "forget_old_records",
    "guarantee_quote",
    "make_months_ahead",
    "remove_access_number",
    "sweep_silent_calls",
]

# Each time somebody else was faster with the same call; then its answer is known.
TRIES: Final = 5
T = TypeVar("T")


class StrangeOutcomeError(Exception):
    """The engine answered with something that this message never gets: a mistake in the program."""


def authorize_call(request: AuthorizeRequest, *, now: datetime) -> Granted | Refused | Contradiction:
    """Check the caller, price the number, take a seat of the card and hold money and minutes for the affordable time.

    The hold is exactly the charge of the granted seconds. A refusal holds nothing, takes no seat and tells no carrier;
    it is kept like a grant, so that the same request again gets the same answer.
    """
    outcome = _taken(Authorize(request), now)
    if isinstance(outcome, Granted | Refused | Contradiction):
        return outcome
    raise StrangeOutcomeError(repr(outcome))


def answer_call(
    switch_id: int, call_id: str, *, answered_at: datetime | None, now: datetime
) -> Answered | Contradiction | UnknownCall:
    """Note that the called side answered; without `answered_at` it did so now.

    A time before the authorization or after now is moved to the nearer of the two: charges follow the seconds used, and
    never a clock.
    """
    outcome = _taken(Answer(CallKey(switch_id, call_id), answered_at), now)
    if isinstance(outcome, Answered | Contradiction | UnknownCall):
        return outcome
    raise StrangeOutcomeError(repr(outcome))


def extend_call(
    switch_id: int, call_id: str, *, sequence: int, used_seconds: int, now: datetime
) -> Extended | Contradiction | UnknownCall:
    """Give the call all (or the next slice) that credit and bundles pay now, in place of its old hold.

    The answer is the absolute limit since the call was answered; equal to the old one means no more. A top-up since the
    last word lengthens the call. `used_seconds` is what the sweep charges if the switch falls silent. Without an answer
    told before, a call that was used counts as answered.
    """
    outcome = _taken(Extend(CallKey(switch_id, call_id), sequence, used_seconds), now)
    if isinstance(outcome, Extended | Contradiction | UnknownCall):
        return outcome
    raise StrangeOutcomeError(repr(outcome))


def end_call(
    switch_id: int,
    call_id: str,
    *,
    used_seconds: int,
    release_cause: str,
    now: datetime,
    carrier: str | None = None,
) -> Ended | Contradiction | UnknownCall:
    """Charge what was used, once, within the hold; the rest returns, and the proof is written.

    `used_seconds` count from the answer; 0 is a call that nobody answered and costs nothing. What was used beyond the
    grant is recorded as the operator's loss. `release_cause` may be any switch's word for it, `carrier` the one of the
    granted routes that completed the call (else the first counts). A call that the sweep has settled before gets the
    sweep's charge.
    """
    outcome = _taken(End(CallKey(switch_id, call_id), used_seconds, release_cause, carrier), now)
    if isinstance(outcome, Ended | Contradiction | UnknownCall):
        return outcome
    raise StrangeOutcomeError(repr(outcome))


def _taken(message: Message, now: datetime) -> engine.Outcome:
    for _ in range(TRIES - 1):
        try:
            return engine.take([message], now=now)[0]
        except BatchConflict:
            continue
    return engine.take([message], now=now)[0]


def guarantee_quote(account_id: UUID, deck_id: int, *, until: datetime, now: datetime) -> Guaranteed:
    """Promise that until then no call of this account costs more than this deck says.

    Repeating changes nothing; a later purchase under the same deck lengthens the promise, none shortens it.
    """
    del now  # the promise begins at once; its age is of no use to anybody
    promise = QuoteGuarantee(ledger_account_id=account_id, deck_id=deck_id, until=until)
    with transaction.atomic():
        QuoteGuarantee.objects.bulk_create([promise], ignore_conflicts=True)
        kept = QuoteGuarantee.objects.filter(ledger_account_id=account_id, deck_id=deck_id)
        kept.filter(until__lt=until).update(until=until)
        return Guaranteed(deck_id, kept.get().until)


def add_access_number(e164: str, *, place_en: str, place_ru: str) -> AccessNumberAdded | BadAccessNumber:
    """Show a number to callers, with its place in both languages; a known one gets the new places and shows again."""
    number = read_number(e164)
    if not isinstance(number, Number):
        return BadAccessNumber(e164, number.reason.value)
    if not place_en.strip() or not place_ru.strip():
        return BadAccessNumber(e164, "place_missing")
    with transaction.atomic():
        AccessNumber.objects.update_or_create(
            e164=number.e164,
            defaults={"place_en": place_en.strip(), "place_ru": place_ru.strip(), "active": True},
        )
    return AccessNumberAdded(number.e164)


def remove_access_number(e164: str) -> AccessNumberRemoved | BadAccessNumber:
    """Show a number to callers no longer; repeating changes nothing."""
    number = read_number(e164)
    if not isinstance(number, Number):
        return BadAccessNumber(e164, number.reason.value)
    with transaction.atomic():
        changed = AccessNumber.objects.filter(e164=number.e164, active=True).update(active=False)
    return AccessNumberRemoved(number.e164, was_active=changed == 1)
