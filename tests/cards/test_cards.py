"""Credit and minutes are given, moved, adjusted and refunded; limits go with them, and PINs say what is left."""

from datetime import timedelta
from uuid import uuid4

import pytest

from crystalcall.minutes.cards import actions, queries
from crystalcall.minutes.cards.keeping import settle_pins
from crystalcall.minutes.cards.listeners import on_credit_expired
from crystalcall.minutes.cards.values import (
    BadBundle,
    BlockedCard,
    Card,
    CardReplaced,
    CreditMoved,
    CreditRefunded,
    CreditSet,
    DifferentCountries,
    MinutesGiven,
    NotEnough,
    NothingLeft,
    SameCard,
    UnknownSerial,
)
from crystalcall.minutes.ledger import actions as ledger
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.ledger.events import CreditExpired
from crystalcall.minutes.limits import queries as limit_queries
from crystalcall.minutes.limits.values import OwnLimits
from crystalcall.minutes.pins import actions as pins
from crystalcall.minutes.pins import queries as pin_queries
from crystalcall.minutes.pins.checking import MISSES_REASON
from crystalcall.minutes.pins.values import Origin, PinAccepted, PinRefused
from crystalcall.plumbing.announcements import listeners
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.pins import PinRefusalReason, PinState

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


def credit(card) -> int:
    return ledger_queries.balance(card.account_id).available_micros


def state(card) -> PinState:
    return pin_queries.pin(card.serial).state


def move(source, target, now, amount=None, key="m1"):
    return actions.move_credit(source.serial, target.serial, amount_micros=amount, key=key, now=now)


def test_a_card_in_one_look(sold, held, spent, now):
    card = sold(10)
    held(card, 4)
    spent(card, spent_today_micros=4 * DOLLAR, calls_last_hour=1, running_calls=1)
    actions.give_minutes(card.serial, "RU-landline", seconds=600, valid_days=30, key="g", now=now)
    actions.change_limits(card.serial, {"day_cap_micros": 5 * DOLLAR}, now=now)
    seen = queries.card(card.serial, now=now)
    assert isinstance(seen, Card)
    assert (seen.pin.serial, seen.balance.available_micros) == (card.serial, 6 * DOLLAR)
    assert [(each.coverage, each.posted_seconds) for each in seen.minutes] == [("ru-landline", 600)]
    assert seen.limits.day_cap_micros == seen.own_limits.day_cap_micros == 5 * DOLLAR
    assert seen.today.running_calls == 1
    assert queries.card("NOSUCH", now=now) == UnknownSerial("NOSUCH")


def test_a_card_that_has_not_called_has_done_nothing(sold, now):
    card = sold(10)
    seen = queries.card(card.serial, now=now)
    assert isinstance(seen, Card)
    assert (seen.today.spent_today_micros, seen.today.calls_last_hour, seen.today.running_calls) == (0, 0, 0)


# --- moving ----------------------------------------------------------------------------------------------------------


def test_all_that_is_spare_moves_and_the_empty_card_says_so(sold, spent, now, books_are_right):
    source, target = sold(10), sold(0)
    settle_pins(now=now)
    assert state(target) is PinState.EXHAUSTED
    expected = CreditMoved(source.serial, target.serial, 10 * DOLLAR, limits_became_stricter=False)
    assert move(source, target, now) == expected
    assert (credit(source), credit(target)) == (0, 10 * DOLLAR)
    assert (state(source), state(target)) == (PinState.EXHAUSTED, PinState.ISSUED)
    assert books_are_right()


def test_a_move_repeated_under_its_key_moves_once(sold, spent, now):
    source, target = sold(10), sold(5)
    assert move(source, target, now, 3 * DOLLAR) == move(source, target, now, 3 * DOLLAR)
    assert (credit(source), credit(target)) == (7 * DOLLAR, 8 * DOLLAR)


