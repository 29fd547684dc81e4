"""What a buyer allows a card and what the operator guards against, at the grant; a refusal leaves nothing behind."""

from datetime import timedelta

import msgspec
import pytest
from call_scenery import DECK, DOLLAR, MEXICO, MOSCOW, SwitchWords, asking, make_card, pay_in, publish
from test_refusals import nothing_happened

from crystalcall.minutes.calls import actions, queries
from crystalcall.minutes.calls.engine import page
from crystalcall.minutes.calls.models import RunningCall
from crystalcall.minutes.calls.values import Extended, Granted, Refused
from crystalcall.minutes.limits import queries as limits_queries
from crystalcall.minutes.limits.actions import add_risk_range, change_limits
from crystalcall.minutes.limits.risk import forget_ranges
from crystalcall.minutes.pins.actions import block_pin, unblock_pin
from crystalcall.plumbing.settings import current
from crystalcall.rules.calls import RefusalReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit(card, now):
    """Sets limits of Anna's card."""
    return lambda **changes: change_limits(card.account_id, changes, now=now)


@pytest.fixture
def set_guards(monkeypatch):
    """Sets the operator's guards."""

    def replace(**figures: int) -> None:
        changed = msgspec.structs.replace(current(), **figures)
        for module in (page, limits_queries):
            monkeypatch.setattr(module, "current", lambda: changed)

    return replace


@pytest.fixture
def risky(db, now):
    """Moscow stands on the list of ranges of risk, for this test."""
    add_risk_range("7495", now=now)
    forget_ranges()
    yield
    forget_ranges()


def call(card, now, name: str, **more):
    return SwitchWords(card, now, name).authorize(**more)


def test_a_card_makes_as_many_calls_at_once_as_it_may(card, limit, now, books):
    limit(max_calls=3)
    granted = [call(card, now, f"call-{place}", slice_seconds=60) for place in range(3)]
    assert all(isinstance(each, Granted) for each in granted)
    assert sorted(RunningCall.objects.values_list("seat", flat=True)) == [0, 1, 2]
    assert call(card, now, "call-3") == Refused(RefusalReason.IN_USE)
    SwitchWords(card, now, "call-1").end(30)
    assert isinstance(call(card, now, "call-4", slice_seconds=60), Granted)
    assert sorted(RunningCall.objects.values_list("seat", flat=True)) == [0, 1, 2]
    books()


def test_a_limit_that_was_lowered_counts_for_the_next_call_and_not_for_those_that_run(card, limit, now):
    limit(max_calls=2)
    call(card, now, "a", slice_seconds=60)
    call(card, now, "b", slice_seconds=60)
    limit(max_calls=1)
    assert RunningCall.objects.count() == 2
    SwitchWords(card, now, "a").end(30)
    assert call(card, now, "c") == Refused(RefusalReason.IN_USE)


def test_a_cap_on_a_call_bounds_its_hold(card, limit, now, books):
    limit(call_cap_micros=DOLLAR)
    assert call(card, now, "call-1").granted_seconds == 600
    assert card.held_micros == DOLLAR
    limit(call_cap_micros=None, call_cap_seconds=90)
    SwitchWords(card, now).end(0)
    assert call(card, now, "call-2").granted_seconds == 90
    books()


def test_a_cap_below_the_first_increment_is_told_as_such_and_not_as_missing_credit(card, limit, now):
    limit(call_cap_micros=99_999)
    assert call(card, now, "call-1") == Refused(RefusalReason.LIMIT_REACHED)
    assert nothing_happened(card)


def test_the_cap_of_a_day_counts_charges_and_holds_until_midnight(card, limit, now, books):
    limit(day_cap_micros=DOLLAR, max_calls=2)
    assert call(card, now, "a").granted_seconds == 600
    assert call(card, now, "b") == Refused(RefusalReason.LIMIT_REACHED)
    SwitchWords(card, now, "a").end(240)
    assert call(card, now, "c").granted_seconds == 360
    SwitchWords(card, now, "c").end(360)
    assert call(card, now, "d") == Refused(RefusalReason.LIMIT_REACHED)
    assert call(card, now + timedelta(hours=9), "e").granted_seconds == 600
    books()


