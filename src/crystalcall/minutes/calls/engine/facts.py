"""What cards have done lately, as their limits count it: calls that are over by their records, running ones as held."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from crystalcall.minutes.calls.engine.live import LiveCall
from crystalcall.minutes.calls.models import CallRecord, RunningCall
from crystalcall.plumbing.arrays import moment, uuids
from crystalcall.plumbing.embedded import ask_sqlite, uuids_of
from crystalcall.plumbing.together import ask, on_postgresql
from crystalcall.rules.limits import VELOCITY_WINDOW, DayFacts, day_start

NOTHING_DONE: Final = DayFacts()
_SPENT_POSTGRESQL: Final = b"""
SELECT ledger_account_id, count(*) FILTER (WHERE authorized_at > $1::timestamptz),
    coalesce(sum(charge_micros) FILTER (WHERE ended_at >= $2::timestamptz), 0)::bigint,
    count(*) FILTER (WHERE authorized_at >= $2::timestamptz AND is_risky)
FROM calls_callrecord
WHERE ledger_account_id = ANY($3::uuid[]) AND ended_at >= $4::timestamptz AND ended_at < $5::timestamptz
GROUP BY ledger_account_id
"""
_SPENT_SQLITE: Final = """
SELECT ledger_account_id, count(*) FILTER (WHERE authorized_at > ?1),
    coalesce(sum(charge_micros) FILTER (WHERE ended_at >= ?2), 0),
    count(*) FILTER (WHERE authorized_at >= ?2 AND is_risky)
FROM calls_callrecord WHERE ledger_account_id IN (SELECT value FROM json_each(?3)) AND ended_at >= ?4
GROUP BY ledger_account_id
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

    __slots__ = ("_day", "_hour", "_tomorrow")

    def __init__(self, now: datetime) -> None:
        self._hour = now - VELOCITY_WINDOW
        self._day = day_start(now)
        # No clock is ahead of ours by so much, and PostgreSQL need not look into the months to come.
        self._tomorrow = now + timedelta(days=1)

    def spent_by(self, account_ids: Collection[UUID]) -> dict[UUID, Spent]:
        """What the calls of these accounts that are over amount to, by one statement."""
        return self.ask_spent_by(account_ids)()

    def ask_spent_by(self, account_ids: Collection[UUID], *, whole_day: bool = True) -> Callable[[], dict[UUID, Spent]]:
        """Ask for the same among the statements of `together`; what is given reads the answer.

        Without the whole day, only the calls of the last hour are sure to be counted.
        """
        # Whatever was authorized since then has ended since then: so the index by account and end finds it.
        since = min(self._hour, self._day) if whole_day else self._hour
        # Written out: the ORM takes a millisecond to put the same words together, for every batch.
        if on_postgresql():
            hour, day, begin, end = map(moment, (self._hour, self._day, since, self._tomorrow))
            answer = ask(_SPENT_POSTGRESQL, [hour, day, uuids([*account_ids]), begin, end])
            return lambda: {row[0]: Spent(*row[1:]) for row in answer.rows()}
        rows = ask_sqlite(_SPENT_SQLITE, self._hour, self._day, [*account_ids], since)
        accounts = uuids_of([row[0] for row in rows])
        found = {account_id: Spent(*row[1:]) for account_id, row in zip(accounts, rows, strict=True)}
        return lambda: found

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
