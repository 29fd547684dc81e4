"""What limits allow and refuse, without a database: by example, and over wide ranges."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.limits import (
    Allowed,
    Called,
    Carried,
    DayFacts,
    Guards,
    LimitRefusal,
    LimitRefusalReason,
    Limits,
    RiskIndex,
    Standing,
    bounds,
    carried_with,
    day_start,
    decide,
    is_open,
    read_risk_prefix,
    stricter,
)
from crystalcall.rules.numbering import CLOSED_LINES, LineType

FREE = Limits(max_calls=100)
NO_GUARDS = Guards()
NOTHING_DONE = DayFacts()
MOSCOW = Called("RU", frozenset({LineType.LANDLINE}))
RISKY = replace(MOSCOW, is_risky=True)
IRIDIUM = Called(None, frozenset({LineType.SATELLITE}))
PREMIUM = Called("GB", frozenset({LineType.LANDLINE, LineType.PREMIUM}))
GLOBAL_NETWORK = Called(None, frozenset({LineType.OTHER}))

MICROS = st.integers(0, 10**9)
MAYBE_MICROS = st.none() | MICROS
COUNTS = st.integers(0, 200)
COUNTRIES = st.none() | st.frozensets(st.sampled_from(["RU", "UA", "US", "MX"]), min_size=1)
CARRIED = st.builds(Carried, MICROS, COUNTS, COUNTS)
LIMITS = st.builds(
    Limits,
    max_calls=st.integers(1, 100),
    day_cap_micros=MAYBE_MICROS,
    call_cap_micros=st.none() | st.integers(1, 10**9),
    call_cap_seconds=st.none() | st.integers(1, 10**6),
    allowed_countries=COUNTRIES,
    premium_allowed=st.booleans(),
    satellite_allowed=st.booleans(),
    carried=CARRIED,
)
FACTS = st.builds(DayFacts, COUNTS, MICROS, COUNTS, COUNTS, COUNTS)
GUARDS = st.builds(Guards, *[st.none() | st.integers(0, 200)] * 4)
CALLED = st.builds(
    Called,
    st.sampled_from([None, "RU", "UA", "US", "DE"]),
    st.frozensets(st.sampled_from(LineType), min_size=1, max_size=2),
    st.booleans(),
)


def refused(reason: LimitRefusalReason) -> LimitRefusal:
    return LimitRefusal(reason)


def test_without_limits_nothing_is_bounded():
    assert decide(FREE, NOTHING_DONE, MOSCOW, NO_GUARDS) == Allowed(None, None)


@pytest.mark.parametrize(
    ("limits", "called", "opens"),
    [
        (FREE, MOSCOW, True),
        (FREE, GLOBAL_NETWORK, True),
        (FREE, IRIDIUM, False),
        (FREE, PREMIUM, False),
        (replace(FREE, satellite_allowed=True), IRIDIUM, True),
        (replace(FREE, satellite_allowed=True), PREMIUM, False),
        (replace(FREE, premium_allowed=True), PREMIUM, True),
        (replace(FREE, allowed_countries=frozenset({"RU"})), MOSCOW, True),
        (replace(FREE, allowed_countries=frozenset({"UA"})), MOSCOW, False),
        (replace(FREE, allowed_countries=frozenset({"UA"})), GLOBAL_NETWORK, False),
        (replace(FREE, allowed_countries=frozenset({"UA"})), IRIDIUM, False),
        (replace(FREE, allowed_countries=frozenset({"UA"}), satellite_allowed=True), IRIDIUM, True),
        (replace(FREE, allowed_countries=frozenset({"RU"}), premium_allowed=True), PREMIUM, False),
    ],
)
def test_where_a_card_may_call(limits, called, opens):
    assert is_open(limits, called) is opens
    expected = Allowed() if opens else refused(LimitRefusalReason.FORBIDDEN_DESTINATION)
    assert decide(limits, NOTHING_DONE, called, NO_GUARDS) == expected


def test_a_second_call_waits_for_the_first_unless_two_are_allowed():
    one_runs = DayFacts(running_calls=1)
    assert decide(Limits(), one_runs, MOSCOW, NO_GUARDS) == refused(LimitRefusalReason.IN_USE)
    assert decide(Limits(max_calls=2), one_runs, MOSCOW, NO_GUARDS) == Allowed()


def test_a_card_begins_so_many_calls_an_hour_and_not_one_more():
    guards = Guards(calls_per_hour=60)
    assert decide(FREE, DayFacts(calls_last_hour=59), MOSCOW, guards) == Allowed()
    assert decide(FREE, DayFacts(calls_last_hour=60), MOSCOW, guards) == refused(LimitRefusalReason.TOO_MANY_CALLS)


def test_ranges_of_risk_have_their_own_counts_and_their_own_length():
    guards = Guards(risk_calls_per_day=3, risk_seconds_per_call=600, shop_risk_calls_per_hour=30)
    assert decide(FREE, DayFacts(risk_calls_today=2), RISKY, guards) == Allowed(None, 600)
    too_many = refused(LimitRefusalReason.TOO_MANY_CALLS)
    assert decide(FREE, DayFacts(risk_calls_today=3), RISKY, guards) == too_many
    assert decide(FREE, DayFacts(shop_risk_calls_last_hour=30), RISKY, guards) == too_many
    much_risk = DayFacts(risk_calls_today=3, shop_risk_calls_last_hour=30)
    assert decide(FREE, much_risk, MOSCOW, guards) == Allowed()
    assert decide(FREE, NOTHING_DONE, RISKY, Guards(risk_calls_per_day=0)) == too_many


def test_the_least_cap_bounds_a_call():
    limits = Limits(day_cap_micros=5_000_000, call_cap_micros=2_000_000, call_cap_seconds=900)
    assert decide(limits, NOTHING_DONE, MOSCOW, NO_GUARDS) == Allowed(2_000_000, 900)
    late = DayFacts(spent_today_micros=4_500_000)
    assert decide(limits, late, MOSCOW, NO_GUARDS) == Allowed(500_000, 900)
    assert decide(limits, late, RISKY, Guards(risk_seconds_per_call=600)) == Allowed(500_000, 600)


def test_a_cap_used_up_leaves_nothing_to_spend_and_says_that_it_is_the_cap():
    limits = Limits(day_cap_micros=5_000_000)
    bound = decide(limits, DayFacts(spent_today_micros=5_000_000), MOSCOW, NO_GUARDS)
    assert isinstance(bound, Allowed)
    assert bound.spendable_micros(8_000_000) == 0
    assert bound.binds(8_000_000)
    assert not bound.binds(0)
    assert not Allowed().binds(0)


def test_what_came_with_another_cards_credit_counts():
    limits = Limits(day_cap_micros=5_000_000, carried=Carried(4_000_000, 59, 2))
    guards = Guards(calls_per_hour=60, risk_calls_per_day=3)
    assert decide(limits, NOTHING_DONE, RISKY, guards) == Allowed(1_000_000, None)
    too_many = refused(LimitRefusalReason.TOO_MANY_CALLS)
    assert decide(limits, DayFacts(calls_last_hour=1), MOSCOW, guards) == too_many
    assert decide(limits, DayFacts(risk_calls_today=1), RISKY, guards) == too_many


def test_a_call_belongs_to_the_day_on_which_it_was_authorized():
    assert day_start(datetime(2026, 11, 2, 23, 59, 59, 999999, UTC)) == datetime(2026, 11, 2, tzinfo=UTC)
    assert day_start(datetime(2026, 11, 3, tzinfo=UTC)) == datetime(2026, 11, 3, tzinfo=UTC)


@given(LIMITS, FACTS, CALLED, GUARDS)
def test_a_refusal_always_has_its_cause_and_a_grant_has_none(limits, facts, called, guards):
    decision = decide(limits, facts, called, guards)
    calls = facts.calls_last_hour + limits.carried.calls_last_hour
    risk_calls = facts.risk_calls_today + limits.carried.risk_calls
    closed = {LineType.PREMIUM: limits.premium_allowed, LineType.SATELLITE: limits.satellite_allowed}
    causes = {
        LimitRefusalReason.FORBIDDEN_DESTINATION: any(not closed[line] for line in called.line_types & CLOSED_LINES)
        or (
            limits.allowed_countries is not None
            and called.country_iso2 not in limits.allowed_countries
            and not (called.country_iso2 is None and called.line_types & CLOSED_LINES)
        ),
        LimitRefusalReason.IN_USE: facts.running_calls >= limits.max_calls,
        LimitRefusalReason.TOO_MANY_CALLS: (guards.calls_per_hour is not None and calls >= guards.calls_per_hour)
        or (
            called.is_risky
            and (
                (guards.risk_calls_per_day is not None and risk_calls >= guards.risk_calls_per_day)
                or (
                    guards.shop_risk_calls_per_hour is not None
                    and facts.shop_risk_calls_last_hour >= guards.shop_risk_calls_per_hour
                )
            )
        ),
    }
    if isinstance(decision, LimitRefusal):
        assert causes[decision.reason]
    else:
        assert not any(causes.values())


@given(LIMITS, FACTS, CALLED, GUARDS, st.integers(0, 10**10))
def test_no_call_may_spend_more_than_any_cap_or_the_credit(limits, facts, called, guards, available):
    allowed = bounds(limits, facts, called, guards)
    spendable = allowed.spendable_micros(available)
    assert 0 <= spendable <= available
    for cap in (limits.call_cap_micros, limits.day_cap_micros):
        assert cap is None or spendable <= cap
    if limits.day_cap_micros is not None:
        already = facts.spent_today_micros + limits.carried.spent_micros
        assert spendable + already <= max(limits.day_cap_micros, already)
    assert allowed.binds(available) is (spendable < available)
    for seconds in (limits.call_cap_seconds, guards.risk_seconds_per_call if called.is_risky else None):
        assert seconds is None or (allowed.seconds_cap is not None and allowed.seconds_cap <= seconds)


@given(LIMITS, FACTS, CALLED, GUARDS, st.integers(1, 10**6))
def test_who_has_done_more_is_never_allowed_more(limits, facts, called, guards, more):
    busier = replace(
        facts,
        calls_last_hour=facts.calls_last_hour + more,
        spent_today_micros=facts.spent_today_micros + more,
        risk_calls_today=facts.risk_calls_today + more,
    )
    before, after = decide(limits, facts, called, guards), decide(limits, busier, called, guards)
    if isinstance(before, LimitRefusal):
        assert isinstance(after, LimitRefusal)
    elif isinstance(after, Allowed):
        assert stricter(after.spend_cap_micros, before.spend_cap_micros) == after.spend_cap_micros
        assert stricter(after.seconds_cap, before.seconds_cap) == after.seconds_cap


class Card:
    """A card in a story of calls: what its calls of today hold, and what they were charged."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.holds, self.charged = limits, [], 0

    def facts(self, *, without: int = 0) -> DayFacts:
        return DayFacts(spent_today_micros=self.charged + sum(self.holds) - without)

    def act(self, kind: str, which: int, amount: int) -> None:
        if kind == "authorize":
            allowed = decide(self.limits, self.facts(), MOSCOW, NO_GUARDS)
            assert isinstance(allowed, Allowed)
            self.holds.append(allowed.spendable_micros(amount))
        elif self.holds:
            hold = self.holds.pop(which % len(self.holds))
            if kind == "extend":
                allowed = bounds(self.limits, self.facts(), MOSCOW, NO_GUARDS)
                self.holds.append(max(hold, allowed.spendable_micros(amount)))
            else:
                self.charged += min(hold, amount)