def test_what_a_running_call_holds_stays(sold, held, spent, now, books_are_right):
    source, target = sold(10), sold(0)
    held(source, 4)
    assert move(source, target, now, 7 * DOLLAR) == NotEnough(source.serial, 6 * DOLLAR)
    moved = move(source, target, now, key="m2")
    assert isinstance(moved, CreditMoved)
    assert moved.amount_micros == 6 * DOLLAR
    assert state(source) is PinState.ISSUED  # the held four dollars may come back
    assert move(source, target, now, key="m3") == NothingLeft(source.serial)
    assert (credit(source), credit(target)) == (0, 6 * DOLLAR)
    assert books_are_right()


def test_a_used_up_cap_cannot_be_dodged_by_moving_the_rest_to_a_fresh_card(sold, spent, now):
    capped, fresh = sold(10), sold(0)
    actions.change_limits(capped.serial, {"day_cap_micros": 5 * DOLLAR, "allowed_countries": ("RU",)}, now=now)
    spent(capped, spent_today_micros=5 * DOLLAR, calls_last_hour=9, risk_calls_today=3)
    moved = move(capped, fresh, now)
    assert isinstance(moved, CreditMoved)
    assert moved.limits_became_stricter
    limits = limit_queries.limits_of([fresh.account_id], now)[fresh.account_id]
    assert (limits.day_cap_micros, limits.carried.spent_micros) == (5 * DOLLAR, 5 * DOLLAR)
    assert (limits.carried.calls_last_hour, limits.carried.risk_calls) == (9, 3)
    assert limits.allowed_countries == frozenset({"RU"})
    back = move(fresh, capped, now, key="m2")
    assert isinstance(back, CreditMoved)
    assert not back.limits_became_stricter
    tomorrow = now + timedelta(days=1)
    assert limit_queries.limits_of([fresh.account_id], tomorrow)[fresh.account_id].carried.spent_micros == 0


def test_cards_for_different_countries_exchange_nothing(sold, spent, now):
    source, target = sold(10), sold(5)
    actions.change_limits(source.serial, {"allowed_countries": ("RU",)}, now=now)
    actions.change_limits(target.serial, {"allowed_countries": ("UA",)}, now=now)
    assert move(source, target, now) == DifferentCountries()
    assert (credit(source), credit(target)) == (10 * DOLLAR, 5 * DOLLAR)
    assert limit_queries.own_limits(target.account_id) == OwnLimits(allowed_countries=("UA",))


def test_a_lost_and_blocked_card_can_be_emptied_and_not_filled(sold, spent, now):
    lost, new = sold(10), sold(0)
    pins.block_pin(lost.serial, reason="lost", now=now)
    assert move(new, lost, now) == BlockedCard(lost.serial)
    assert isinstance(move(lost, new, now, key="m2"), CreditMoved)
    assert (state(lost), credit(new)) == (PinState.BLOCKED, 10 * DOLLAR)
    assert pins.unblock_pin(lost.serial).state is PinState.EXHAUSTED


def test_what_cannot_be_moved_is_not(sold, spent, now):
    card = sold(10)
    twin = pins.issue_pin(card.account_id, key="twin", now=now)
    assert actions.move_credit(card.serial, "NOSUCH", amount_micros=1, key="a", now=now) == UnknownSerial("NOSUCH")
    assert actions.move_credit("NOSUCH", card.serial, amount_micros=1, key="a", now=now) == UnknownSerial("NOSUCH")
    assert actions.move_credit(card.serial, card.serial, amount_micros=1, key="a", now=now) == SameCard()
    assert actions.move_credit(card.serial, twin.serial, amount_micros=1, key="a", now=now) == SameCard()
    assert credit(card) == 10 * DOLLAR


# --- giving, taking, refunding ---------------------------------------------------------------------------------------


