"""A cap is a cap for real calls: at the same time, one after the other, and with the credit moved in between."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "calls"))

from call_scenery import DECK, MOSCOW, SwitchWords, make_card, publish
from call_scenery import Card as SoldCard

from crystalcall.minutes.calls.values import Extended, Granted, Refused
from crystalcall.minutes.cards import actions, queries
from crystalcall.minutes.cards.values import Card, CreditMoved, NotEnough
from crystalcall.minutes.limits import actions as limits
from crystalcall.minutes.limits.risk import forget_ranges
from crystalcall.minutes.pins.actions import reveal_pin
from crystalcall.rules.calls import RefusalReason

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000
MEXICO = "+52 55 1234 5678"


@pytest.fixture(autouse=True)
def fresh_ranges():
    forget_ranges()
    yield
    forget_ranges()


@pytest.fixture
def deck(db, now):
    return publish(DECK, now)


def call(card, now, call_id, called_number=MOSCOW):
    """A call to Moscow at ten cents a minute, as far as it is granted."""
    switch = SwitchWords(card, now, call_id)
    return switch, switch.authorize(called_number=called_number)


def move(source, target, now, amount=None):
    return actions.move_credit(source.serial, target.serial, amount_micros=amount, key=f"{now}", now=now)


def test_three_calls_at_once_keep_the_days_cap_together(deck, now):
    card = make_card(100, now)
    limits.change_limits(
        card.account_id, {"day_cap_micros": 3 * DOLLAR, "call_cap_micros": DOLLAR, "max_calls": 5}, now=now
    )
    running = [call(card, now, f"c{number}") for number in range(3)]
    assert [granted.granted_seconds for _, granted in running] == [600, 600, 600]
    _, fourth = call(card, now, "c4")
    assert fourth == Refused(RefusalReason.LIMIT_REACHED)
    running[0][0].end(60)
    _, fifth = call(card, now, "c5")
    assert isinstance(fifth, Granted)
    assert fifth.granted_seconds == 540  # ninety cents of the day are left
    for switch, _ in running[1:]:
        switch.end(600)
    SwitchWords(card, now, "c5").end(540)
    seen = queries.card(card.serial, now=now)
    assert isinstance(seen, Card)
    assert seen.today.spent_today_micros == 3 * DOLLAR
    assert call(card, now, "c6")[1] == Refused(RefusalReason.LIMIT_REACHED)
    assert isinstance(call(card, now + timedelta(days=1), "c7")[1], Granted)


def test_a_cap_is_not_dodged_by_moving_credit_to_a_fresh_card_and_back(deck, now):
    capped, fresh = make_card(20, now), make_card(0, now)
    limits.change_limits(capped.account_id, {"day_cap_micros": 2 * DOLLAR}, now=now)
    first, granted = call(capped, now, "c1")
    assert granted.granted_seconds == 1200
    held = move(capped, fresh, now, 19 * DOLLAR)
    assert held == NotEnough(capped.serial, 18 * DOLLAR)
    first.end(1200)
    assert isinstance(move(capped, fresh, now + timedelta(seconds=1)), CreditMoved)
    assert call(fresh, now, "c2")[1] == Refused(RefusalReason.LIMIT_REACHED)
    assert isinstance(move(fresh, capped, now + timedelta(seconds=2)), CreditMoved)
    assert call(capped, now, "c3")[1] == Refused(RefusalReason.LIMIT_REACHED)
    tomorrow = now + timedelta(days=1)
    assert isinstance(move(capped, fresh, tomorrow), CreditMoved)
    assert call(fresh, tomorrow, "c4")[1].granted_seconds == 1200


def test_calls_to_ranges_of_risk_are_few_short_and_follow_the_credit(deck, now):
    card, fresh = make_card(50, now), make_card(0, now)
    limits.add_risk_range("7495", note="a test", now=now)
    for number in range(3):
        switch, granted = call(card, now, f"c{number}")
        assert granted.granted_seconds == 600
        switch.end(60)
    assert call(card, now, "c4")[1] == Refused(RefusalReason.TOO_MANY_CALLS)
    assert isinstance(move(card, fresh, now), CreditMoved)
    assert call(fresh, now, "c5")[1] == Refused(RefusalReason.TOO_MANY_CALLS)
    assert isinstance(call(fresh, now, "c6", MEXICO)[1], Granted)


def test_refused_calls_lock_nobody_out(deck, now):
    card = make_card(50, now)
    limits.change_limits(card.account_id, {"allowed_countries": ("RU",)}, now=now)
    for number in range(70):
        refused = call(card, now, f"m{number}", MEXICO)[1]
        assert refused == Refused(RefusalReason.FORBIDDEN_DESTINATION)
    switch, granted = call(card, now, "c1")
    assert isinstance(granted, Granted)
    switch.end(60)
    seen = queries.card(card.serial, now=now)
    assert isinstance(seen, Card)
    assert (seen.today.calls_last_hour, seen.today.spent_today_micros) == (1, DOLLAR // 10)


def test_whoever_talks_with_a_lost_pin_gets_no_more_time_and_its_holder_goes_on(deck, now):
    lost = make_card(10, now)
    thief = SwitchWords(lost, now, "thief")
    thief.authorize(slice_seconds=60)
    thief.answer()
    assert thief.extend(1, 50) == Extended(120)
    later = now + timedelta(seconds=60)
    replaced = actions.replace_pin(lost.serial, now=later)
    thief.now = later + timedelta(seconds=50)
    assert thief.extend(2, 110) == Extended(120)
    thief.end(115)
    fresh = SoldCard(replaced.to_serial, reveal_pin(replaced.to_serial), lost.account_id)
    holder = SwitchWords(fresh, later + timedelta(seconds=70), "holder")
    holder.authorize(slice_seconds=60)
    assert holder.extend(1, 50) == Extended(120)
    refused = SwitchWords(lost, later + timedelta(seconds=70), "again").authorize()
    assert refused == Refused(RefusalReason.BLOCKED)
