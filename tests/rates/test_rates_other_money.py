"""Loading decks with all that carriers state, in their own money, and taking a load back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from small_decks import ACME, BELL, deck_csv

from crystalcall.minutes.rates.actions import (
    Imported,
    ImportRefusal,
    ImportRefused,
    ImportWithdrawn,
    PublishDeck,
    publish_deck,
    withdraw_import,
)
from crystalcall.minutes.rates.conversion import Conversion
from crystalcall.minutes.rates.models import CarrierDeck, CarrierRate
from crystalcall.minutes.rates.queries import carrier_decks, decks, find_rate, rating_index
from crystalcall.rules.rating import PriceStep, RateTerms, TimeBand

pytestmark = pytest.mark.django_db

EUROS = Conversion("EUR", Decimal("1.0832"))
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
FULL = (
    b"prefix,destination,price_usd_per_min,connect_fee_usd,first_increment_s,next_increment_s,minimum_charge_usd,"
    b"free_up_to_s,steps,bands,time_zone,longest_call_s\n"
    b"7495,Russia - Moscow,0.02,0.01,30,6,0.05,3,60:0.015;300:0.01,Sat 00:00-Mon 00:00=0.005,Europe/Moscow,3600\n"
    b"7,Russia,0.30,0,60,60,,,,,,\n"
)
SATURDAY = 5 * 24 * 3600
MOSCOW = RateTerms(
    20_000,
    10_000,
    30,
    6,
    50_000,
    3,
    (PriceStep(60, 15_000), PriceStep(300, 10_000)),
    (TimeBand(SATURDAY, 7 * 24 * 3600, 5_000),),
    "Europe/Moscow",
    3600,
)


def test_all_that_a_carrier_states_reaches_the_calls(load_deck, now):
    assert isinstance(load_deck("acme", (), content=FULL), Imported)
    deck = publish_deck(PublishDeck(margin_basis_points=0), now=now).deck
    prefix, cell = rating_index(deck.id).longest("74951234567")
    assert (prefix, cell.costs, cell.routes) == ("7495", (MOSCOW,), (("acme", 20_000),))
    sold = find_rate("74951234567", deck.id).terms
    assert (sold.steps, sold.bands, sold.time_zone) == (MOSCOW.steps, MOSCOW.bands, MOSCOW.time_zone)
    assert (sold.minimum_charge_micros, sold.cap_seconds) == (50_000, 3600)
    assert sold.free_up_to_seconds == 0, "a carrier's free beginning is ours to give, not the buyer's by itself"
    assert rating_index(deck.id).longest("78121234567")[1].costs == (RateTerms(300_000),)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("-1,,,,,", "-1 is negative"),
        (",x,,,,", "'x' is not a free beginning of 0 to 3600 seconds"),
        (",,60,,,", "'60' is not a step such as"),
        (",,60:0.01;30:0.02,,,", "the step from 30 s stands after that from 60 s"),
        (",,60:101,,,", "101 dollars is more than any call costs"),
        (",,,weekends=1,,", "'weekends' is not a part of the week"),
        (",,,Sat 00:00-Mon 00:00=1;Sun 10:00-11:00=2,,", "two bands hold Sun 10:00"),
        (",,,Sat 00:00-Mon 00:00=1,Moscow,", "'Moscow' is not a time zone"),
        (",,,,Europe/Moscow,", "a time zone means nothing without bands"),
        (",,,,,x", "'x' is not a longest call of 0 to 604800 seconds"),
    ],
)
def test_a_bad_extra_is_named_by_line_and_nothing_is_loaded(load_deck, cells, reason):
    outcome = load_deck("acme", (), content=FULL + f"49,Germany,0.1,0,60,60,{cells}\n".encode())
    assert isinstance(outcome, ImportRefused)
    ((bad),) = outcome.bad_rows
    assert bad.line == 4
    assert reason in bad.reason
    assert not CarrierDeck.objects.exists()


def test_other_money_is_converted_as_stated_and_the_statement_is_kept(load_deck):
    outcome = load_deck("acme", (("7", "Russia", "0.3", "0.01", "60", "60"),), conversion=EUROS)
    assert isinstance(outcome, Imported)
    row = CarrierRate.objects.get()
    assert (row.minute_price_micros, row.connect_fee_micros) == (324_960, 10_832)
    (deck,) = carrier_decks()
    assert (deck.currency, deck.dollars_per_unit) == ("EUR", Decimal("1.0832"))


def test_columns_may_be_named_for_their_money(load_deck):
    named = deck_csv(("7", "Russia", "0.3")).replace(b"_usd", b"_eur")
    assert isinstance(load_deck("acme", (), content=named, conversion=EUROS), Imported)
    assert CarrierRate.objects.get().minute_price_micros == 324_960
    assert load_deck("bell", (), content=named).bad_rows[0].reason == "the header lacks price_usd_per_min"
    both = deck_csv(("7", "Russia", "0.3,0.4")).replace(b"price_usd_per_min", b"price_usd_per_min,price_eur_per_min")
    refused = load_deck("bell", (), content=both, conversion=EUROS)
    assert "the header has price_usd_per_min and price_eur_per_min" in refused.bad_rows[0].reason


def test_a_row_in_another_money_than_was_stated_is_bad(load_deck):
    rows = b"prefix,destination,price_usd_per_min,currency\n7,Russia,1,EUR\n8,X,1,GBP\n9,X,1,USD\n"
    assert [bad.line for bad in load_deck("acme", (), content=rows, conversion=EUROS).bad_rows] == [3, 4]
    assert "--currency EUR" in load_deck("acme", (), content=rows).bad_rows[0].reason


def test_a_prefix_that_stands_twice_says_how_the_lines_differ(load_deck):
    twice = (("7", "Russia", "0.3"), ("7", "Russia", "0.30"), ("7", "Russia", "0.31"), ("7", "Kazakhstan", "0.3"))
    assert [bad.reason for bad in load_deck("acme", twice).bad_rows] == [
        "the prefix 7 stands on line 2 already",
        "the prefix 7 stands on line 2 already, at another price",
        "the prefix 7 stands on line 2 already, under another destination (Russia)",
    ]


def test_a_carrier_has_one_list_at_a_time(load_deck):
    load_deck("acme", ACME)
    refused = ImportRefused(ImportRefusal.SAME_TIME, row_count=len(BELL))
    assert load_deck("acme", BELL) == refused
    assert load_deck("acme", BELL, dry_run=True) == refused, "a dry run says what the load would"
    assert load_deck("acme", ACME, dry_run=True).reason is ImportRefusal.ALREADY_IMPORTED
    assert CarrierDeck.objects.count() == 1
    assert isinstance(load_deck("bell", BELL), Imported)
    deck = CarrierDeck.objects.get(carrier__code="acme")
    deck.pk, deck.sha256 = None, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        deck.save(force_insert=True)


def test_a_load_is_taken_back(load_deck, now):
    load_deck("acme", BELL, effective_at=JANUARY - timedelta(days=30))
    load_deck("acme", ACME)
    first = publish_deck(PublishDeck(margin_basis_points=0), now=now).deck
    outcome = withdraw_import("acme", JANUARY, now=now)
    assert outcome == ImportWithdrawn("acme", JANUARY, len(ACME), versions=(1,))
    assert find_rate("74951234567", first.id).terms.minute_price_micros == 20_000, "what stands keeps its prices"
    second = publish_deck(PublishDeck(margin_basis_points=0), now=now).deck
    assert find_rate("74951234567", second.id).terms.minute_price_micros == 21_000, "the list before counts again"
    assert [deck.withdrawn_at for deck in carrier_decks()] == [now, None]
    assert isinstance(load_deck("acme", ACME), Imported), "the same file may come again"
    assert [info.deck.version for info in decks()] == [2, 1]


def test_nothing_is_taken_back_twice_or_by_mistake(load_deck, now):
    load_deck("acme", ACME)
    nothing = ImportRefused(ImportRefusal.NOTHING_TO_WITHDRAW)
    assert withdraw_import("nobody", JANUARY, now=now) == nothing
    assert withdraw_import("acme", JANUARY + timedelta(days=1), now=now) == nothing
    assert isinstance(withdraw_import("acme", JANUARY, now=now), ImportWithdrawn)
    assert withdraw_import("acme", JANUARY, now=now) == nothing


def test_a_withdrawn_list_is_not_compared_with(load_deck, now):
    load_deck("acme", ACME)
    withdraw_import("acme", JANUARY, now=now)
    again = load_deck("acme", ACME, effective_at=JANUARY + timedelta(days=9))
    assert len(again.differences.added) == len(ACME)


@pytest.mark.parametrize(
    "change", [{"dollars_per_unit": Decimal(0)}, {"dollars_per_unit": Decimal(2)}, {"currency": ""}]
)
def test_the_database_refuses_a_senseless_conversion(load_deck, change):
    load_deck("acme", ACME)
    with pytest.raises(IntegrityError), transaction.atomic():
        CarrierDeck.objects.update(**change)
