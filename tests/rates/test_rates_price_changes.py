"""What a new deck changes for buyers, destination by destination."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from small_decks import ACME

from crystalcall.minutes.rates.actions import PublishDeck, publish_deck, roll_back
from crystalcall.minutes.rates.destinations import classify
from crystalcall.minutes.rates.prefix_index import Cell, PrefixIndex
from crystalcall.minutes.rates.price_changes import compare
from crystalcall.minutes.rates.queries import price_changes, scheduled_deck
from crystalcall.rules.rating import RateTerms

PLAIN = PublishDeck(margin_basis_points=2500)
NEWER = (
    ("7", "Russia", "0.30"),
    ("7495", "Russia - Moscow", "0.03"),
    ("7499", "Russia - Moscow", "0.01"),
    ("79", "Russia - Mobile", "0.31"),
    ("447", "United Kingdom - Mobile", "0.3"),
    ("44", "United Kingdom", "0.012"),
    ("49", "Germany", "0.02"),
)


def index_of(**prices: tuple[str, int]) -> PrefixIndex:
    cells = {name[1:]: Cell(classify(name[1:], words), RateTerms(price), ()) for name, (words, price) in prices.items()}
    return PrefixIndex(1, 1, cells)


def keys(changes) -> dict[str, list[str]]:
    return {kind: [each.destination.key for each in found] for kind, found in changes.items()}


def test_numbers_are_compared_as_they_are_dialled():
    before = index_of(p7=("Russia", 300), p7495=("Russia - Moscow", 20))
    after = index_of(p7=("Russia", 300), p74=("Russia - Moscow", 30))
    found = compare(before, after)
    assert keys(found) == {"dearer": ["ru-landline-moscow"], "cheaper": [], "added": [], "removed": []}
    (moscow,) = found["dearer"]
    assert (moscow.prefix, moscow.before, moscow.after) == ("7495", RateTerms(20), RateTerms(30))


def test_a_destination_with_a_dearer_prefix_is_dearer_whatever_else_becomes_cheaper():
    before = index_of(p7495=("Russia - Moscow", 20_000), p7499=("Russia - Moscow", 20_000), p1=("United States", 5))
    after = index_of(p7495=("Russia - Moscow", 21_000), p7499=("Russia - Moscow", 1_000), p1=("United States", 4))
    found = compare(before, after)
    assert keys(found) == {"dearer": ["ru-landline-moscow"], "cheaper": ["us-landline"], "added": [], "removed": []}


def test_what_comes_and_what_goes_is_told_once():
    before = index_of(p7=("Russia", 300), p52=("Mexico", 10), p521=("Mexico", 10))
    after = index_of(p7=("Russia", 300), p49=("Germany", 10), p4915=("Germany - Mobile", 30))
    assert keys(compare(before, after)) == {
        "dearer": [],
        "cheaper": [],
        "added": ["de-landline", "de-mobile"],
        "removed": ["mx-landline"],
    }


def test_finer_increments_at_the_same_price_are_no_change_of_price():
    before = PrefixIndex(1, 1, {"7": Cell(classify("7", "Russia"), RateTerms(300, 0, 60, 60), ())})
    after = PrefixIndex(2, 2, {"7": Cell(classify("7", "Russia"), RateTerms(300, 0, 60, 6), ())})
    assert keys(compare(before, after)) == {"dearer": [], "cheaper": [], "added": [], "removed": []}


@pytest.mark.django_db
def test_a_deck_that_waits_says_what_it_will_change(load_deck, now):
    load_deck("acme", ACME)
    first = publish_deck(PLAIN, now=now)
    load_deck("acme", NEWER, effective_at=datetime(2026, 11, 10, tzinfo=UTC))
    later = now + timedelta(days=14)
    second = publish_deck(replace(PLAIN, effective_at=later), now=now)
    assert second.raised
    waiting = scheduled_deck(now)
    changes = price_changes(waiting.id)
    assert (changes.deck, changes.former) == (second.deck, first.deck)
    assert keys({kind: getattr(changes, kind) for kind in ("dearer", "cheaper", "added", "removed")}) == {
        "dearer": ["ru-landline-moscow"],
        "cheaper": ["ru-mobile"],
        "added": ["de-landline"],
        "removed": ["mx-landline"],
    }


@pytest.mark.django_db
def test_a_deck_is_compared_with_the_one_that_stands_before_it(load_deck, now):
    load_deck("acme", ACME)
    first = publish_deck(PLAIN, now=now)
    publish_deck(replace(PLAIN, margin_basis_points=9000), now=now)
    roll_back(now=now)
    third = publish_deck(replace(PLAIN, margin_basis_points=3000), now=now + timedelta(hours=1))
    assert third.raised
    assert price_changes(third.deck.id).former == first.deck
    assert price_changes(first.deck.id).former is None
    assert price_changes(first.deck.id).dearer == ()
    assert price_changes(12345) is None
