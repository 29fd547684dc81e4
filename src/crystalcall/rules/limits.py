"""Limits: what a buyer allows a card, what the operator guards against, and what both leave a call to spend.

Buyers set caps for a day and for a call, a list of countries, how many calls a card makes at once, and switch premium
and satellite numbers on. The operator guards against theft and revenue-share fraud: how many calls a card begins in an
hour, and how many, and how long ones, lead to ranges known for that fraud.

What is counted, for all:

* a day is a day of UTC, and a call belongs to the day on which it was authorized, however long it lasts;
* money held for a running call counts as spent, so that calls at the same time keep a cap together;
* calls that were granted count, answered or not; refused ones do not: a refusal reaches no carrier and costs nothing,
  and if it counted, a telephone that tries again and again would lock its own card for good;
* caps bound money; minutes of a bundle are paid already and are not bounded by them;
* credit that moves to another card takes its limits, and what they have left today, with it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crystalcall.rules.numbering import LineType

VELOCITY_WINDOW: Final = timedelta(hours=1)
MOST_CALLS_AT_ONCE: Final = 100
MOST_CALL_SECONDS: Final = 7 * 24 * 3600
# A billion dollars, as the books have it: what is above any balance bounds nothing.
MOST_CAP_MICROS: Final = 10**15
# E.164 numbers have at most fifteen digits; a range of one digit would be a third of the world.
LEAST_RISK_PREFIX_DIGITS: Final = 2
MOST_RISK_PREFIX_DIGITS: Final = 15


class LimitRefusalReason(StrEnum):
    """Why a limit stops a call; the words are those of the switch API."""

    FORBIDDEN_DESTINATION = "forbidden_destination"
    IN_USE = "in_use"
    TOO_MANY_CALLS = "too_many_calls"
    LIMIT_REACHED = "limit_reached"


@dataclass(frozen=True, slots=True)
class Carried:
    """What other cards had used up when their credit came here; it counts as this card's own until its day is over."""

    spent_micros: int = 0
    calls_last_hour: int = 0
    risk_calls: int = 0


