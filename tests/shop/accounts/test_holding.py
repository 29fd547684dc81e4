"""Cards in an account: added by PIN, seen by one account at a time, replaced when lost, bounded by limits."""

from datetime import UTC, datetime, timedelta

import pytest

from crystalcall.minutes.cards.values import CardReplaced
from crystalcall.minutes.ledger.queries import balance
from crystalcall.minutes.limits.values import BadLimits
from crystalcall.minutes.pins.actions import Origin, PinAccepted, PinRefused, block_pin, check_pin
from crystalcall.minutes.pins.queries import pin
from crystalcall.rules.pins import PinRefusalReason, PinState
from crystalcall.shop.orders import actions
from crystalcall.shop.orders.belongings import (
    calls_of,
    cards_of,
    holdings_of,
    limits_of_card,
    made_with,
    months_of,
    places_of,
)
from crystalcall.shop.orders.values import (
    CardAdded,
    CardGone,
    CardNotAdded,
    CardNotAddedReason,
    CardStays,
    NotYourCard,
    RevealedCard,
)

UNKNOWN = PinRefused(PinRefusalReason.UNKNOWN_PIN)


def test_a_card_added_by_its_pin_shows_what_is_on_it_and_the_calls_from_then_on(shop, registered, anna, boris):
    bought = shop.sells(anna)
    shop.calls(bought, call_id="before")
    me = registered(boris)
    shop.later(minutes=5)
    assert actions.add_card(me, bought.pin, now=shop.now) == CardAdded(bought.serial)
    [card] = cards_of(me)
    [held] = holdings_of([card], now=shop.now)
    assert held.balance.available_micros == balance(bought.account_id).available_micros
    assert card.order_number == ""
    assert made_with([card]) == ()
    shop.later(minutes=5)
    shop.calls(bought, call_id="after")
    assert len(calls_of([card], made_with([card]))) == 1


def test_adding_a_card_is_no_use_of_it(shop, registered, anna):
    bought = shop.sells(anna)
    actions.add_card(registered(anna), bought.pin, now=shop.now)
    assert pin(bought.serial).state is PinState.ISSUED


def test_a_card_stands_in_one_account(shop, registered, anna, boris, mallory):
    bought = shop.sells(anna)
    me, other = registered(boris), registered(mallory)
    actions.add_card(me, bought.pin, now=shop.now)
    assert actions.add_card(me, bought.pin, now=shop.now) == CardNotAdded(CardNotAddedReason.YOURS_ALREADY)
    refused = actions.add_card(other, bought.pin, now=shop.now)
    assert refused == CardNotAdded(CardNotAddedReason.IN_ANOTHER_ACCOUNT)
    assert cards_of(other) == ()
    assert actions.let_card_go(me, bought.serial) == CardGone(bought.serial)
    assert actions.add_card(other, bought.pin, now=shop.now) == CardAdded(bought.serial)


def test_the_buyers_claim_takes_a_card_out_of_the_account_of_whoever_saw_its_pin(shop, registered, anna, mallory):
    bought = shop.sells(anna)
    thief, buyer = registered(mallory), registered(anna)
    actions.add_card(thief, bought.pin, now=shop.now)
    replaced = actions.replace_lost_card(thief, bought.serial, now=shop.now)
    actions.claim_by_mailbox(buyer, now=shop.now)
    assert cards_of(thief) == ()
    assert [card.serial for card in cards_of(buyer)] == [replaced.to_serial]
    assert actions.add_card(thief, "".join(actions.reveal_card(buyer, replaced.to_serial).pin), now=shop.now) == (
        CardNotAdded(CardNotAddedReason.IN_ANOTHER_ACCOUNT)
    )
    back = actions.replace_lost_card(buyer, replaced.to_serial, now=shop.now)
    assert isinstance(back, CardReplaced)


@pytest.mark.clause("C14")
def test_wrong_pins_are_slowed_as_at_a_telephone_and_the_right_one_waits_too(shop, registered, anna, boris):
    bought = shop.sells(anna)
    me, other = registered(boris), registered(anna)
    for number in range(5):
        assert actions.add_card(me, f"10000000000{number}", now=shop.now) == UNKNOWN
    slowed = actions.add_card(me, bought.pin, now=shop.now)
    assert slowed.reason is PinRefusalReason.TOO_MANY_TRIES
    assert slowed.retry_after_seconds == 30
    assert cards_of(me) == ()
    assert isinstance(actions.add_card(other, bought.pin, now=shop.now), CardAdded)
    assert cards_of(me) == ()
    later = shop.now + timedelta(seconds=31)
    assert actions.add_card(me, "100000000009", now=later) == UNKNOWN
    assert actions.add_card(me, "100000000009", now=later).retry_after_seconds == 60


