"""What a switch tells of a call that it was granted: the answer, how long it lasts, and the end.

Each message locks its call, is looked up among those told before, is read against the state of the call, and only then
moves the call on; its answer is kept in the same transaction.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from crystalcall.minutes.calls.authorizing import HOLD_SLACK, HOLD_TRIES, limits
from crystalcall.minutes.calls.closing import Closing, close_call, ended, implied_answer
from crystalcall.minutes.calls.locks import lock_call
from crystalcall.minutes.calls.models import Call, CallRecord
from crystalcall.minutes.calls.offers import terms_of, thaw
from crystalcall.minutes.calls.steps import Message, NotSeen, message, remember, replay
from crystalcall.minutes.calls.values import Answered, CallKey, Contradiction, Ended, Extended, UnknownCall
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.ledger.actions import Reserved, replace_reservation
from crystalcall.rules.calls import CallState, Reading, Step, extend, read_release_cause, read_step
from crystalcall.rules.rating import Charge

A = TypeVar("A", Answered, Extended, Ended)

_OVER: Final = {
    CallState.REFUSED: "This call was refused.",
    CallState.ENDED: "This call has ended.",
    CallState.EXPIRED: "This call was settled, because nothing was heard of it for longer than it was granted.",
}


def answer(key: CallKey, *, answered_at: datetime | None, now: datetime) -> Answered | Contradiction | UnknownCall:
    """Note the answer within the caller's transaction; see `actions.answer_call`."""
    told = message(Step.ANSWER, {"answered_at": answered_at.isoformat() if answered_at else None})

    def carry_out(call: Call, reading: Reading) -> Answered:
        if reading is Reading.TIMELY and call.state == CallState.AUTHORIZED:
            # A switch's clock may be wrong; no call is answered before it was allowed or after it was told.
            said = min(max(answered_at or now, call.authorized_at), now)
            _note_answer(call, said.astimezone(UTC))
            call.save(update_fields=["state", "answered_at", "expires_at"])
        return Answered(CallState(call.state), call.answered_at or now, call.granted_seconds)

    return _take(key, told, Answered, carry_out, now)


def prolong(key: CallKey, *, sequence: int, used_seconds: int, now: datetime) -> Extended | Contradiction | UnknownCall:
    """Extend within the caller's transaction; see `actions.extend_call`."""
    told = message(Step.EXTEND, {"used_seconds": used_seconds}, sequence=sequence)

    def carry_out(call: Call, _reading: Reading) -> Extended:
        call.last_used_seconds = max(call.last_used_seconds, used_seconds)
        if used_seconds and call.state == CallState.AUTHORIZED:
            _note_answer(call, implied_answer(call, used_seconds, now))
        if sequence > call.last_sequence:
            # An older request that was overtaken on its way gets the limit of the newer one.
            call.last_sequence = sequence
            _lengthen(call, now)
        call.save()
        return Extended(call.granted_seconds)

    return _take(key, told, Extended, carry_out, now)


def end(key: CallKey, *, used_seconds: int, release_cause: str, now: datetime) -> Ended | Contradiction | UnknownCall:
    """End within the caller's transaction; see `actions.end_call`."""
    told = message(Step.END, {"used_seconds": used_seconds, "release_cause": release_cause})
    closing = Closing(used_seconds, read_release_cause(release_cause), CallState.ENDED)

    def carry_out(call: Call, reading: Reading) -> Ended:
        if reading is Reading.TIMELY:
            return close_call(call, closing, now=now)
        # The sweep has settled it: the hold is gone, so what was used beyond its last word is the operator's loss.
        call.last_used_seconds = max(call.last_used_seconds, used_seconds)
        call.save(update_fields=["last_used_seconds"])
        return ended(call, _charged(call))

    return _take(key, told, Ended, carry_out, now)


def _take(
    key: CallKey, told: Message, kind: type[A], carry_out: Callable[[Call, Reading], A], now: datetime
) -> A | Contradiction | UnknownCall:
    call = lock_call(key)
    if call is None:
        return UnknownCall(key.call_id)
    known = replay(call, told, kind)
    if not isinstance(known, NotSeen):
        return known
    state = CallState(call.state)
    reading = read_step(told.step, state, was_answered=call.answered_at is not None)
    if reading is Reading.CONTRADICTORY:
        return Contradiction(_OVER[state])
    return remember(call, told, carry_out(call, reading), now=now)


def _note_answer(call: Call, at: datetime) -> None:
    call.state = CallState.ANSWERED.value
    call.answered_at = at
    call.expires_at = _expiry(call, at)


def _expiry(call: Call, limit_counts_from: datetime) -> datetime:
    """When the hold falls due if nothing more is heard: the granted time and the slack; never sooner than before."""
    due = limit_counts_from + timedelta(seconds=call.granted_seconds) + HOLD_SLACK
    return due if call.expires_at is None else max(due, call.expires_at)


def _lengthen(call: Call, now: datetime) -> None:
    """Raise limit and hold as far as the credit goes now; where it goes no further, both stay."""
    terms = terms_of(thaw(call.offers))
    for _ in range(HOLD_TRIES):
        spendable = ledger_queries.balance(call.payer).available_micros + call.hold_micros
        wanted = extend(call.granted_seconds, spendable, terms, limits(call.slice_seconds))
        if wanted.seconds == call.granted_seconds:
            return
        if isinstance(replace_reservation(call.hold, wanted.hold_micros, now=now), Reserved):
            call.granted_seconds = wanted.seconds
            call.hold_micros = wanted.hold_micros
            call.expires_at = _expiry(call, call.answered_at or now)
            return


def _charged(call: Call) -> Charge:
    record = CallRecord.objects.get(call=call)
    return Charge(
        amount_micros=record.charge_micros,
        billable_seconds=record.billable_seconds,
        fee_micros=record.fee_micros,
        increments=record.increments,
        offer=record.offer,
    )
