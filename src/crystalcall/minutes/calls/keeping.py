"""How long what is known of calls is kept: answers for repeats for weeks, records for months, numbers until forgotten.

What a legal hold holds is left where it is, record by record, until the hold is released.

Also here: what carriers ask for the calls of a day, which goes into the books once a day is over.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet, Sum

from crystalcall.minutes.calls.models import BookedDay, Call, CallRecord, CallStep, RecordHorizon, RunningCall
from crystalcall.minutes.calls.months import drop_months, ensure_months
from crystalcall.minutes.ledger.actions import book_carrier_cost
from crystalcall.plumbing.settings import current
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.retention_classes import CLASSES

logger = logging.getLogger(__name__)

# Rows that are given up in one transaction: a moment's work.
PIECE: Final = 5000
# A day is booked when its last calls have surely been written, and for so long back should the sweep have stood still.
DAY_SETTLES: Final = timedelta(hours=1)
DAYS_BACK: Final = 62


@dataclass(frozen=True, slots=True)
class Kept:
    """What one pass of retention gave up."""

    records: int
    months: int
    calls: int


def erase_called_numbers(account_ids: tuple[UUID, ...]) -> int:
    """Forget which numbers these accounts called; charges and proofs stay whole. Gives how many calls were stripped.

    Running calls keep theirs until they are over: a repeat of the switch's request must still get its answer.
    """
    with transaction.atomic():
        running = RunningCall.objects.filter(ledger_account_id__in=account_ids).values("call_id")
        over = Call.objects.filter(
            pk__in=CallRecord.objects.filter(ledger_account_id__in=account_ids).values("call_id")
        ).exclude(pk__in=running)
        CallStep.objects.filter(call_id__in=over.values("pk")).delete()
        return over.filter(sealed_grant__isnull=False).update(sealed_grant=None, authorize_digest=None)


def forget_answers(now: datetime) -> int:
    """Give up the answers that were kept for repeats, and refused calls, once they are old; gives how many rows.

    A grant's own answer holds the called number and stays as long as the record of its call.
    """
    before = now - timedelta(days=current().step_retention_days)
    running = RunningCall.objects.filter(authorized_at__lt=before).values("call_id")
    old_steps = CallStep.objects.filter(received_at__lt=before).exclude(call_id__in=running)
    refused = Call.objects.filter(authorized_at__lt=before).exclude(refusal_reason="")
    return _delete_steps(old_steps) + _delete_calls(refused)


def forget_old_records(now: datetime) -> Kept:
    """Give up records older than so many months: whole months at once on PostgreSQL; then the calls they were of.

    Records of a month that is not yet whole too old go day by day, so that none is kept longer than its class says.
    """
    horizon = _horizon(now)
    with transaction.atomic():
        if not RecordHorizon.objects.filter(kept_from__gte=horizon).exists():
            RecordHorizon.objects.update_or_create(pk=1, defaults={"kept_from": horizon})
    held = sorted(UUID(name) for name in held_names(NameKind.ACCOUNT))
    months = drop_months(horizon, but_of=held)
    records = 0
    while count := _delete_some_records(horizon, held):
        records += count
    # A call that began before the horizon and ended after it keeps its record, and so keeps its name.
    longest = CallRecord.objects.filter(authorized_at__lt=horizon).values("call_id")
    calls = Call.objects.filter(authorized_at__lt=horizon).exclude(pk__in=longest)
    return Kept(records, months, _delete_calls(calls.exclude(pk__in=RunningCall.objects.values("call_id"))))


def make_months_ahead(now: datetime) -> int:
    """Have tables for this month and the next; gives 0, because nothing was found that somebody had left."""
    ensure_months(now)
    return 0


def book_carrier_costs(now: datetime) -> int:
    """Book what carriers ask for each day that is over, once; gives how many days were booked."""
    booked = 0
    for day in _days_to_book(now):
        begin = datetime.combine(day, time.min, tzinfo=UTC)
        ended = CallRecord.objects.filter(ended_at__gte=begin, ended_at__lt=begin + timedelta(days=1))
        asked = ended.filter(cost_micros__gt=0).exclude(carrier="").values_list("carrier").annotate(Sum("cost_micros"))
        with transaction.atomic():
            book_carrier_cost(day, {carrier: int(micros) for carrier, micros in asked.order_by()}, now=now)
            BookedDay.objects.get_or_create(day=day, defaults={"booked_at": now})
        booked += 1
    return booked


def _days_to_book(now: datetime) -> list[date]:
    """The days that are over and not booked, from the last booked one (or the first record) on."""
    last = (now - DAY_SETTLES).astimezone(UTC).date() - timedelta(days=1)
    latest = BookedDay.objects.aggregate(day=Max("day"))["day"]
    if latest is None:
        first_end = CallRecord.objects.aggregate(at=Min("ended_at"))["at"]
        if first_end is None:
            return []
        latest = first_end.astimezone(UTC).date() - timedelta(days=1)
    first = max(latest + timedelta(days=1), last - timedelta(days=DAYS_BACK))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _horizon(now: datetime) -> datetime:
    """From when on records are kept: the beginning (UTC) of the day so many months ago."""
    kept_from = CLASSES["call_record"].over_before(now) or now
    return datetime.combine(kept_from.astimezone(UTC).date(), time.min, tzinfo=UTC)


def _delete_some_records(before: datetime, held: Sequence[UUID]) -> int:
    """Delete records that no month's table took with it; their trigger lets those before the horizon go."""
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    table = CallRecord._meta.db_table  # noqa: SLF001 - Django's documented model API
    account = CallRecord._meta.get_field("ledger_account_id")  # noqa: SLF001 - Django's documented model API
    names = [account.get_db_prep_value(each, connection) for each in held]
    # Asked twice: a place is only unique within one month's table, and what is held must go from none of them.
    is_old = "ended_at < %s" + (f" AND ledger_account_id NOT IN ({', '.join(['%s'] * len(names))})" if names else "")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE {is_old} AND {place} IN "  # noqa: S608 - names of our own
            f"(SELECT {place} FROM {table} WHERE {is_old} LIMIT %s)",
            [before, *names, before, *names, PIECE],
        )
        return int(cursor.rowcount)


def _delete_steps(rows: "QuerySet[CallStep]") -> int:
    deleted = 0
    while calls := list(rows.values_list("call_id", flat=True)[:PIECE]):
        deleted += rows.filter(call_id__in=calls).delete()[0]
    return deleted


def _delete_calls(rows: "QuerySet[Call]") -> int:
    deleted = 0
    while calls := list(rows.values_list("pk", flat=True)[:PIECE]):
        CallStep.objects.filter(call_id__in=calls).delete()
        deleted += Call.objects.filter(pk__in=calls).delete()[0]
    return deleted