STEPS = st.lists(st.tuples(st.sampled_from(["authorize", "extend", "end"]), st.integers(0, 9), MICROS), max_size=30)


@given(MICROS, st.none() | st.integers(1, 10**9), STEPS)
def test_calls_at_the_same_time_never_spend_more_than_the_days_cap_together(day_cap, call_cap, steps):
    card = Card(Limits(max_calls=100, day_cap_micros=day_cap, call_cap_micros=call_cap))
    for step in steps:
        card.act(*step)
        assert card.charged + sum(card.holds) <= day_cap
        assert call_cap is None or all(hold <= call_cap for hold in card.holds)


STANDINGS = st.builds(Standing, LIMITS, FACTS)


def left(limit: int | None, used: int) -> int:
    return 10**18 if limit is None else max(0, limit - used)


def left_of(standing: Standing, guards: Guards) -> tuple[int, int, int]:
    limits, facts = standing.limits, standing.facts
    return (
        left(limits.day_cap_micros, facts.spent_today_micros + limits.carried.spent_micros),
        left(guards.calls_per_hour, facts.calls_last_hour + limits.carried.calls_last_hour),
        left(guards.risk_calls_per_day, facts.risk_calls_today + limits.carried.risk_calls),
    )


def after_move(source: Standing, target: Standing, guards: Guards) -> Standing:
    day_cap = stricter(source.limits.day_cap_micros, target.limits.day_cap_micros)
    limits = replace(target.limits, day_cap_micros=day_cap, carried=carried_with(source, target, guards))
    return Standing(limits, target.facts)


