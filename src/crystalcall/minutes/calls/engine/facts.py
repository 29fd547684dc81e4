"""What cards have done lately, as their limits count it: calls that are over by their records, running ones as held."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, Sum

from crystalcall.minutes.calls.engine.live import LiveCall
from crystalcall.minutes.calls.models import CallRecord, RunningCall
from crystalcall.plumbing.rowsets import UuidArray, ask
from crystalcall.rules.limits import VELOCITY_WINDOW, DayFacts, day_start

NOTHING_DONE: Final = DayFacts()
_SPENT_POSTGRESQL: Final = b"""
SELECT ledger_account_id, count(*) FILTER (WHERE authorized_at > %b),
    coalesce(sum(charge_micros) FILTER (WHERE ended_at >= %b), 0)::bigint,
    count(*) FILTER (WHERE authorized_at >= %b AND is_risky)
FROM calls_callrecord WHERE ledger_account_id = ANY(%b::uuid[]) AND ended_at >= %b GROUP BY ledger_account_id
"""


@dataclass(slots=True)
class Spent:
    """What the calls of one account that are over amount to: counted in the last hour, charged and of risk today."""

    calls_last_hour: int = 0
    spent_today_micros: int = 0
    risk_calls_today: int = 0


class Windows:
    """Since when calls count, seen from one moment.

    Numbers of calls count by their authorization, money by the day it is spent in: what ended today and all that runs.
    Otherwise a call extended after midnight would be bound by the one day's cap and count for the other's.
    """

    __slots__ = ("_day", "_hour")

    def __init__(self, now: datetime) -> None:
        self._hour = now - VELOCITY_WINDOW
        self._day = day_start(now)

    def spent_by(self, account_ids: Collection[UUID]) -> dict[UUID, Spent]:
        """What the calls of these accounts that are over amount to, by one statement."""
        # Whatever was authorized since then has ended since then: so the index by account and end finds it.
        since = min(self._hour, self._day)
        if connection.vendor == "postgresql":
            # Written out: the ORM takes a millisecond to put the same words together, for every batch.
            asked = (self._hour, self._day, self._day, UuidArray(account_ids), since)
            return {row[0]: Spent(*row[1:]) for row in ask(_SPENT_POSTGRESQL, asked)}
        rows = CallRecord.objects.filter(ledger_account_id__in=account_ids, ended_at__gte=since).values_list(
            "ledger_account_id"
        )
        counted = rows.annotate(
            calls=Count("call_id", filter=Q(authorized_at__gt=self._hour)),
            spent=Sum("charge_micros", filter=Q(ended_at__gte=self._day), default=0),
            risky=Count("call_id", filter=Q(authorized_at__gte=self._day, is_risky=True)),
        )
        return {account_id: Spent(calls, int(spent), risky) for account_id, calls, spent, risky in counted.order_by()}

    def shop_risk_calls(self) -> int:
        """How many calls of the whole shop to ranges of risk were granted within the hour."""
        lately = Q(is_risky=True, authorized_at__gt=self._hour)
        return CallRecord.objects.filter(lately).count() + RunningCall.objects.filter(lately).count()

    def add_over(self, spent: Spent, live: LiveCall, charge_micros: int) -> None:
        """Count a call that has just ended."""
        spent.calls_last_hour += live.authorized_at > self._hour
        spent.spent_today_micros += charge_micros
        spent.risk_calls_today += live.is_risky and live.authorized_at >= self._day

    def facts(self, spent: Spent, running: Iterable[LiveCall], shop_risk_calls: int) -> DayFacts:
        """All that an account has done, with the calls that it runs now (without the one in question)."""
        calls, held, risky, count = 0, 0, 0, 0
        for live in running:
            count += 1
            calls += live.authorized_at > self._hour
            held += live.hold_micros
            risky += live.is_risky and live.authorized_at >= self._day
        return DayFacts(
            calls_last_hour=spent.calls_last_hour + calls,
            spent_today_micros=spent.spent_today_micros + held,
            risk_calls_today=spent.risk_calls_today + risky,
            running_calls=count,
            shop_risk_calls_last_hour=shop_risk_calls,
        )
