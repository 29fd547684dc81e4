"""What calls were made and what they cost, as frozen values with their proof."""

from uuid import UUID

from crystalcall.minutes.calls.models import RUNNING, AccessNumber, Call, CallRecord
from crystalcall.minutes.calls.offers import terms_of, thaw
from crystalcall.minutes.calls.values import AccessNumberInfo, CallKey, CallProof, CallView
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.calls import CallState, RefusalReason, ReleaseCause
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import RateTerms, charge

__all__ = [
    "AccessNumberInfo",
    "CallProof",
    "CallView",
    "access_numbers",
    "call",
    "calls_of_account",
    "running_calls",
]

_JOINS = ("record", "called_number")


def call(switch_id: int, call_id: str) -> CallView | None:
    """A call as its switch sees it, with the proof of its charge; None where this switch never named it."""
    key = CallKey(switch_id, call_id)
    row = Call.objects.select_related(*_JOINS).filter(switch_id=key.switch_id, call_id=key.call_id).first()
    return None if row is None else _view(row)


def calls_of_account(account_id: UUID) -> tuple[CallProof, ...]:
    """Every call of this account that was authorized, the latest first."""
    rows = Call.objects.select_related(*_JOINS).filter(ledger_account_id=account_id)
    return tuple(_proof(row) for row in rows.order_by("-authorized_at", "-pk"))


def running_calls() -> int:
    """How many calls hold money at this moment."""
    return Call.objects.filter(state__in=RUNNING).count()


def access_numbers() -> tuple[AccessNumberInfo, ...]:
    """The numbers that callers dial first, by number."""
    rows = AccessNumber.objects.filter(active=True).order_by("e164")
    return tuple(AccessNumberInfo(row.e164, row.place_en, row.place_ru) for row in rows)


def _view(row: Call) -> CallView:
    refused = row.state == CallState.REFUSED
    return CallView(
        call_id=row.call_id,
        state=CallState(row.state),
        refusal_reason=RefusalReason(row.refusal_reason) if refused else None,
        authorized_at=row.authorized_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        granted_seconds=row.granted_seconds,
        hold_micros=row.hold_micros,
        proof=None if refused else _proof(row),
    )


def _proof(row: Call) -> CallProof:
    record: CallRecord | None = getattr(row, "record", None)
    return _running_proof(row) if record is None else _settled_proof(row, record)


def _masked(row: Call) -> str:
    number = getattr(row, "called_number", None)
    return "" if number is None else str(number.masked)


def _settled_proof(row: Call, record: CallRecord) -> CallProof:
    return CallProof(
        started_at=record.started_at,
        state=CallState(record.state),
        destination=DestinationInfo(
            key=record.destination_key,
            country_iso2=record.country_iso2 or None,
            line_type=LineType(record.line_type),
            area=record.area,
        ),
        masked_number=_masked(row),
        prefix=record.prefix,
        deck_version=record.deck_version,
        terms=RateTerms(
            minute_price_micros=record.minute_price_micros,
            connect_fee_micros=record.connect_fee_micros,
            first_increment_seconds=record.first_increment_seconds,
            next_increment_seconds=record.next_increment_seconds,
        ),
        granted_seconds=record.granted_seconds,
        used_seconds=record.used_seconds,
        billable_seconds=record.billable_seconds,
        increments=record.increments,
        fee_micros=record.fee_micros,
        charge_micros=record.charge_micros,
        balance_before_micros=record.balance_before_micros,
        balance_after_micros=record.balance_after_micros,
        overrun_seconds=record.overrun_seconds,
        overrun_micros=record.overrun_micros,
        release_cause=ReleaseCause(record.release_cause),
    )


def _running_proof(row: Call) -> CallProof:
    """A call in progress: nothing is charged yet, and the terms shown are those that price what was granted."""
    offers = thaw(row.offers)
    offer = offers[charge(row.granted_seconds, terms_of(offers)).offer]
    posted = ledger_queries.balance(row.payer).posted_micros
    return CallProof(
        started_at=row.answered_at or row.authorized_at,
        state=CallState(row.state),
        destination=offer.destination,
        masked_number=_masked(row),
        prefix=offer.prefix,
        deck_version=offer.deck_version,
        terms=offer.terms,
        granted_seconds=row.granted_seconds,
        used_seconds=row.last_used_seconds,
        billable_seconds=0,
        increments=0,
        fee_micros=0,
        charge_micros=0,
        balance_before_micros=posted,
        balance_after_micros=posted,
        overrun_seconds=0,
        overrun_micros=0,
        release_cause=None,
    )
