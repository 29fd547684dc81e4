"""What is forgiven without asking, and what a call costs the shop; both are in its proof."""

import pytest
from call_scenery import DOLLAR, HEADER, MEXICO, SwitchWords, at, make_card, publish

from crystalcall.minutes.calls import queries
from crystalcall.minutes.calls.models import CallRecord
from crystalcall.minutes.calls.values import Ended
from crystalcall.minutes.rates.actions import PublishDeck, Published, publish_deck
from crystalcall.rules.fairness import FairnessReason

pytestmark = pytest.mark.django_db


def test_a_call_of_three_seconds_is_not_charged_and_its_proof_says_why(switch, card, books):
    switch.authorize()
    assert switch.end(3) == Ended(0, 0, 10 * DOLLAR, forgiven_micros=100_000)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.fairness, proof.forgiven_micros, proof.charge_micros) == (FairnessReason.SHORT_CALL, 100_000, 0)
    assert proof.used_seconds == 3
    books()


def test_a_call_of_four_seconds_is_charged(switch):
    switch.authorize()
    assert switch.end(4) == Ended(100_000, 60, 9_900_000)


@pytest.mark.parametrize(("cause", "seconds", "charge"), [("failed", 60, 0), ("busy", 60, 0), ("failed", 61, 200_000)])
def test_a_call_that_never_came_about_is_not_charged_while_it_is_short(switch, cause, seconds, charge):
    switch.authorize()
    assert switch.end(seconds, cause).charge_micros == charge


def test_a_call_that_was_lost_pays_neither_its_fee_nor_the_increment_it_was_lost_in(switch, card, books):
    switch.authorize(called_number=MEXICO)
    # Eleven increments of six seconds at three cents a minute, of which the last, and the fee, are forgiven.
    assert switch.end(61, "dropped") == Ended(30_000, 60, 9_970_000, forgiven_micros=53_000)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.fairness, proof.fee_micros) == (FairnessReason.DROPPED_CALL, 0)
    books()


def test_a_repeated_end_tells_of_what_was_forgiven_again(switch):
    switch.authorize()
    assert switch.end(2) == switch.end(2)


def test_a_call_costs_what_its_carrier_asks_for_the_time_used(switch):
    switch.authorize()
    switch.end(61)
    record = CallRecord.objects.get()
    # The test deck is sold at cost, by the minute.
    assert (record.carrier, record.cost_micros) == ("northline", 200_000)


def test_a_carrier_that_the_switch_chose_is_the_one_that_is_paid(deck, now):
    publish(HEADER + "7495,Russia - Moscow,0.08,0,60,60\n", now, carrier="southline")
    assert isinstance(publish_deck(PublishDeck(margin_basis_points=40_000), now=now), Published)
    card = make_card(5, now)
    for place, (carrier, cost) in enumerate([(None, 160_000), ("southline", 160_000), ("northline", 200_000)]):
        switch = SwitchWords(card, now, f"call-{place}")
        granted = switch.authorize()
        assert [route.carrier for route in granted.routes] == ["southline", "northline"]
        switch.end(61, carrier=carrier)
        record = CallRecord.objects.get(used_seconds=61, carrier=carrier or "southline", call__call_id=f"call-{place}")
        assert record.cost_micros == cost


def test_what_an_unknown_carrier_asks_is_not_guessed(switch):
    switch.authorize()
    switch.end(61, carrier="somebody")
    assert CallRecord.objects.values_list("carrier", "cost_micros").get() == ("somebody", None)


def test_nobody_pays_a_carrier_for_a_call_that_was_not_answered(switch):
    switch.authorize()
    switch.end(0, "busy")
    assert CallRecord.objects.get().cost_micros == 0


def test_a_call_in_the_evening_has_the_evenings_price_from_the_increment_that_begins_in_it(db, books):
    deck = HEADER.replace("next_increment_s", "next_increment_s,bands,time_zone").strip()
    publish(f"{deck}\n7495,Moscow,0.10,0,60,60,Mon-Sun 18:00-24:00=0.04,UTC\n", at("12:00"))
    card = make_card(10, at("17:58"))
    switch = SwitchWords(card, at("17:58"))
    switch.authorize()
    switch.answer()
    switch.now = at("18:03")
    assert switch.end(300).charge_micros == 2 * 100_000 + 3 * 40_000
    (proof,) = queries.calls_of_account(card.account_id)
    assert [(part.seconds, part.minute_price_micros) for part in proof.parts] == [(120, 100_000), (180, 40_000)]
    assert proof.week_second == 17 * 3600 + 58 * 60
    books()


def test_a_call_answered_later_than_granted_never_costs_more_than_its_hold(db, books):
    deck = HEADER.replace("next_increment_s", "next_increment_s,bands,time_zone").strip()
    publish(f"{deck}\n7495,Moscow,0.04,0,60,60,Mon-Sun 18:00-24:00=0.10,UTC\n", at("12:00"))
    card = make_card(0.40, at("17:50"))
    switch = SwitchWords(card, at("17:50"))
    assert switch.authorize().granted_seconds == 600
    switch.now = at("18:01")
    switch.answer()
    assert switch.end(600).charge_micros == 400_000
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.overrun_micros, proof.balance_after_micros) == (600_000, 0)
    books()
