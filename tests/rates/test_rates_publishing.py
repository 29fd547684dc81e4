"""Publishing, scheduling and rolling back; whoever asks follows at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from small_decks import ACME, BELL

from crystalcall.minutes.rates.actions import (
    PublicationRefusal,
    PublicationRefused,
    PublishDeck,
    Published,
    RolledBack,
    publish_deck,
    roll_back,
)
from crystalcall.minutes.rates.models import Rate, RateDeck, SavingClaim
from crystalcall.minutes.rates.queries import (
    best_saving,
    countries,
    country_by_slug,
    country_lines,
    current_deck,
    find_rate,
    routes,
    saving,
    scheduled_deck,
)
from crystalcall.plumbing.models import Announcement
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import RateTerms, quote

MOSCOW = "74951234567"
PLAIN = PublishDeck(margin_basis_points=2500)
pytestmark = pytest.mark.django_db


def test_a_number_costs_the_cheapest_carrier_and_the_margin(published, now):
    deck = current_deck(now)
    assert deck == published.deck
    rated = find_rate(MOSCOW, deck.id)
    assert (rated.prefix, rated.deck_version, rated.terms) == ("7495", 1, RateTerms(25_000))
    assert rated.destination.name("ru") == "Россия, городской, Москва"
    assert quote(10_000_000, (rated.terms,)).minutes == 400


def test_a_call_goes_to_the_cheapest_carrier_with_fallbacks(published):
    ways = routes(MOSCOW, published.deck.id)
    assert [(way.carrier, way.dial, way.cost_micros) for way in ways] == [
        ("acme", MOSCOW, 20_000),
        ("bell", MOSCOW, 21_000),
    ]


def test_a_number_that_nobody_reaches_has_neither_rate_nor_route(published):
    assert find_rate("3312345678", published.deck.id) is None
    assert routes("3312345678", published.deck.id) == ()
    assert find_rate("", published.deck.id) is None


def test_an_unknown_deck_has_no_rates(db):
    assert find_rate(MOSCOW, 12345) is None
    assert routes(MOSCOW, 12345) == ()
    assert country_lines("RU", 12345) == ()
    assert countries(12345, "en") == ()
    assert best_saving(12345, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_new_publication_is_followed_at_once(published, load_deck, now):
    assert find_rate(MOSCOW, current_deck(now).id).terms.minute_price_micros == 25_000
    load_deck("bell", (("7495", "Russia-Moscow", "0.01"),), effective_at=datetime(2026, 2, 1, tzinfo=UTC))
    second = publish_deck(PLAIN, now=now)
    assert isinstance(second, Published)
    assert current_deck(now).version == 2
    assert find_rate(MOSCOW, current_deck(now).id).terms.minute_price_micros == 13_000
    assert find_rate(MOSCOW, published.deck.id).terms.minute_price_micros == 25_000, "the old deck still rates"


def test_a_scheduled_deck_waits_for_its_time(published, now):
    later = now + timedelta(days=10)
    scheduled = publish_deck(replace(PLAIN, effective_at=later, margin_basis_points=5000), now=now)
    assert isinstance(scheduled, Published)
    assert current_deck(now).version == 1
    assert scheduled_deck(now).version == 2
    assert current_deck(later - timedelta(microseconds=1)).version == 1
    assert current_deck(later).version == 2
    assert scheduled_deck(later) is None


def test_only_carriers_decks_in_force_then_are_used(published, load_deck, now):
    load_deck("acme", (("7495", "Russia - Moscow", "0.001"),), effective_at=now + timedelta(days=5))
    soon = publish_deck(PLAIN, now=now)
    later = publish_deck(replace(PLAIN, effective_at=now + timedelta(days=5)), now=now)
    assert find_rate(MOSCOW, soon.deck.id).terms.minute_price_micros == 25_000
    assert find_rate(MOSCOW, later.deck.id).terms.minute_price_micros == 2_000


def test_a_roll_back_makes_the_former_deck_current_again(published, now):
    second = publish_deck(replace(PLAIN, margin_basis_points=9000), now=now)
    outcome = roll_back(now=now + timedelta(hours=1))
    assert outcome == RolledBack(withdrawn=second.deck, current=published.deck)
    assert current_deck(now + timedelta(hours=1)).version == 1
    assert current_deck(now).version == 2, "calls before it keep their deck"
    assert Rate.objects.filter(deck_id=second.deck.id).exists()
    assert find_rate(MOSCOW, second.deck.id) is not None
    third = publish_deck(PLAIN, now=now + timedelta(hours=2))
    assert third.deck.version == 3


def test_the_last_deck_cannot_be_withdrawn(published, now):
    assert roll_back(now=now) == PublicationRefused(PublicationRefusal.NOTHING_BEFORE)
    assert current_deck(now) == published.deck


def test_nothing_can_be_withdrawn_or_published_from_nothing(db, now):
    assert roll_back(now=now) == PublicationRefused(PublicationRefusal.NOTHING_PUBLISHED)
    assert publish_deck(PLAIN, now=now) == PublicationRefused(PublicationRefusal.NO_CARRIER_DECK)
    assert current_deck(now) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"margin_basis_points": -1}, PublicationRefusal.SENSELESS_RULE),
        ({"margin_basis_points": 1_000_000}, PublicationRefusal.SENSELESS_RULE),
        ({"rounding_micros": 0}, PublicationRefusal.SENSELESS_RULE),
        ({"floor_micros": -1}, PublicationRefusal.SENSELESS_RULE),
        ({"effective_at": datetime(2026, 11, 1, tzinfo=UTC)}, PublicationRefusal.EFFECTIVE_IN_THE_PAST),
    ],
)
def test_a_senseless_publication_is_refused(published, now, change, reason):
    assert publish_deck(replace(PLAIN, **change), now=now) == PublicationRefused(reason)
    assert RateDeck.objects.count() == 1


def test_a_deck_is_not_slipped_in_before_a_scheduled_one(published, now):
    publish_deck(replace(PLAIN, effective_at=now + timedelta(days=3)), now=now)
    assert publish_deck(PLAIN, now=now) == PublicationRefused(PublicationRefusal.BEFORE_A_SCHEDULED_DECK)
    roll_back(now=now)
    assert isinstance(publish_deck(PLAIN, now=now), Published)


def test_a_rolled_back_publication_leaves_nothing_in_memory(load_deck, now):
    load_deck("acme", ACME)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost = publish_deck(PLAIN, now=now).deck
        assert find_rate(MOSCOW, lost.id) is not None
        raise ZeroDivisionError
    load_deck("bell", BELL)
    deck = publish_deck(replace(PLAIN, margin_basis_points=0), now=now).deck
    assert deck.id != lost.id
    assert find_rate(MOSCOW, deck.id).terms.minute_price_micros == 20_000


def test_publications_and_withdrawals_are_announced(somebody_listens, load_deck, now):
    load_deck("acme", ACME)
    first = publish_deck(PLAIN, now=now)
    second = publish_deck(PLAIN, now=now)
    roll_back(now=now)
    dearer = publish_deck(replace(PLAIN, margin_basis_points=2600), now=now)
    facts = list(Announcement.objects.order_by("pk").values_list("name", "payload"))
    assert facts == [
        ("minutes.rates.deck_published", {"deck_id": first.deck.id}),
        ("minutes.rates.deck_published", {"deck_id": second.deck.id}),
        ("minutes.rates.deck_withdrawn", {"deck_id": second.deck.id}),
        ("minutes.rates.deck_published", {"deck_id": dearer.deck.id}),
        ("minutes.rates.raised", {"deck_id": dearer.deck.id}),
    ]
    assert (first.raised, second.raised, dearer.raised) == (False, False, True)


def test_a_country_shows_its_cheapest_and_its_dearest(published):
    landline, mobile = country_lines("RU", published.deck.id)
    assert (landline.line_type, mobile.line_type) == (LineType.LANDLINE, LineType.MOBILE)
    assert (landline.cheapest.prefix, landline.dearest.prefix) == ("7495", "7")
    assert country_lines("FR", published.deck.id) == ()


def test_countries_are_sorted_by_their_name_in_the_readers_language(published):
    english = countries(published.deck.id, "en")
    russian = countries(published.deck.id, "ru")
    assert [each.name for each in english] == ["Germany", "Mexico", "Russia", "United Kingdom"]
    assert [each.name for each in russian] == ["Великобритания", "Германия", "Мексика", "Россия"]
    russia = country_by_slug("russia", published.deck.id, "ru")
    assert (russia.iso2, russia.name) == ("RU", "Россия")
    assert (russia.landline.prefix, russia.landline_from.prefix) == ("7", "7495")
    assert country_by_slug("atlantis", published.deck.id, "en") is None


def test_the_claim_is_computed_at_publication_with_its_evidence(published, now):
    claim = SavingClaim.objects.get(deck_id=published.deck.id)
    best = best_saving(published.deck.id, now)
    assert best.percent == claim.percent == published.best_saving_percent
    assert claim.evidence["largest"][0]["destination"] == best.destination.key
    assert best.our_minute_price_micros * 100 <= best.reference.minute_price_micros * (100 - best.percent)
    moscow = find_rate(MOSCOW, published.deck.id)
    assert saving(moscow, now).percent == 68
    assert best_saving(published.deck.id, datetime(2028, 1, 1, tzinfo=UTC)) is None, "by then the reference is too old"


def test_the_database_refuses_a_claim_that_says_too_much(published, now):
    claim = SavingClaim.objects.get(deck_id=published.deck.id)
    claim.percent += 1
    with pytest.raises(IntegrityError), transaction.atomic():
        claim.save()


def test_the_database_refuses_a_price_below_cost(published):
    rate = Rate.objects.filter(deck_id=published.deck.id).first()
    rate.pk, rate.prefix = None, "999"
    rate.minute_price_micros = rate.cost_micros - 1
    with pytest.raises(IntegrityError), transaction.atomic():
        rate.save(force_insert=True)