@given(STANDINGS, STANDINGS, GUARDS)
def test_credit_that_moves_finds_no_more_left_than_either_card_had(source, target, guards):
    moved = left_of(after_move(source, target, guards), guards)
    for had_source, had_target, has in zip(left_of(source, guards), left_of(target, guards), moved, strict=True):
        assert has <= min(had_source, had_target)


@given(STANDINGS, STANDINGS, GUARDS)
def test_moving_twice_is_moving_once(source, target, guards):
    once = after_move(source, target, guards)
    assert left_of(after_move(source, once, guards), guards) == left_of(once, guards)


def test_a_move_between_cards_that_used_nothing_up_carries_nothing():
    fresh = Standing(Limits(day_cap_micros=5_000_000), NOTHING_DONE)
    assert carried_with(fresh, fresh, Guards(60, 3, 600, 30)) == Carried()
    used = Standing(Limits(day_cap_micros=5_000_000), DayFacts(spent_today_micros=5_000_000))
    assert carried_with(used, fresh, NO_GUARDS) == Carried(spent_micros=5_000_000)
    rich = Standing(Limits(day_cap_micros=50_000_000), DayFacts(spent_today_micros=20_000_000))
    assert carried_with(rich, fresh, NO_GUARDS) == Carried()


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [
        ("8816", "8816"),
        ("+882 13", "88213"),
        (" 37 ", "37"),
        ("7", None),
        ("", None),
        ("+", None),
        ("0044", None),
        ("881x", None),
        ("٨٨١", None),
        ("1" * 15, "1" * 15),
        ("1" * 16, None),
    ],
)
def test_a_range_is_read_as_digits_from_the_country_code_on(typed, prefix):
    assert read_risk_prefix(typed) == prefix


DIGITS = st.text("0123456789", min_size=1, max_size=15)


@given(st.lists(st.text("0123456789", min_size=2, max_size=15), max_size=20), DIGITS)
def test_a_range_covers_what_begins_with_it_and_nothing_else(prefixes, digits):
    assert RiskIndex(prefixes).covers(digits) is digits.startswith(tuple(prefixes))
    assert len(RiskIndex(prefixes)) == len(set(prefixes))