def test_minutes_open_an_exhausted_card_again(sold, now, books_are_right):
    card = sold(0)
    assert settle_pins(now=now) == 1
    given = actions.give_minutes(card.serial, " ru-* ", seconds=18_000, valid_days=30, key="g", now=now)
    assert isinstance(given, MinutesGiven)
    assert (given.coverage, given.seconds, given.expires_at) == ("ru-*", 18_000, now + timedelta(days=30))
    assert state(card) is PinState.ISSUED
    assert actions.give_minutes(card.serial, "ru-*", seconds=18_000, valid_days=30, key="g", now=now) == given
    assert [each.posted_seconds for each in ledger_queries.allowances(card.account_id, now=now)] == [18_000]
    assert settle_pins(now=now) == 0
    assert books_are_right()


def test_minutes_without_an_end_are_for_ever(sold, now):
    given = actions.give_minutes(sold(1).serial, "mx-mobile", seconds=60, valid_days=None, key="g", now=now)
    assert isinstance(given, MinutesGiven)
    assert given.expires_at is None


@pytest.mark.parametrize("coverage", ["", "ru", "xx-landline", "ru-satellite", "ru-premium", "ru-", "*-*", "ru-lines"])
def test_minutes_are_for_a_country_and_a_kind_of_line(sold, now, coverage):
    card = sold(1)
    answer = actions.give_minutes(card.serial, coverage, seconds=60, valid_days=None, key="g", now=now)
    assert isinstance(answer, BadBundle)
    assert ledger_queries.allowances(card.account_id, now=now) == ()


def test_credit_is_raised_and_lowered_by_hand_once_for_each_key(sold, held, now, books_are_right):
    card = sold(10)

    def adjust(dollars, key):
        return actions.adjust_credit(card.serial, amount_micros=dollars * DOLLAR, reason="noise", key=key, now=now)

    for _ in range(2):
        assert isinstance(adjust(5, "a"), CreditSet)
    assert credit(card) == 15 * DOLLAR
    held(card, 12)
    assert adjust(-4, "b") == NotEnough(card.serial, 3 * DOLLAR)
    done = adjust(-3, "c")
    assert isinstance(done, CreditSet)
    assert (done.balance.available_micros, done.balance.posted_micros) == (0, 12 * DOLLAR)
    assert books_are_right()


def test_unused_credit_is_refunded_and_what_a_call_holds_is_not(sold, held, now, books_are_right):
    card = sold(10)
    held(card, 4)

    def refund(amount, key):
        return actions.refund_credit(card.serial, amount_micros=amount, key=key, now=now)

    assert refund(7 * DOLLAR, "a") == NotEnough(card.serial, 6 * DOLLAR)
    assert refund(DOLLAR, "b") == refund(DOLLAR, "b") == CreditRefunded(card.serial, DOLLAR)
    assert refund(None, "c") == CreditRefunded(card.serial, 5 * DOLLAR)
    assert refund(None, "d") == NothingLeft(card.serial)
    assert (credit(card), ledger_queries.balance(card.account_id).held_micros) == (0, 4 * DOLLAR)
    assert books_are_right()


@pytest.mark.parametrize(
    "act",
    [
        lambda now: actions.change_limits("NOSUCH", {"max_calls": 2}, now=now),
        lambda now: actions.clear_limits("NOSUCH", now=now),
        lambda now: actions.give_minutes("NOSUCH", "ru-*", seconds=1, valid_days=1, key="k", now=now),
        lambda now: actions.adjust_credit("NOSUCH", amount_micros=1, reason="r", key="k", now=now),
        lambda now: actions.refund_credit("NOSUCH", amount_micros=1, key="k", now=now),
    ],
)
def test_an_unknown_card_is_said_to_be_unknown(db, now, act):
    assert act(now) == UnknownSerial("NOSUCH")


# --- PINs follow -----------------------------------------------------------------------------------------------------


