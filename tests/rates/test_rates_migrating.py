"""A database of the first version keeps its decks, and its guards, when it is brought up to date."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from crystalcall.minutes.rates.queries import carrier_decks, margins, price_changes, rating_index, routes
from crystalcall.plumbing import append_only
from crystalcall.rules.rating import RateTerms

BEFORE = [("rates", "0001_initial")]
AFTER = [("rates", "0002_terms_exceptions_and_margins")]
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def migrate(target: list[tuple[str, str]]):
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def old_database(transactional_db):
    """Tables as they were; whatever a test does, they are brought up to date after it."""
    yield migrate(BEFORE)
    migrate(AFTER)


def fill(apps) -> int:
    """Two carriers; one of them loaded two lists for the same moment, of which the later counted."""
    model = {name: apps.get_model("rates", name) for name in ("Carrier", "CarrierDeck", "CarrierRate", "Destination")}
    acme, bell = (model["Carrier"].objects.create(code=code) for code in ("acme", "bell"))
    for carrier, sha256 in ((acme, "first"), (bell, "only"), (acme, "second")):
        deck = model["CarrierDeck"].objects.create(
            carrier=carrier, effective_at=JANUARY, imported_at=JANUARY, source="x", sha256=sha256, row_count=1
        )
        model["CarrierRate"].objects.create(
            deck=deck,
            prefix="7",
            destination="Russia",
            minute_price_micros=300_000,
            connect_fee_micros=0,
            first_increment_seconds=60,
            next_increment_seconds=60,
        )
    russia = model["Destination"].objects.create(key="ru-landline", country_iso2="RU", line_type="landline", area="")
    deck = apps.get_model("rates", "RateDeck").objects.create(
        version=1,
        effective_at=JANUARY,
        published_at=JANUARY,
        margin_basis_points=2500,
        rounding_micros=1000,
        floor_micros=1000,
    )
    apps.get_model("rates", "Rate").objects.create(
        deck=deck,
        prefix="7",
        destination=russia,
        minute_price_micros=375_000,
        connect_fee_micros=0,
        first_increment_seconds=30,
        next_increment_seconds=6,
        cost_micros=300_000,
    )
    apps.get_model("rates", "Route").objects.create(deck=deck, prefix="7", rank=0, carrier=acme, cost_micros=300_000)
    return int(deck.pk)


@pytest.mark.django_db(transaction=True)
def test_old_decks_rate_as_before_and_keep_their_guards(old_database):
    deck_id = fill(old_database)
    migrate(AFTER)
    (prefix, cell) = rating_index(deck_id).longest("74951234567")
    assert (prefix, cell.terms, cell.routes) == ("7", RateTerms(375_000, 0, 30, 6), (("acme", 300_000),))
    assert cell.costs == (RateTerms(300_000, 0, 30, 6),), "an old route is counted in the increments it was sold in"
    assert routes("74951234567", deck_id)[0].cost_micros == 300_000
    ((moscow),) = margins(deck_id)
    assert (moscow.destination.key, moscow.margin_basis_points, moscow.prefix_count) == ("ru-landline", 2500, 1)
    assert price_changes(deck_id).former is None
    assert not append_only.missing_triggers()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE rates_rate SET minute_price_micros = 1")


@pytest.mark.django_db(transaction=True)
def test_of_two_lists_for_the_same_moment_the_later_one_still_counts(old_database):
    fill(old_database)
    migrate(AFTER)
    found = [(deck.carrier, deck.withdrawn_at is None, deck.row_count) for deck in carrier_decks()]
    assert sorted(found) == [("acme", False, 1), ("acme", True, 1), ("bell", True, 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sha256 FROM rates_carrierdeck WHERE withdrawn_at IS NULL ORDER BY sha256")
        assert cursor.fetchall() == [("only",), ("second",)]
    assert {deck.currency for deck in carrier_decks()} == {"USD"}
