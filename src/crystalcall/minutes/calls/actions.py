"""What can be done about calls. A message sent again changes nothing and gets the same answer."""

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.minutes.calls import authorizing, running
from crystalcall.minutes.calls.closing import Closing, close_call
from crystalcall.minutes.calls.locks import lock_silent_call
from crystalcall.minutes.calls.models import OVER, RUNNING, AccessNumber, Call, CalledNumber, CallStep, QuoteGuarantee
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
    Swept,
    UnknownCall,
)
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.numbering import Number, read_number

logger = logging.getLogger(__name__)
SWEEP_BATCH: Final = 500


def authorize_call(request: AuthorizeRequest, *, now: datetime) -> Granted | Refused | Contradiction:
    """Check the caller, price the number, take the card's seat and hold the money for the whole affordable time.

    The hold is exactly the charge of the granted seconds. A refusal holds nothing, takes no seat and tells no carrier;
    it is kept like a grant, so that the same request again gets the same answer.
    """
    with transaction.atomic():
        return authorizing.authorize(request, now=now)


def answer_call(
    switch_id: int, call_id: str, *, answered_at: datetime | None, now: datetime
) -> Answered | Contradiction | UnknownCall:
    """Note that the called side answered; without `answered_at` it did so now.

    A time before the authorization or after now is moved to the nearer of the two: charges follow the seconds used, and
    never a clock.
    """
    with transaction.atomic():
        return running.answer(CallKey(switch_id, call_id), answered_at=answered_at, now=now)


def extend_call(
    switch_id: int, call_id: str, *, sequence: int, used_seconds: int, now: datetime
) -> Extended | Contradiction | UnknownCall:
    """Give the call all (or the next slice) that the credit pays now, in place of its old hold.

    The answer is the absolute limit since the call was answered; equal to the old one means no more. A top-up since the
    last word lengthens the call. `used_seconds` is what the sweep charges if the switch falls silent. Without an answer
    told before, a call that was used counts as answered.
    """
    with transaction.atomic():
        return running.prolong(CallKey(switch_id, call_id), sequence=sequence, used_seconds=used_seconds, now=now)


def end_call(
    switch_id: int, call_id: str, *, used_seconds: int, release_cause: str, now: datetime
) -> Ended | Contradiction | UnknownCall:
    """Charge what was used, once, within the hold; the rest returns, and the proof is written.

    `used_seconds` count from the answer; 0 is a call that nobody answered and costs nothing. What was used beyond the
    grant is recorded as the operator's loss. `release_cause` may be any switch's word for it. A call that the sweep has
    settled before gets the sweep's charge.
    """
    with transaction.atomic():
        return running.end(CallKey(switch_id, call_id), used_seconds=used_seconds, release_cause=release_cause, now=now)


def sweep_silent_calls(now: datetime) -> Swept:
    """Settle calls of which nothing was heard for longer than they were granted, each in its own transaction.

    They are charged the seconds of the switch's last word; a call that was never used costs nothing. A call that cannot
    be settled is logged and left for the next sweep, and does not keep the others from theirs.
    """
    due = Call.objects.filter(state__in=RUNNING, expires_at__lte=now).order_by("expires_at", "pk")
    settled = never_answered = 0
    for call_id in list(due.values_list("pk", flat=True)[:SWEEP_BATCH]):
        try:
            was_answered = _settle_silent(call_id, now)
        except Exception:
            logger.exception("the silent call %s could not be settled", call_id)
            continue
        settled += was_answered is not None
        never_answered += was_answered is False
    return Swept(settled, never_answered)


def _settle_silent(call_id: UUID, now: datetime) -> bool | None:
    """Whether the call had been answered; None where it is no longer silent or another sweep has it."""
    with transaction.atomic():
        call = lock_silent_call(call_id)
        if call is None or call.state not in RUNNING or call.expires_at is None or call.expires_at > now:
            return None
        closing = Closing(call.last_used_seconds, ReleaseCause.SILENT, CallState.EXPIRED)
        close_call(call, closing, now=now)
        return call.answered_at is not None


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


def erase_called_numbers(account_ids: tuple[UUID, ...]) -> int:
    """Forget which numbers these accounts called; charges and proofs stay whole. Gives how many calls were stripped.

    Running calls keep theirs until they are over: a repeat of the switch's request must still get its answer.
    """
    with transaction.atomic():
        numbers = CalledNumber.objects.filter(call__ledger_account_id__in=account_ids, call__state__in=OVER)
        CallStep.objects.filter(call__ledger_account_id__in=account_ids, call__state__in=OVER).delete()
        return numbers.delete()[0]