def test_the_cap_of_a_day_is_not_dodged_by_calls_that_run_over_midnight(card, limit, now, books):
    late = now.replace(hour=23, minute=59)
    limit(day_cap_micros=DOLLAR, max_calls=5)
    for place in range(5):
        assert call(card, late, f"call-{place}", slice_seconds=60).granted_seconds == 60
    tomorrow = late + timedelta(minutes=2)
    for place in range(5):
        for sequence in range(1, 12):
            SwitchWords(card, tomorrow, f"call-{place}").extend(sequence, 50)
    assert card.held_micros <= DOLLAR
    for place in range(5):
        SwitchWords(card, tomorrow, f"call-{place}").end(600)
    assert 10 * DOLLAR - card.available_micros <= DOLLAR
    assert call(card, tomorrow, "call-9") == Refused(RefusalReason.LIMIT_REACHED)
    books()


def test_a_card_that_is_blocked_while_somebody_talks_gets_no_more_time(card, now, books):
    switch = SwitchWords(card, now)
    switch.authorize(slice_seconds=60)
    assert switch.extend(1, 50) == Extended(120)
    block_pin(card.serial, reason="stolen", now=now)
    assert switch.extend(2, 110) == Extended(120)
    unblock_pin(card.serial)
    assert switch.extend(3, 115) == Extended(180)
    books()


def test_an_extension_keeps_the_caps_and_never_shortens(card, limit, now, books):
    limit(call_cap_micros=DOLLAR)
    switch = SwitchWords(card, now)
    assert switch.authorize(slice_seconds=300).granted_seconds == 300
    switch.answer()
    assert switch.extend(1, 290) == Extended(600)
    assert switch.extend(2, 590) == Extended(600)
    limit(call_cap_micros=300_000)
    pay_in(card.account_id, 5, now)
    assert switch.extend(3, 595) == Extended(600)
    assert card.held_micros == DOLLAR
    books()


def test_a_card_calls_only_the_countries_its_owner_named(card, limit, now):
    limit(allowed_countries=("MX",))
    assert call(card, now, "call-1") == Refused(RefusalReason.FORBIDDEN_DESTINATION)
    assert nothing_happened(card)
    assert isinstance(call(card, now, "call-2", called_number=MEXICO), Granted)


def test_satellites_are_off_until_they_are_switched_on_and_have_a_price(card, limit, now, books):
    assert call(card, now, "call-1", called_number="+8816 314 10000") == Refused(RefusalReason.FORBIDDEN_DESTINATION)
    limit(satellite_allowed=True)
    assert call(card, now, "call-2", called_number="+8816 314 10000").minute_price_micros == 6 * DOLLAR
    books()


def test_premium_numbers_that_are_switched_on_still_need_a_price(card, limit, now):
    assert call(card, now, "call-1", called_number="+19005550199") == Refused(RefusalReason.FORBIDDEN_DESTINATION)
    limit(premium_allowed=True)
    assert call(card, now, "call-2", called_number="+19005550199") == Refused(RefusalReason.NO_ROUTE)
    assert nothing_happened(card)


def test_premium_numbers_are_never_sold_at_the_price_of_landlines(card, limit, now):
    now += timedelta(minutes=1)
    publish(DECK + "1,United States,0.01,0,60,60\n90,Turkey,0.05,0,60,60\n", now)
    limit(premium_allowed=True)
    assert call(card, now, "call-1", called_number="+19005550199") == Refused(RefusalReason.NO_ROUTE)
    # Bare digits were read as American, and would be dialled as Turkish.
    assert call(card, now, "call-2", called_number="9005550199") == Refused(RefusalReason.FORBIDDEN_DESTINATION)
    assert nothing_happened(card)


def test_premium_numbers_of_risk_count_with_no_other_limit_set(card, limit, set_guards, now):
    now += timedelta(minutes=1)
    publish(DECK + "1900,United States - Premium,0.10,0,60,60\n", now)
    limit(premium_allowed=True)
    add_risk_range("1900", now=now)
    forget_ranges()
    set_guards(velocity_calls_per_hour=0, velocity_risk_calls_per_day=2)
    for place in range(2):
        assert isinstance(call(card, now, f"call-{place}", called_number="+19005550199"), Granted)
        SwitchWords(card, now, f"call-{place}").end(60)
    assert call(card, now, "call-2", called_number="+19005550199") == Refused(RefusalReason.TOO_MANY_CALLS)


