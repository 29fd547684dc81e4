"""Within thirty days of a purchase nobody pays more than the deck shown at the purchase."""

from datetime import timedelta

import pytest
from call_scenery import DECK, SwitchWords, publish

from crystalcall.minutes.calls import queries
from crystalcall.minutes.calls.actions import guarantee_quote
from crystalcall.minutes.calls.values import Guaranteed

pytestmark = pytest.mark.django_db

DEARER = DECK.replace("0.10,0,60,60", "0.25,0,60,60")
CHEAPER = DECK.replace("0.10,0,60,60", "0.05,0,60,60")


@pytest.fixture
def promised(deck, card, now):
    guarantee_quote(card.account_id, deck.id, until=now + timedelta(days=30), now=now)
    return card


def test_a_dearer_deck_does_not_touch_what_was_bought_before_it(promised, now, books):
    publish(DEARER, now + timedelta(days=1))
    switch = SwitchWords(promised, now + timedelta(days=29))
    granted = switch.authorize()
    assert (granted.granted_seconds, granted.minute_price_micros) == (6000, 100_000)
    assert switch.end(60).charge_micros == 100_000
    (proof,) = queries.calls_of_account(promised.account_id)
    assert proof.deck_version == 1
    books()


def test_a_cheaper_deck_is_everybodys(promised, now):
    publish(CHEAPER, now + timedelta(days=1))
    switch = SwitchWords(promised, now + timedelta(days=2))
    assert switch.authorize().granted_seconds == 12_000
    assert switch.end(60).charge_micros == 50_000
    (proof,) = queries.calls_of_account(promised.account_id)
    assert proof.deck_version == 2


def test_after_thirty_days_the_current_deck_rates_the_call(promised, now):
    publish(DEARER, now + timedelta(days=1))
    switch = SwitchWords(promised, now + timedelta(days=30))
    assert switch.authorize().minute_price_micros == 250_000
    assert switch.end(60).charge_micros == 250_000


def test_a_call_authorized_within_the_promise_keeps_it_to_its_end(promised, now):
    publish(DEARER, now + timedelta(days=1))
    switch = SwitchWords(promised, now + timedelta(days=30) - timedelta(seconds=1))
    switch.authorize()
    switch.now += timedelta(hours=1)
    assert switch.end(3600).charge_micros == 6_000_000


def test_a_card_bought_under_the_new_deck_pays_its_price(card, now):
    publish(DEARER, now + timedelta(days=1))
    switch = SwitchWords(card, now + timedelta(days=2))
    assert switch.authorize().minute_price_micros == 250_000


def test_a_destination_withdrawn_from_sale_is_still_delivered_to_who_bought_it(promised, now):
    lines = [line for line in DECK.splitlines() if not line.startswith("7")]
    publish("\n".join(lines), now + timedelta(days=1))
    switch = SwitchWords(promised, now + timedelta(days=2))
    assert switch.authorize().minute_price_micros == 100_000


def test_the_cheaper_deck_is_chosen_by_what_the_call_costs_and_not_by_the_minute(promised, now):
    # By the second the new minute is dearer, and yet a call of ten seconds costs less.
    publish(DECK.replace("0.10,0,60,60", "0.20,0,1,1"), now + timedelta(days=1))
    switch = SwitchWords(promised, now + timedelta(days=2))
    assert switch.authorize().granted_seconds == 6000
    assert switch.end(10).charge_micros == 33_334
    (proof,) = queries.calls_of_account(promised.account_id)
    assert (proof.deck_version, proof.billable_seconds) == (2, 10)


def test_a_repeated_promise_is_one_and_only_grows(deck, card, now):
    until = now + timedelta(days=30)
    assert guarantee_quote(card.account_id, deck.id, until=until, now=now) == Guaranteed(deck.id, until)
    assert guarantee_quote(card.account_id, deck.id, until=now, now=now).until == until
    later = until + timedelta(days=5)
    assert guarantee_quote(card.account_id, deck.id, until=later, now=now).until == later