def test_a_lost_card_is_blocked_and_all_that_is_on_it_is_behind_a_new_pin_at_once(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    before = balance(bought.account_id)
    replaced = actions.replace_lost_card(me, bought.serial, now=shop.now)
    assert isinstance(replaced, CardReplaced)
    revealed = actions.reveal_card(me, replaced.to_serial)
    assert revealed.pin != bought.pin
    assert check_pin(bought.pin, origin=Origin(), now=shop.now) == PinRefused(PinRefusalReason.BLOCKED)
    opened = check_pin(revealed.pin, origin=Origin(), now=shop.now)
    assert opened == PinAccepted(replaced.to_serial, bought.account_id)
    assert balance(bought.account_id) == before
    assert [card.serial for card in cards_of(me)] == [replaced.to_serial]
    assert actions.reveal_own_pins(me, bought.order_number) == (RevealedCard(replaced.to_serial, revealed.pin),)
    assert actions.replace_lost_card(me, bought.serial, now=shop.now) == NotYourCard(bought.serial)


def test_a_card_that_the_shop_blocked_is_not_opened_by_a_new_pin(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    block_pin(bought.serial, reason="stolen money", now=shop.now)
    assert actions.replace_lost_card(me, bought.serial, now=shop.now) == CardStays(bought.serial)
    assert [card.serial for card in cards_of(me)] == [bought.serial]


@pytest.mark.clause("C14")
def test_nobody_acts_on_a_card_of_another_account(shop, registered, anna, mallory):
    bought = shop.sells(anna)
    actions.claim_by_mailbox(registered(anna), now=shop.now)
    stranger = registered(mallory)
    nothing = NotYourCard(bought.serial)
    assert actions.replace_lost_card(stranger, bought.serial, now=shop.now) == nothing
    assert actions.reveal_card(stranger, bought.serial) == nothing
    assert actions.let_card_go(stranger, bought.serial) == nothing
    assert actions.bound_card(stranger, bought.serial, {"day_cap_micros": 1}, now=shop.now) == nothing
    assert actions.reveal_own_pins(stranger, bought.order_number) == ()
    assert pin(bought.serial).state is PinState.ISSUED


def test_limits_are_set_for_a_card_of_the_account(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    changes = {"day_cap_micros": 2_000_000, "premium_allowed": False, "allowed_countries": ("RU", "UA")}
    actions.bound_card(me, bought.serial, changes, now=shop.now)
    [card] = cards_of(me)
    assert limits_of_card(card).day_cap_micros == 2_000_000
    assert limits_of_card(card).allowed_countries == ("RU", "UA")
    assert isinstance(actions.bound_card(me, bought.serial, {"allowed_countries": ("XX",)}, now=shop.now), BadLimits)


def test_a_bought_card_stays_with_its_order(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    assert actions.let_card_go(me, bought.serial) == CardStays(bought.serial)


def test_calls_are_found_by_month_and_the_places_called_most_come_first(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    assert (months_of(cards_of(me)), places_of(cards_of(me), at_most=3)) == ((), ())
    for number in range(2):
        shop.calls(bought, call_id=f"november-{number}")
    shop.calls(bought, "+525512345678", call_id="mexico")
    shop.later(days=35)
    shop.calls(bought, "+525512345678", call_id="december", seconds=None)
    cards = cards_of(me)
    assert [f"{day:%Y-%m}" for day in months_of(cards)] == ["2026-12", "2026-11"]
    assert [(place.destination.country_iso2, place.calls) for place in places_of(cards, at_most=3)] == [
        ("RU", 2),
        ("MX", 1),
    ]
    assert len(places_of(cards, at_most=1)) == 1
    december = datetime(2026, 12, 1, tzinfo=UTC)
    assert len(made_with(cards, end=december)) == 3
    assert len(made_with(cards, start=december)) == 1
    assert [each.proof.started_at for each in calls_of(cards, made_with(cards))] == [
        each.started_at for each in made_with(cards)
    ]
    assert len(made_with(cards)) == 4