def test_premium_numbers_belong_to_the_country_of_their_price(card, limit, now, books):
    now += timedelta(minutes=1)
    publish(DECK + "4490,United Kingdom - Premium,1.00,0,60,60\n", now)
    limit(premium_allowed=True, allowed_countries=("RU",))
    assert call(card, now, "call-1", called_number="+449098790879") == Refused(RefusalReason.FORBIDDEN_DESTINATION)
    assert nothing_happened(card)
    limit(allowed_countries=("RU", "GB"))
    assert call(card, now, "call-2", called_number="+449098790879").minute_price_micros == DOLLAR
    books()


def test_a_card_begins_only_so_many_calls_in_an_hour(card, set_guards, now, books):
    set_guards(velocity_calls_per_hour=3)
    for place in range(3):
        assert isinstance(call(card, now, f"call-{place}"), Granted)
        SwitchWords(card, now, f"call-{place}").end(0)
    assert call(card, now, "call-3") == Refused(RefusalReason.TOO_MANY_CALLS)
    assert isinstance(call(card, now + timedelta(hours=1), "call-4"), Granted)
    books()


def test_calls_begun_in_one_batch_count_one_by_one(deck, card, set_guards, now):
    from crystalcall.minutes.calls import engine
    from crystalcall.minutes.calls.engine import Authorize, End
    from crystalcall.minutes.calls.values import CallKey

    set_guards(velocity_calls_per_hour=2)
    words = []
    for place in range(3):
        words += [Authorize(asking(card, f"call-{place}")), End(CallKey(1, f"call-{place}"), 0, "busy")]
    outcomes = engine.take(words, now=now)
    assert [isinstance(each, Granted) for each in outcomes[::2]] == [True, True, False]
    assert outcomes[4] == Refused(RefusalReason.TOO_MANY_CALLS)


def test_calls_to_ranges_of_risk_are_short_and_few(card, risky, set_guards, now, books):
    set_guards(velocity_risk_calls_per_day=2, velocity_risk_seconds_per_call=120)
    for place in range(2):
        assert call(card, now, f"call-{place}").granted_seconds == 120
        SwitchWords(card, now, f"call-{place}").end(60)
    assert call(card, now, "call-2") == Refused(RefusalReason.TOO_MANY_CALLS)
    assert isinstance(call(card, now, "call-3", called_number=MEXICO), Granted)
    books()


def test_the_whole_shop_lets_only_so_many_calls_of_risk_through(deck, risky, set_guards, now):
    set_guards(shop_risk_calls_per_hour=2, velocity_risk_calls_per_day=9)
    cards = [make_card(5, now) for _ in range(3)]
    assert isinstance(call(cards[0], now, "a"), Granted)
    SwitchWords(cards[0], now, "a").end(60)
    assert isinstance(call(cards[1], now, "b"), Granted)
    assert call(cards[2], now, "c") == Refused(RefusalReason.TOO_MANY_CALLS)
    assert isinstance(call(cards[2], now + timedelta(hours=1), "d"), Granted)


def test_what_a_card_did_today_is_told_to_its_operator(card, risky, limit, now):
    limit(max_calls=2)
    call(card, now, "a", slice_seconds=60)
    SwitchWords(card, now, "a").end(60)
    call(card, now, "b", slice_seconds=120)
    facts = queries.day_facts([card.account_id], now)[card.account_id]
    assert (facts.calls_last_hour, facts.spent_today_micros, facts.risk_calls_today) == (2, 300_000, 2)
    assert (facts.running_calls, facts.shop_risk_calls_last_hour) == (1, 2)


def test_limits_of_one_card_are_not_anothers(card, limit, deck, now):
    limit(allowed_countries=("MX",))
    assert isinstance(actions.authorize_call(asking(make_card(1, now), "x", MOSCOW), now=now), Granted)