def test_the_sweep_marks_emptied_cards_and_opens_filled_ones(sold, held, now):
    used, waiting, full, filled = sold(0), sold(3), sold(10), sold(0)
    pins.check_pin(used.pin, origin=Origin(), now=now)
    held(waiting, 3)
    assert settle_pins(now=now) == 2
    assert [state(each).value for each in (used, waiting, full, filled)] == [
        "exhausted",
        "issued",
        "issued",
        "exhausted",
    ]
    ledger.adjust(filled.account_id, DOLLAR, reason="test", key=str(uuid4()), now=now)
    assert settle_pins(now=now) == 1
    assert (state(used), state(filled)) == (PinState.EXHAUSTED, PinState.ISSUED)
    assert settle_pins(now=now) == 0


def test_an_exhausted_pin_still_opens_so_that_its_balance_can_be_spoken(sold, now):
    card = sold(0)
    settle_pins(now=now)
    assert pins.check_pin(card.pin, origin=Origin(), now=now) == PinAccepted(card.serial, card.account_id)
    assert state(card) is PinState.EXHAUSTED


def test_an_expired_card_says_so_until_it_is_filled_again(sold, now, settings):
    import msgspec

    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, credit_valid_days=90)
    card = sold(10)
    later = now + timedelta(days=91)
    assert ledger.announce_expiring(now + timedelta(days=60)) == 1
    assert settle_pins(now=later) == 0  # the books have not taken the credit yet
    assert ledger.expire_due(later).credit_micros == 10 * DOLLAR
    assert settle_pins(now=later) == 1
    assert state(card) is PinState.EXPIRED
    assert pins.check_pin(card.pin, origin=Origin(), now=later) == PinRefused(PinRefusalReason.EXPIRED)
    actions.give_minutes(card.serial, "ru-*", seconds=600, valid_days=10, key="g", now=later)
    assert state(card) is PinState.ISSUED
    assert pins.check_pin(card.pin, origin=Origin(), now=later) == PinAccepted(card.serial, card.account_id)


def test_an_expiry_is_heard_and_only_a_card_that_holds_nothing_else_is_marked(sold, now):
    empty, filled = sold(0), sold(3)
    settle_pins(now=now)
    for card in (empty, filled):
        on_credit_expired(CreditExpired(str(card.account_id), f"{now:%Y-%m-%d}"))
    assert (state(empty), state(filled)) == (PinState.EXPIRED, PinState.ISSUED)
    assert "minutes.cards.mark_expired" in listeners()["minutes.credit.expired"]


def test_an_account_of_the_stores_is_never_mistaken_for_a_card(sold, now):
    store = ledger.system_account(AccountKind.CALL_REVENUE, now=now)
    pin = pins.issue_pin(store, key="mistake", now=now)
    assert settle_pins(now=now) == 0
    assert pin_queries.pin(pin.serial).state is PinState.ISSUED


def test_a_lost_cards_pin_is_replaced_once_and_everything_stays_behind_the_new_one(sold, held, now):
    card = sold()
    held(card, 2)
    before = ledger_queries.balance(card.account_id)
    replaced = actions.replace_pin(card.serial, now=now)
    assert replaced == CardReplaced(card.serial, replaced.to_serial)
    assert ledger_queries.balance(card.account_id) == before
    assert pin_queries.pin(card.serial).state is PinState.BLOCKED
    assert pin_queries.pin(replaced.to_serial).account_id == card.account_id
    assert actions.replace_pin(card.serial, now=now) == BlockedCard(card.serial)
    assert len(pin_queries.pins_of_account(card.account_id)) == 2


def test_a_pin_blocked_by_guesses_is_replaced_and_one_blocked_by_the_shop_is_not(sold, now):
    guessed, stolen = sold(), sold()
    pins.block_pin(guessed.serial, reason=MISSES_REASON, now=now)
    pins.block_pin(stolen.serial, reason="stolen money", now=now)
    assert isinstance(actions.replace_pin(guessed.serial, now=now), CardReplaced)
    assert actions.replace_pin(stolen.serial, now=now) == BlockedCard(stolen.serial)
    assert len(pin_queries.pins_of_account(stolen.account_id)) == 1
    assert actions.replace_pin("NOTHING", now=now) == UnknownSerial("NOTHING")