NOTHING_CARRIED: Final = Carried()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one card may do; None is no limit. Premium and satellite numbers are off until somebody switches them on."""

    max_calls: int = 1
    day_cap_micros: int | None = None
    call_cap_micros: int | None = None
    call_cap_seconds: int | None = None
    allowed_countries: frozenset[str] | None = None
    premium_allowed: bool = False
    satellite_allowed: bool = False
    carried: Carried = NOTHING_CARRIED


@dataclass(frozen=True, slots=True)
class Guards:
    """The operator's guards; None is no limit, 0 is none at all."""

    calls_per_hour: int | None = None
    risk_calls_per_day: int | None = None
    risk_seconds_per_call: int | None = None
    shop_risk_calls_per_hour: int | None = None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What a card has done so far, without the call in question.

    Args:
        calls_last_hour: calls granted within VELOCITY_WINDOW, over or running.
        spent_today_micros: charges of today's calls that are over, and the holds of those still running.
        risk_calls_today: calls granted today to ranges of risk.
        running_calls: calls that run now.
        shop_risk_calls_last_hour: calls of the whole shop to ranges of risk, granted within VELOCITY_WINDOW.
    """

    calls_last_hour: int = 0
    spent_today_micros: int = 0
    risk_calls_today: int = 0
    running_calls: int = 0
    shop_risk_calls_last_hour: int = 0


@dataclass(frozen=True, slots=True)
class Called:
    """Where a call leads.

    `line_types` holds what the numbering plan and each deck take the number for: the warier counts.
    """

    country_iso2: str | None
    line_types: frozenset[LineType]
    is_risky: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """The call may be granted within these bounds, which count from its beginning; None is no bound."""

    spend_cap_micros: int | None = None
    seconds_cap: int | None = None

    def spendable_micros(self, available_micros: int) -> int:
        """How much of the available credit this call may spend in all."""
        return available_micros if self.spend_cap_micros is None else min(available_micros, self.spend_cap_micros)

    def binds(self, available_micros: int) -> bool:
        """Whether the limits, and not the credit, decide how much may be spent: then no call is LIMIT_REACHED."""
        return self.spend_cap_micros is not None and self.spend_cap_micros < available_micros


# What nearly every call is given.
_UNBOUNDED: Final = Allowed()


@dataclass(frozen=True, slots=True)
class LimitRefusal:
    """The call may not be granted, and why."""

    reason: LimitRefusalReason


def decide(limits: Limits, facts: DayFacts, called: Called, guards: Guards) -> LimitRefusal | Allowed:
    """Whether a new call may be granted at all, and within which bounds.

    A cap that is used up gives bounds of 0 and no refusal here: a bundle or a free destination needs no money. Where
    the bounds leave too little for the first increment, `Allowed.binds` tells LIMIT_REACHED from missing credit.
    """
    if not is_open(limits, called):
        return LimitRefusal(LimitRefusalReason.FORBIDDEN_DESTINATION)
    if facts.running_calls >= limits.max_calls:
        return LimitRefusal(LimitRefusalReason.IN_USE)
    if _is_too_fast(limits, facts, called, guards):
        return LimitRefusal(LimitRefusalReason.TOO_MANY_CALLS)
    return bounds(limits, facts, called, guards)


def bounds(limits: Limits, facts: DayFacts, called: Called, guards: Guards) -> Allowed:
    """What bounds a call, new or running; for a running one the facts leave out its own hold."""
    left_today = None
    if limits.day_cap_micros is not None:
        spent = facts.spent_today_micros + limits.carried.spent_micros
        left_today = max(0, limits.day_cap_micros - spent)
    risk_seconds = guards.risk_seconds_per_call if called.is_risky else None
    spend_cap = stricter(limits.call_cap_micros, left_today)
    seconds_cap = stricter(limits.call_cap_seconds, risk_seconds)
    return _UNBOUNDED if spend_cap is None and seconds_cap is None else Allowed(spend_cap, seconds_cap)


def is_open(limits: Limits, called: Called) -> bool:
    """Whether the card may call there.

    A number without a country (satellites, global services) is on nobody's list: a list lets it through only as a
    premium or satellite number that was switched on.
    """
    if LineType.PREMIUM in called.line_types and not limits.premium_allowed:
        return False
    if LineType.SATELLITE in called.line_types and not limits.satellite_allowed:
        return False
    if limits.allowed_countries is None:
        return True
    if called.country_iso2 is None:
        return not called.line_types.isdisjoint({LineType.PREMIUM, LineType.SATELLITE})
    return called.country_iso2 in limits.allowed_countries


def _is_too_fast(limits: Limits, facts: DayFacts, called: Called, guards: Guards) -> bool:
    if _is_reached(guards.calls_per_hour, facts.calls_last_hour + limits.carried.calls_last_hour):
        return True
    return called.is_risky and (
        _is_reached(guards.risk_calls_per_day, facts.risk_calls_today + limits.carried.risk_calls)
        or _is_reached(guards.shop_risk_calls_per_hour, facts.shop_risk_calls_last_hour)
    )


def _is_reached(limit: int | None, count: int) -> bool:
    return limit is not None and count >= limit


def stricter(one: int | None, other: int | None) -> int | None:
    """The smaller of two limits, where None is no limit."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def day_start(at: datetime) -> datetime:
    """The beginning of the day (of the given moment's own zone; moments are UTC here) to which a call belongs."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def read_risk_prefix(typed: str) -> str | None:
    """The digits of a range, written with or without plus and spaces; None where they are none."""
    digits = typed.strip().removeprefix("+").replace(" ", "")
    plain = digits.isascii() and digits.isdecimal()
    fits = LEAST_RISK_PREFIX_DIGITS <= len(digits) <= MOST_RISK_PREFIX_DIGITS
    return digits if plain and fits and digits[0] != "0" else None


class RiskIndex:
    """Ranges of risk by prefix; a look-up costs a few string slices."""

    __slots__ = ("_lengths", "_prefixes")

    def __init__(self, prefixes: Collection[str]) -> None:
        self._prefixes = frozenset(prefixes)
        self._lengths = sorted({len(prefix) for prefix in self._prefixes})

    def covers(self, digits: str) -> bool:
        """Whether a number, in digits from its country code on, lies in one of the ranges."""
        prefixes = self._prefixes
        for length in self._lengths:  # noqa: SIM110 - asked twice for each call, and a generator takes twice as long
            if digits[:length] in prefixes:
                return True
        return False

    def __len__(self) -> int:
        return len(self._prefixes)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a card may do and what it has done, at one moment."""

    limits: Limits
    facts: DayFacts


def carried_with(source: Standing, target: Standing, guards: Guards) -> Carried:
    """What the target is to count as its own when credit moves to it from the source.

    After it the target has no more left today than either card had before, so that moving credit back and forth
    never spends more than staying. Repeating the same move adds nothing.
    """
    return Carried(
        spent_micros=_carried(
            (source.limits.day_cap_micros, source.facts.spent_today_micros + source.limits.carried.spent_micros),
            (target.limits.day_cap_micros, target.facts.spent_today_micros + target.limits.carried.spent_micros),
            target.facts.spent_today_micros,
        ),
        calls_last_hour=_carried(
            (guards.calls_per_hour, source.facts.calls_last_hour + source.limits.carried.calls_last_hour),
            (guards.calls_per_hour, target.facts.calls_last_hour + target.limits.carried.calls_last_hour),
            target.facts.calls_last_hour,
        ),
        risk_calls=_carried(
            (guards.risk_calls_per_day, source.facts.risk_calls_today + source.limits.carried.risk_calls),
            (guards.risk_calls_per_day, target.facts.risk_calls_today + target.limits.carried.risk_calls),
            target.facts.risk_calls_today,
        ),
    )


def _carried(source: tuple[int | None, int], target: tuple[int | None, int], own_of_target: int) -> int:
    """From (limit, used) of both cards: how much the target must count so that no more is left than either had."""
    limit = stricter(source[0], target[0])
    left = stricter(_left(*source), _left(*target))
    return 0 if limit is None or left is None else max(0, limit - own_of_target - left)


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(0, limit - used)
