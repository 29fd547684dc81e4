"""How many people stand behind the orders that a figure speaks of, and what is counted of refused forms."""

import pytest

from crystalcall.plumbing import tallies
from crystalcall.privacy.clauses import figures
from crystalcall.privacy.clauses.figures import LineKind
from crystalcall.privacy.clauses.people import people_behind
from crystalcall.privacy.gate import permit
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.actions import place_order
from crystalcall.shop.orders.evidence import CARD_NUMBERS_REFUSED


@pytest.fixture(autouse=True)
def nothing_waiting(monkeypatch):
    monkeypatch.setattr(tallies, "_waiting", type(tallies._waiting)())


def test_twelve_orders_of_one_mailbox_are_one_person(place):
    orders = [place().order_number for _ in range(12)]
    assert people_behind(orders) == 1


def test_twelve_buyers_are_enough(place):
    orders = [place(email=f"buyer{number}@example.org").order_number for number in range(12)]
    assert people_behind(orders) == 10
    assert people_behind(orders[:9]) == 9


@pytest.mark.clause("C06", "C09")
def test_disclosures_of_ten_buyers_are_shown_and_those_of_one_are_not(place, now):
    mine = [place().order_number for _ in range(15)]
    theirs = [place(email=f"buyer{number}@example.org").order_number for number in range(15)]
    for order in mine:
        permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("amount",), order)
    for order in theirs:
        permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), order)
    for _night in range(2):
        figures.count_people(now)
    shown = {line.about: (line.kind, line.number) for line in figures.figure("disclosures", now).lines}
    assert shown["Authorize.Net"] == (LineKind.FEWER_PEOPLE, 10)
    assert shown["the mail server that carries our letters"] == (LineKind.AT_LEAST, 10)


@pytest.mark.clause("C22")
def test_a_form_with_a_card_number_is_counted_and_nothing_else_of_it_is_kept(wish, now):
    place_order(wish(name="Anna 4111 1111 1111 1111"), now=now)
    assert tallies.waiting() == {CARD_NUMBERS_REFUSED: 1}


def test_any_other_mistake_is_not_counted(wish, now):
    place_order(wish(name=""), now=now)
    assert tallies.waiting() == {}
