"""Loading carriers' decks: all or nothing, with what they change."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from small_decks import ACME, BELL, deck_csv

from crystalcall.minutes.rates.actions import Imported, ImportRefusal, ImportRefused, Stated
from crystalcall.minutes.rates.models import Carrier, CarrierDeck, CarrierRate

pytestmark = pytest.mark.django_db

BARE = b"prefix,destination,price_usd_per_min\n7,Russia,0.1\n"


def test_a_good_deck_is_loaded_whole(load_deck):
    outcome = load_deck("acme", ACME)
    assert isinstance(outcome, Imported)
    assert outcome.row_count == len(ACME)
    assert CarrierRate.objects.filter(deck_id=outcome.carrier_deck_id).count() == len(ACME)
    moscow = CarrierRate.objects.get(deck_id=outcome.carrier_deck_id, prefix="7495")
    assert (moscow.minute_price_micros, moscow.first_increment_seconds) == (20_000, 60)


def test_one_bad_row_keeps_the_whole_deck_out(load_deck):
    outcome = load_deck("acme", (*ACME, ("7495", "Russia - Moscow again", "0.03"), ("x", "y", "z")))
    assert isinstance(outcome, ImportRefused)
    assert outcome.reason is ImportRefusal.BAD_ROWS
    assert [bad.line for bad in outcome.bad_rows] == [8, 9]
    assert not CarrierDeck.objects.exists()
    assert not Carrier.objects.exists()


@pytest.mark.parametrize(
    ("stated", "reason", "count"),
    [
        (Stated(), ImportRefusal.INCREMENTS_NOT_STATED, 1),
        (Stated(60, 60), ImportRefusal.CONNECT_FEE_NOT_STATED, 1),
    ],
)
def test_empty_increments_and_fees_must_be_stated(load_deck, stated, reason, count):
    outcome = load_deck("acme", (), content=BARE, stated=stated)
    assert outcome == ImportRefused(reason, row_count=count)


def test_a_dry_run_compares_and_writes_nothing(load_deck):
    outcome = load_deck("acme", ACME, dry_run=True)
    assert isinstance(outcome, Imported)
    assert (outcome.carrier_deck_id, len(outcome.differences.added)) == (None, len(ACME))
    assert not Carrier.objects.exists()


def test_the_same_file_is_loaded_once(load_deck):
    load_deck("acme", ACME)
    assert load_deck("acme", ACME) == ImportRefused(ImportRefusal.ALREADY_IMPORTED, row_count=len(ACME))
    assert isinstance(load_deck("acme", ACME, effective_at=datetime(2026, 2, 1, tzinfo=UTC)), Imported)
    assert isinstance(load_deck("bell", ACME), Imported)


def test_differences_are_against_the_deck_in_force_before(load_deck):
    load_deck("acme", ACME)
    load_deck("bell", BELL)
    newer = (
        ("7", "Russia", "0.31"),
        ("7495", "Russia - Moscow", "0.01"),
        ("79", "Russia - Mobile", "0.32", "0", "60", "1"),
        ("44", "United Kingdom", "0.012"),
        ("447", "United Kingdom - Mobile", "0.3", "0", "90", "60"),
        ("49", "Germany", "0.02"),
    )
    changes = load_deck("acme", newer, effective_at=datetime(2026, 3, 1, tzinfo=UTC)).differences
    assert [change.prefix for change in changes.added] == ["49"]
    assert [change.prefix for change in changes.dearer] == ["447", "7"]
    assert [change.prefix for change in changes.cheaper] == ["7495"]
    assert [change.prefix for change in changes.removed] == ["52"]
    assert changes.unchanged == 2, "44, and 79 whose call of three minutes and of one second cost the same"
    assert changes.dearer[1].before.minute_price_micros == 300_000
    assert changes.dearer[1].after.minute_price_micros == 310_000


def test_a_deck_is_not_compared_with_a_later_one(load_deck):
    load_deck("acme", ACME, effective_at=datetime(2026, 5, 1, tzinfo=UTC))
    outcome = load_deck("acme", ACME, effective_at=datetime(2026, 4, 1, tzinfo=UTC))
    assert len(outcome.differences.added) == len(ACME)


def test_the_database_itself_refuses_senseless_rows(load_deck):
    deck_id = load_deck("acme", ACME).carrier_deck_id
    good = {
        "deck_id": deck_id,
        "prefix": "1",
        "destination": "x",
        "minute_price_micros": 1,
        "connect_fee_micros": 0,
        "first_increment_seconds": 60,
        "next_increment_seconds": 60,
    }
    for wrong in ({"prefix": "7"}, {"minute_price_micros": -1}, {"next_increment_seconds": 0}, {"prefix": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CarrierRate.objects.create(**(good | wrong))


def test_rows_of_a_deck_can_neither_be_changed_nor_deleted(load_deck):
    rates = CarrierRate.objects.filter(deck_id=load_deck("acme", ACME).carrier_deck_id)
    with pytest.raises(DatabaseError), transaction.atomic():
        rates.update(minute_price_micros=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        rates._raw_delete("default")


def test_prices_that_repeat_do_not_confuse(load_deck):
    content = deck_csv(*((str(n), "Russia", "0.1") for n in range(7000, 7600)))
    assert load_deck("acme", (), content=content).row_count == 600
