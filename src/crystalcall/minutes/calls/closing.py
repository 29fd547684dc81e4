"""The end of a call: what was used is posted once within the hold, the rest returns, and the proof is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crystalcall.minutes.calls.events import CallEnded
from crystalcall.minutes.calls.models import Call, CallRecord
from crystalcall.minutes.calls.offers import terms_of, thaw
from crystalcall.minutes.calls.values import Ended, OfferSnapshot
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.ledger.actions import Posted, post_reservation, system_account, void_reservation
from crystalcall.plumbing.announcements import announce
from crystalcall.rules.calls import CALL_STEPS, CallState, ReleaseCause, Settlement, settle
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.rating import Charge

CALL_CHARGE = "call.charge"


class CallAlreadyOverError(Exception):
    """A call that is over was closed again: a mistake in the program, which checks the state first."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How a call ends: the seconds used since the answer, the cause, and whether it ended or fell silent."""

    used_seconds: int
    cause: ReleaseCause
    state: CallState


@dataclass(frozen=True, slots=True)
class _Paid:
    """What the books say of the settlement."""

    settlement: Settlement
    balance_before_micros: int
    balance_after_micros: int
    transfer_id: int | None


def close_call(call: Call, closing: Closing, *, now: datetime) -> Ended:
    """Settle a running call that the caller has locked, and write its record.

    A call that was used without an answer being told was answered so many seconds ago.
    """
    if closing.state not in CALL_STEPS[CallState(call.state)]:
        raise CallAlreadyOverError(f"A call that is {call.state} cannot become {closing.state}.")
    if closing.used_seconds and call.answered_at is None:
        call.answered_at = implied_answer(call, closing.used_seconds, now)
    call.last_used_seconds = closing.used_seconds
    offers = thaw(call.offers)
    paid = _pay(call, settle(closing.used_seconds, call.granted_seconds, terms_of(offers)), now)
    call.state = closing.state.value
    call.ended_at = now
    call.save(update_fields=["state", "last_used_seconds", "answered_at", "ended_at"])
    _write_record(call, closing, offers[paid.settlement.charge.offer], paid)
    announce(CallEnded(call=str(call.pk), account=str(call.ledger_account_id)))
    return ended(call, paid.settlement.charge)


def ended(call: Call, charge: Charge) -> Ended:
    """The answer to an end: what the call cost, and what its caller can spend now."""
    available = ledger_queries.balance(call.payer).available_micros
    return Ended(charge.amount_micros, charge.billable_seconds, available)


def implied_answer(call: Call, used_seconds: int, now: datetime) -> datetime:
    """When a call must have been answered that was used for so long, though no answer was told."""
    return max(call.authorized_at, now - timedelta(seconds=used_seconds))


def _pay(call: Call, settlement: Settlement, now: datetime) -> _Paid:
    amount = settlement.charge.amount_micros
    if not amount:
        void_reservation(call.hold, now=now)
        return _unpaid(call, settlement)
    revenue = system_account(AccountKind.CALL_REVENUE, now=now)
    posted = post_reservation(call.hold, amount, credit_account_id=revenue, code=CALL_CHARGE, now=now)
    if isinstance(posted, Posted):
        return _Paid(settlement, posted.balance_before_micros, posted.balance_after_micros, posted.transfer_id)
    # Somebody settled the hold behind the call's back (an operator's hand in the ledger). A charge never exceeds its
    # hold, and there is none left: the caller pays nothing and the operator's loss is written down.
    lost = settlement.charge.amount_micros + settlement.overrun_micros
    return _unpaid(call, Settlement(Charge(0, 0, 0, 0, settlement.charge.offer), call.last_used_seconds, lost))


def _unpaid(call: Call, settlement: Settlement) -> _Paid:
    posted = ledger_queries.balance(call.payer).posted_micros
    return _Paid(settlement, posted, posted, None)


def _write_record(call: Call, closing: Closing, offer: OfferSnapshot, paid: _Paid) -> None:
    charge, terms, destination = paid.settlement.charge, offer.terms, offer.destination
    CallRecord.objects.create(
        call=call,
        ledger_account_id=call.payer,
        destination_key=destination.key,
        country_iso2=destination.country_iso2 or "",
        line_type=destination.line_type.value,
        area=destination.area,
        prefix=offer.prefix,
        deck_id=offer.deck_id,
        deck_version=offer.deck_version,
        offer=charge.offer,
        minute_price_micros=terms.minute_price_micros,
        connect_fee_micros=terms.connect_fee_micros,
        first_increment_seconds=terms.first_increment_seconds,
        next_increment_seconds=terms.next_increment_seconds,
        granted_seconds=call.granted_seconds,
        used_seconds=closing.used_seconds,
        billable_seconds=charge.billable_seconds,
        increments=charge.increments,
        fee_micros=charge.fee_micros,
        charge_micros=charge.amount_micros,
        hold_micros=call.hold_micros,
        overrun_seconds=paid.settlement.overrun_seconds,
        overrun_micros=paid.settlement.overrun_micros,
        balance_before_micros=paid.balance_before_micros,
        balance_after_micros=paid.balance_after_micros,
        transfer_id=paid.transfer_id,
        release_cause=closing.cause.value,
        state=closing.state.value,
        started_at=call.answered_at or call.authorized_at,
        ended_at=call.ended_at or call.authorized_at,
    )
