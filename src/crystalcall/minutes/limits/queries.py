"""What cards may do and which ranges are of risk, as frozen values."""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from crystalcall.minutes.limits.models import AccountLimits, RiskRange
from crystalcall.minutes.limits.risk import risk_ranges
from crystalcall.minutes.limits.values import Carried, Guards, Limits, OwnLimits, RiskRangeInfo
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.settings import Settings, current
from crystalcall.rules.limits import NOTHING_CARRIED, VELOCITY_WINDOW, day_start, stricter

__all__ = ["ask_limits_of", "guards", "is_risky", "limits_of", "own_limits", "risk_list", "risk_ranges"]

_LIMITS: Final = Rowset(AccountLimits)
_COLUMNS: Final = (
    "ledger_account_id",
    "max_calls",
    "day_cap_micros",
    "call_cap_micros",
    "call_cap_seconds",
    "allowed_countries",
    "premium_allowed",
    "satellite_allowed",
    "carried_at",
    "carried_spent_micros",
    "carried_calls",
    "carried_risk_calls",
)


def limits_of(account_ids: Collection[UUID], now: datetime) -> dict[UUID, Limits]:
    """What each of these accounts may do at this moment: its own limits within the operator's, by one statement.

    Every account asked for is in the answer; those for which nothing was set share one value.
    """
    return ask_limits_of(account_ids)(now)


def ask_limits_of(account_ids: Collection[UUID]) -> Callable[[datetime], dict[UUID, Limits]]:
    """Ask for the same among the statements of `together`; what is given reads the answer for a moment."""
    answer = _LIMITS.ask(_COLUMNS, "ledger_account_id", account_ids)

    def read(now: datetime) -> dict[UUID, Limits]:
        settings = current()
        found = dict.fromkeys(account_ids, _usual(settings))
        for row in answer.rows():
            found[row[0]] = _of_row(row, settings, now)
        return found

    return read


def own_limits(account_id: UUID) -> OwnLimits:
    """What was set for this account itself."""
    row = AccountLimits.objects.filter(pk=account_id).first()
    return own_of(row) if row else OwnLimits()


def guards() -> Guards:
    """The operator's guards against theft and fraud, as set now."""
    settings = current()
    return Guards(
        calls_per_hour=settings.velocity_calls_per_hour or None,
        risk_calls_per_day=settings.velocity_risk_calls_per_day,
        risk_seconds_per_call=settings.velocity_risk_seconds_per_call or None,
        shop_risk_calls_per_hour=settings.shop_risk_calls_per_hour,
    )


def is_risky(digits: str) -> bool:
    """Whether a number, in digits from its country code on, lies in a range of risk; answered from memory."""
    return risk_ranges().covers(digits)


def risk_list() -> tuple[RiskRangeInfo, ...]:
    """Every range of risk, by prefix."""
    rows = RiskRange.objects.order_by("prefix")
    return tuple(RiskRangeInfo(row.prefix, row.note, row.added_at) for row in rows)


def own_of(row: AccountLimits) -> OwnLimits:
    """A row of this room as the value that others see."""
    return OwnLimits(
        max_calls=row.max_calls,
        day_cap_micros=row.day_cap_micros,
        call_cap_micros=row.call_cap_micros,
        call_cap_seconds=row.call_cap_seconds,
        allowed_countries=None if row.allowed_countries is None else tuple(row.allowed_countries),
        premium_allowed=row.premium_allowed,
        satellite_allowed=row.satellite_allowed,
    )


def _usual(settings: Settings) -> Limits:
    return Limits(max_calls=settings.calls_per_card, day_cap_micros=settings.day_cap_micros or None)


def _of_row(row: tuple[Any, ...], settings: Settings, now: datetime) -> Limits:
    _, max_calls, day_cap, call_cap, call_seconds, countries, premium, satellite, *carried = row
    return Limits(
        max_calls=max_calls or settings.calls_per_card,
        day_cap_micros=stricter(day_cap, settings.day_cap_micros or None),
        call_cap_micros=call_cap,
        call_cap_seconds=call_seconds,
        allowed_countries=None if countries is None else frozenset(json.loads(countries)),
        premium_allowed=bool(premium),
        satellite_allowed=bool(satellite),
        carried=carried_now(*carried, now=now),
    )


def carried_now(at: datetime | None, spent_micros: int, calls: int, risk_calls: int, *, now: datetime) -> Carried:
    """What still counts of that which came with another card's credit: for its day, or for the velocity window."""
    if at is None:
        return NOTHING_CARRIED
    same_day = day_start(at) == day_start(now)
    return Carried(
        spent_micros=spent_micros if same_day else 0,
        calls_last_hour=calls if now - at < VELOCITY_WINDOW else 0,
        risk_calls=risk_calls if same_day else 0,
    )
