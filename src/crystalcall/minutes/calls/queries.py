"""What calls were made and what they cost, as frozen values with their proof."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce, TruncMonth

from crystalcall.minutes.calls.engine.facts import Spent, Windows
from crystalcall.minutes.calls.engine.identity import call_uuid
from crystalcall.minutes.calls.engine.live import RUNNING_FIELDS, LiveCall
from crystalcall.minutes.calls.models import AccessNumber, Call, CallRecord, RunningCall
from crystalcall.minutes.calls.reading import SEALED_FIELDS, SealedCall, called_numbers
from crystalcall.minutes.calls.values import AccessNumberInfo, CalledPlace, CallProof, CallView
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.settings import current
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.calls import CallState, RefusalReason, ReleaseCause
from crystalcall.rules.fairness import FairnessReason
from crystalcall.rules.limits import DayFacts
from crystalcall.rules.numbering import LineType, mask
from crystalcall.rules.rating import RateTerms

__all__ = [
    "RERATED_FIELDS",
    "AccessNumberInfo",
    "CallProof",
    "CallView",
    "CalledPlace",
    "MadeCall",
    "access_numbers",
    "call",
    "calls_of_account",
    "day_facts",
    "made_calls",
    "months_called",
    "places_called",
    "proofs_of",
    "records_between",
    "running_calls",
]

#: What `records_between` gives of each call, in this order.
RERATED_FIELDS: Final = (
    "prefix",
    "destination_key",
    "deck_id",
    "used_seconds",
    "granted_seconds",
    "allowance_seconds",
    "charge_micros",
    "forgiven_micros",
    "answered_at",
    "release_cause",
)
CHUNK: Final = 5000
_running: Final = Rowset(RunningCall)
_calls: Final = Rowset(Call)

Since: TypeAlias = Mapping[UUID, datetime | None]
"""Accounts, and from which moment on their calls are asked for; None: from the first."""


class MadeCall(NamedTuple):
    """A call that was authorized, as far as a list needs it; no charge while it runs."""

    account_id: UUID
    call_id: UUID
    started_at: datetime
    authorized_at: datetime
    charge_micros: int


def call(switch_id: int, call_id: str) -> CallView | None:
    """A call as its switch sees it, with the proof of its charge; None where this switch never named it."""
    row = Call.objects.filter(pk=call_uuid(switch_id, call_id)).first()
    if row is None:
        return None
    if row.refusal_reason or row.ledger_account_id is None:
        reason = RefusalReason(row.refusal_reason)
        return CallView(row.call_id, CallState.REFUSED, reason, row.authorized_at, None, None, 0, 0, None)
    live = next((one for one in _live_calls((row.ledger_account_id,)) if one.id == row.pk), None)
    if live is not None:
        proof = _running_proof(live, _masked([row]).get(row.pk, ""))
        return _view(row, proof, (live.answered_at, None, live.hold_micros))
    record = CallRecord.objects.filter(ledger_account_id=row.ledger_account_id, call_id=row.pk).first()
    if record is None:
        return None
    proof = _settled_proof(record, _masked([row]).get(row.pk, ""))
    return _view(row, proof, (record.answered_at, record.ended_at, record.hold_micros))


def calls_of_account(
    account_id: UUID, *, start: datetime | None = None, end: datetime | None = None
) -> tuple[CallProof, ...]:
    """Every call of this account that was authorized and whose record is kept, the latest first.

    Only those that started from `start` up to (without) `end`, where these are given.
    """
    found = made_calls({account_id: start}, end=end)
    ordered = sorted(found, key=lambda each: (each.authorized_at, each.call_id), reverse=True)
    return tuple(proof for _made, proof in proofs_of(ordered))


def made_calls(since: Since, *, start: datetime | None = None, end: datetime | None = None) -> tuple[MadeCall, ...]:
    """The calls that `proofs_of` knows more about, of several accounts, the one that started last first.

    Of each account only those that started from its moment on (None: all), and from `start` up to (without) `end`.
    """
    running = [
        MadeCall(live.account_id, live.id, _started(live), live.authorized_at, 0)
        for live in _live_calls(since)
        if _is_within(live, _later(since[live.account_id], start), end)
    ]
    records = _records_of(since, start, end).values_list(
        *("ledger_account_id", "call_id", "started", "authorized_at", "charge_micros")
    )
    return tuple(sorted([*running, *(MadeCall(*row) for row in records)], key=_latest, reverse=True))


def proofs_of(calls: Sequence[MadeCall]) -> tuple[tuple[MadeCall, CallProof], ...]:
    """These calls with their proofs, in their order; what was given up meanwhile is left out."""
    wanted = [each.call_id for each in calls]
    accounts = {each.account_id for each in calls}
    running = {live.id: live for live in _live_calls(accounts)} if any(not each.charge_micros for each in calls) else {}
    running = {call_id: running[call_id] for call_id in wanted if call_id in running}
    records = {
        record.call_id: record
        for record in CallRecord.objects.filter(
            ledger_account_id__in=accounts, call_id__in=[each for each in wanted if each not in running]
        )
    }
    numbers = _masked([SealedCall(*row) for row in _calls.fetch(SEALED_FIELDS, "id", wanted)])
    found = {call_id: _running_proof(live, numbers.get(call_id, "")) for call_id, live in running.items()}
    found |= {call_id: _settled_proof(record, numbers.get(call_id, "")) for call_id, record in records.items()}
    return tuple((each, found[each.call_id]) for each in calls if each.call_id in found)


def months_called(since: Since) -> frozenset[date]:
    """The first day (UTC) of each month in which calls of these accounts started, of each from its moment on."""
    records = _records_of(since, None, None)
    found = records.annotate(month=TruncMonth("started", tzinfo=UTC)).values_list("month", flat=True).distinct()
    running = [_started(live) for live in _live_calls(since) if _is_within(live, since[live.account_id], None)]
    return frozenset(each.astimezone(UTC).date().replace(day=1) for each in [*found, *running])


def places_called(since: Since, *, at_most: int) -> tuple[CalledPlace, ...]:
    """Where people talked most with these accounts and how often, the place called most often first."""
    talked = _records_of(since, None, None).filter(used_seconds__gt=0)
    groups = talked.values_list("destination_key", "country_iso2", "line_type", "area").annotate(
        times=Count("pk"), any_prefix=Max("prefix")
    )
    return tuple(
        CalledPlace(DestinationInfo(key, country or None, LineType(line_type), area), prefix, times)
        for key, country, line_type, area, times, prefix in groups.order_by("-times", "destination_key")[:at_most]
    )


def _records_of(since: Since, start: datetime | None, end: datetime | None) -> "QuerySet[CallRecord]":
    whole = [account_id for account_id, moment in since.items() if moment is None]
    mine = Q(ledger_account_id__in=whole)
    for account_id, moment in since.items():
        if moment is not None:
            mine |= Q(ledger_account_id=account_id, started__gte=moment)
    records = CallRecord.objects.annotate(started=Coalesce("answered_at", "authorized_at")).filter(mine)
    if start is not None:
        records = records.filter(started__gte=start)
    return records if end is None else records.filter(started__lt=end)


def _is_within(live: LiveCall, start: datetime | None, end: datetime | None) -> bool:
    started = _started(live)
    return (start is None or started >= start) and (end is None or started < end)


def _started(live: LiveCall) -> datetime:
    return live.answered_at or live.authorized_at


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _latest(made: MadeCall) -> tuple[datetime, datetime, UUID]:
    return made.started_at, made.authorized_at, made.call_id


def running_calls() -> int:
    """How many calls hold money at this moment."""
    return RunningCall.objects.count()


def day_facts(account_ids: Collection[UUID], now: datetime) -> dict[UUID, DayFacts]:
    """What each of these accounts has done lately, as its limits count it."""
    windows = Windows(now)
    spent = windows.spent_by(account_ids)
    running: dict[UUID, list[LiveCall]] = {}
    for row in _running.fetch(RUNNING_FIELDS, "ledger_account_id", list(account_ids)):
        running.setdefault(row[0], []).append(LiveCall.of_row(row))
    shop = windows.shop_risk_calls()
    return {
        account_id: windows.facts(spent.get(account_id) or Spent(), running.get(account_id, ()), shop)
        for account_id in account_ids
    }


def records_between(start: datetime, end: datetime) -> Iterator[tuple[Any, ...]]:
    """Every call that ended from `start` up to (without) `end`, as plain tuples of `RERATED_FIELDS`, in no order.

    They come as they are read, a piece at a time, so that a million of them need no memory.
    """
    rows = CallRecord.objects.filter(ended_at__gte=start, ended_at__lt=end).values_list(*RERATED_FIELDS)
    return rows.iterator(CHUNK)


def access_numbers() -> tuple[AccessNumberInfo, ...]:
    """The numbers that callers dial first, by number."""
    rows = AccessNumber.objects.filter(active=True).order_by("e164")
    return tuple(AccessNumberInfo(row.e164, row.place_en, row.place_ru) for row in rows)


def _live_calls(account_ids: Collection[UUID]) -> list[LiveCall]:
    return [LiveCall.of_row(row) for row in _running.fetch(RUNNING_FIELDS, "ledger_account_id", list(account_ids))]


def _view(row: Call, proof: CallProof, held: tuple[datetime | None, datetime | None, int]) -> CallView:
    answered_at, ended_at, hold_micros = held
    return CallView(
        call_id=row.call_id,
        state=proof.state,
        refusal_reason=None,
        authorized_at=row.authorized_at,
        answered_at=answered_at,
        ended_at=ended_at,
        granted_seconds=proof.granted_seconds,
        hold_micros=hold_micros,
        proof=proof,
    )


def _masked(calls: Collection[Call | SealedCall]) -> dict[UUID, str]:
    """The called numbers without the digits that tell whose they are; those that were erased are not among them."""
    return {call_id: mask(number) for call_id, number in called_numbers(calls, purpose=Purpose.CALL_RECORD).items()}


def _terms(record: CallRecord) -> RateTerms:
    if record.terms:
        return msgspec.json.decode(record.terms, type=RateTerms)
    return RateTerms(
        record.minute_price_micros,
        record.connect_fee_micros,
        record.first_increment_seconds,
        record.next_increment_seconds,
        record.minimum_charge_micros,
        record.free_up_to_seconds,
    )


def _settled_proof(record: CallRecord, masked_number: str) -> CallProof:
    cause = ReleaseCause(record.release_cause)
    return CallProof(
        started_at=record.answered_at or record.authorized_at,
        state=CallState.EXPIRED if cause is ReleaseCause.SILENT else CallState.ENDED,
        destination=DestinationInfo(
            key=record.destination_key,
            country_iso2=record.country_iso2 or None,
            line_type=LineType(record.line_type),
            area=record.area,
        ),
        masked_number=masked_number,
        prefix=record.prefix,
        deck_version=record.deck_version,
        terms=_terms(record),
        granted_seconds=record.granted_seconds,
        used_seconds=record.used_seconds,
        billable_seconds=record.billable_seconds,
        increments=record.increments,
        fee_micros=record.fee_micros,
        charge_micros=record.charge_micros,
        balance_before_micros=record.balance_before_micros,
        balance_after_micros=record.balance_before_micros - record.charge_micros,
        overrun_seconds=record.overrun_seconds,
        overrun_micros=record.overrun_micros,
        release_cause=cause,
        allowance_seconds=record.allowance_seconds,
        fairness=FairnessReason(record.fairness) if record.fairness else None,
        forgiven_micros=record.forgiven_micros,
        guaranteed=record.is_guaranteed,
        week_second=record.week_second or 0,
    )


def _running_proof(live: LiveCall, masked_number: str) -> CallProof:
    """A call in progress: nothing is charged yet, and the terms shown are those that price what was granted."""
    zone = current().store_time_zone
    priced = live.offers.priced(live.answered_at or live.authorized_at, zone, live.held_seconds)
    place = priced.charge(live.granted_seconds).offer
    offer = live.offers.offers[place]
    posted = ledger_queries.balance(live.account_id).posted_micros
    return CallProof(
        started_at=live.answered_at or live.authorized_at,
        state=live.state,
        destination=offer.destination,
        masked_number=masked_number,
        prefix=offer.prefix,
        deck_version=offer.deck_version,
        terms=offer.terms,
        granted_seconds=live.granted_seconds,
        used_seconds=live.last_used_seconds,
        billable_seconds=0,
        increments=0,
        fee_micros=0,
        charge_micros=0,
        balance_before_micros=posted,
        balance_after_micros=posted,
        overrun_seconds=0,
        overrun_micros=0,
        release_cause=None,
        guaranteed=offer.is_promised,
        week_second=priced.week_seconds[place] if priced.week_seconds else 0,
    )
