"""Limits are set for a card, bound by the operator's, and follow credit that moves."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crystalcall.minutes.limits import actions, queries
from crystalcall.minutes.limits.models import AccountLimits
from crystalcall.minutes.limits.values import (
    BadLimits,
    Carried,
    CarriedOver,
    CountriesDiffer,
    Guards,
    Limits,
    OwnLimits,
)
from crystalcall.plumbing.settings import Settings, current
from crystalcall.rules.limits import DayFacts

pytestmark = pytest.mark.django_db

NOTHING_DONE = DayFacts()


@pytest.fixture
def settled(settings):
    """Changes settings for one test."""
    import msgspec

    def change(**changes: object) -> Settings:
        settings.CRYSTALCALL = msgspec.structs.replace(current(), **changes)
        return settings.CRYSTALCALL

    return change


def test_a_card_without_a_wish_has_the_operators_limits(now, settled):
    card = uuid4()
    assert queries.limits_of([card], now) == {card: Limits(max_calls=1)}
    settled(calls_per_card=3, day_cap_micros=50_000_000)
    assert queries.limits_of([card], now) == {card: Limits(max_calls=3, day_cap_micros=50_000_000)}
    assert queries.limits_of([], now) == {}


def test_what_is_named_is_set_and_the_rest_stays(now):
    card = uuid4()
    actions.change_limits(card, {"day_cap_micros": 5_000_000, "allowed_countries": ("UA", "RU", "RU")}, now=now)
    own = actions.change_limits(card, {"max_calls": 2, "premium_allowed": True}, now=now)
    assert own == queries.own_limits(card)
    assert own == OwnLimits(max_calls=2, day_cap_micros=5_000_000, allowed_countries=("RU", "UA"), premium_allowed=True)
    assert queries.limits_of([card], now)[card] == Limits(
        max_calls=2, day_cap_micros=5_000_000, allowed_countries=frozenset({"RU", "UA"}), premium_allowed=True
    )
    assert actions.change_limits(card, {"allowed_countries": None}, now=now).allowed_countries is None
    assert queries.own_limits(uuid4()) == OwnLimits()


def test_a_cap_of_zero_is_a_cap_and_not_its_absence(now):
    card = uuid4()
    actions.change_limits(card, {"day_cap_micros": 0}, now=now)
    assert queries.limits_of([card], now)[card].day_cap_micros == 0


def test_a_buyer_cannot_raise_the_operators_cap(now, settled):
    card = uuid4()
    settled(day_cap_micros=10_000_000)
    actions.change_limits(card, {"day_cap_micros": 90_000_000}, now=now)
    assert queries.limits_of([card], now)[card].day_cap_micros == 10_000_000
    actions.change_limits(card, {"day_cap_micros": 1_000_000}, now=now)
    assert queries.limits_of([card], now)[card].day_cap_micros == 1_000_000


def test_limits_taken_away_are_gone(now):
    card = uuid4()
    actions.change_limits(card, {"call_cap_micros": 1, "satellite_allowed": True}, now=now)
    assert actions.clear_limits(card, now=now) == OwnLimits()
    assert queries.limits_of([card], now)[card] == Limits(max_calls=1)
    actions.clear_limits(uuid4(), now=now)
    assert AccountLimits.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_calls": 0}, "max_calls"),
        ({"max_calls": 101}, "max_calls"),
        ({"day_cap_micros": -1}, "day_cap_micros"),
        ({"call_cap_micros": 0}, "call_cap_micros"),
        ({"call_cap_seconds": 0}, "call_cap_seconds"),
        ({"call_cap_seconds": 10**9}, "call_cap_seconds"),
        ({"allowed_countries": ()}, "allowed_countries"),
        ({"allowed_countries": ("RU", "XX")}, "allowed_countries"),
        ({"allowed_countries": ("ru",)}, "allowed_countries"),
    ],
)
def test_limits_that_make_no_sense_are_refused_and_change_nothing(now, changes, field):
    card = uuid4()
    actions.change_limits(card, {"max_calls": 2}, now=now)
    problem = actions.change_limits(card, {"premium_allowed": True, **changes}, now=now)
    assert isinstance(problem, BadLimits)
    assert problem.field == field
    assert queries.own_limits(card) == OwnLimits(max_calls=2)


def test_many_cards_are_asked_for_by_one_statement(now):
    cards = [uuid4() for _ in range(300)]
    for card in cards[:5]:
        actions.change_limits(card, {"max_calls": 2}, now=now)
    with CaptureQueriesContext(connection) as asked:
        found = queries.limits_of(cards, now)
    assert len(asked) <= 1  # Rowsets pass Django's log by on PostgreSQL
    assert [found[card].max_calls for card in cards[:6]] == [2, 2, 2, 2, 2, 1]
    assert len(found) == 300


def test_the_guards_are_the_operators_settings(settled):
    assert queries.guards() == Guards(60, 3, 600, 30)
    settled(velocity_calls_per_hour=0, velocity_risk_calls_per_day=0, velocity_risk_seconds_per_call=0)
    assert queries.guards() == Guards(None, 0, None, 30)


def carry(source, target, now, source_facts=NOTHING_DONE, target_facts=NOTHING_DONE):
    return actions.carry_over(source, target, source_facts=source_facts, target_facts=target_facts, now=now)


def test_credit_takes_the_stricter_limits_with_it(now):
    child, parent = uuid4(), uuid4()
    actions.change_limits(
        child,
        {"day_cap_micros": 5_000_000, "allowed_countries": ("RU", "UA"), "max_calls": 1, "call_cap_seconds": 600},
        now=now,
    )
    actions.change_limits(
        parent,
        {"day_cap_micros": 9_000_000, "allowed_countries": ("RU", "US"), "max_calls": 4, "premium_allowed": True},
        now=now,
    )
    expected = OwnLimits(
        max_calls=1, day_cap_micros=5_000_000, call_cap_seconds=600, allowed_countries=("RU",), premium_allowed=False
    )
    assert carry(child, parent, now) == CarriedOver(expected, became_stricter=True)
    assert queries.own_limits(parent) == expected
    assert carry(child, parent, now) == CarriedOver(expected, became_stricter=False)


@pytest.mark.parametrize(
    ("source_calls", "target_calls", "usual", "after"),
    [(3, None, 1, 1), (None, 3, 1, 1), (2, 3, 1, 2), (3, 2, 5, 2), (None, None, 4, 4), (2, None, 4, 2)],
)
def test_credit_never_brings_more_calls_at_once_than_either_card_had(
    now, settled, source_calls, target_calls, usual, after
):
    settled(calls_per_card=usual)
    source, target = uuid4(), uuid4()
    actions.change_limits(source, {"max_calls": source_calls}, now=now)
    actions.change_limits(target, {"max_calls": target_calls}, now=now)
    carry(source, target, now)
    assert queries.limits_of([target], now)[target].max_calls == after


def test_a_cap_that_is_used_up_stays_used_up_on_the_other_card_until_the_day_is_over(now):
    child, fresh = uuid4(), uuid4()
    actions.change_limits(child, {"day_cap_micros": 5_000_000}, now=now)
    carry(child, fresh, now, source_facts=DayFacts(3, 5_000_000, 2))
    held = queries.limits_of([fresh], now)[fresh]
    assert held == Limits(max_calls=1, day_cap_micros=5_000_000, carried=Carried(5_000_000, 3, 2))
    in_two_hours = now + timedelta(hours=2)
    assert queries.limits_of([fresh], in_two_hours)[fresh].carried == Carried(5_000_000, 0, 2)
    tomorrow = now + timedelta(hours=10)
    assert queries.limits_of([fresh], tomorrow)[fresh].carried == Carried()


def test_the_operators_guards_cannot_be_dodged_by_moving_credit_through_three_cards(now):
    cards = [uuid4() for _ in range(4)]
    for source, target in pairwise(cards):
        carry(source, target, now, source_facts=DayFacts(risk_calls_today=3 if source == cards[0] else 0))
    assert queries.limits_of([cards[3]], now)[cards[3]].carried.risk_calls == 3


def test_a_move_between_cards_without_limits_or_calls_leaves_no_row(now):
    source, target = uuid4(), uuid4()
    assert carry(source, target, now) == CarriedOver(OwnLimits(), became_stricter=False)
    assert not AccountLimits.objects.exists()


def test_cards_without_a_country_in_common_do_not_exchange_credit(now):
    source, target = uuid4(), uuid4()
    actions.change_limits(source, {"allowed_countries": ("RU",)}, now=now)
    actions.change_limits(target, {"allowed_countries": ("UA",)}, now=now)
    assert carry(source, target, now, source_facts=DayFacts(1, 1, 1)) == CountriesDiffer()
    assert queries.own_limits(target) == OwnLimits(allowed_countries=("UA",))
    assert queries.limits_of([target], now)[target].carried == Carried()


@pytest.mark.parametrize(
    "values",
    [{"max_calls": 0}, {"call_cap_micros": 0}, {"call_cap_seconds": 0}, {"carried_spent_micros": 1}],
)
def test_the_database_refuses_what_the_program_never_writes(now, values):
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountLimits.objects.create(ledger_account_id=uuid4(), set_at=now, **values)
