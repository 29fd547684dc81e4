"""The real decks that the demo sells by: loaded once for all tests of this file."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.test import TestCase

from crystalcall.minutes.rates import prefix_index
from crystalcall.minutes.rates.actions import DemoDecks, load_demo_decks
from crystalcall.minutes.rates.models import CarrierRate
from crystalcall.minutes.rates.queries import (
    best_saving,
    countries,
    country_lines,
    current_deck,
    find_rate,
    routes,
    saving,
    search,
)
from crystalcall.minutes.rates.values import CountryAnswer, Deck, NoRate, NumberAnswer, Suggestions
from crystalcall.rules.numbering import Unclear, UnclearReason
from crystalcall.rules.rating import quote

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


@pytest.mark.django_db
class TestRealDecks(TestCase):
    """Figures a reader can check against data/*.csv with a margin of 25 % up to tenths of a cent."""

    loaded: ClassVar[DemoDecks]
    deck: ClassVar[Deck]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.loaded = load_demo_decks(now=NOW)
        deck = current_deck(NOW)
        assert deck is not None
        cls.deck = deck

    def price_of(self, digits: str) -> tuple[str, int]:
        rated = find_rate(digits, self.deck.id)
        assert rated is not None
        return rated.destination.key, rated.terms.minute_price_micros

    def test_both_carriers_and_every_row_are_there(self) -> None:
        assert self.loaded.imported == ("twilio", "azure")
        assert CarrierRate.objects.count() == 27_213 + 6_592
        assert self.loaded.published is not None
        assert self.loaded.published.deck.version == 1

    def test_a_second_start_changes_nothing(self) -> None:
        assert load_demo_decks(now=NOW) == DemoDecks((), None)

    def test_known_numbers_cost_what_the_decks_say(self) -> None:
        for digits, key, price in (
            ("74951234567", "ru-landline-moscow", 37_000),
            ("79161234567", "ru-mobile", 390_000),
            ("525512345678", "mx-landline-mexico-city", 14_000),
            ("12125550100", "us-landline", 13_000),
            ("442079460958", "gb-landline", 15_000),
            ("4930123456", "de-landline", 17_000),
            ("4915112345678", "de-mobile", 433_000),
            ("919812345678", "in-mobile", 44_000),
            ("77272581234", "kz-landline", 309_000),
            ("380441234567", "ua-landline-kiev", 300_000),
        ):
            assert self.price_of(digits) == (key, price)

    def test_ten_dollars_are_270_minutes_to_moscow(self) -> None:
        rated = find_rate("74951234567", self.deck.id)
        assert rated is not None
        assert quote(10_000_000, (rated.terms,)).minutes == 270

    def test_least_cost_routes_have_fallbacks(self) -> None:
        assert [way.carrier for way in routes("525512345678", self.deck.id)] == ["twilio", "azure"]
        assert [way.carrier for way in routes("4915112345678", self.deck.id)] == ["twilio"]

    def test_the_index_is_small(self) -> None:
        import gc
        import tracemalloc

        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            index = prefix_index._load(self.deck.id)
            gc.collect()
            assert index is not None
            assert (tracemalloc.get_traced_memory()[0] - before) / len(index) <= 200
        finally:
            tracemalloc.stop()

    def test_the_best_saving_is_real_and_its_evidence_names_the_outliers(self) -> None:
        best = best_saving(self.deck.id, NOW)
        assert best is not None
        assert (best.destination.key, best.percent, best.reference.year) == ("ch-mobile", 90, 2022)
        for prefix, cell in prefix_index.index_of(self.deck.id) or ():
            destination = cell.destination
            if (destination.country_iso2, destination.line_type) == (best.country_iso2, best.line_type):
                assert cell.terms.minute_price_micros <= best.our_minute_price_micros, prefix

    def test_every_line_says_from_and_at_most(self) -> None:
        for country in countries(self.deck.id, "en"):
            for line in country_lines(country.iso2, self.deck.id):
                assert line.cheapest.terms.minute_price_micros <= line.dearest.terms.minute_price_micros

    def test_hundreds_of_countries_are_on_sale_under_distinct_addresses(self) -> None:
        sold = countries(self.deck.id, "ru")
        assert len(sold) > 200
        assert len({country.slug for country in sold}) == len(sold)

    def test_a_number_is_found_with_its_place_in_the_readers_language(self) -> None:
        for typed, language, place in (
            ("+7 495 123-45-67", "en", "Moscow"),
            ("+7 495 123-45-67", "ru", "Москва"),
            ("011 52 55 1234 5678", "ru", "Мехико"),
            ("212 555 0100", "en", "New York, NY"),
            ("+7 916 123 45 67", "ru", ""),
            ("+44 20 7946 0958", "ru", "Лондон"),
        ):
            answer = search(typed, language, NOW)
            assert isinstance(answer, NumberAnswer)
            assert answer.place == place

    def test_saving_is_told_for_a_number(self) -> None:
        rated = find_rate("74951234567", self.deck.id)
        assert rated is not None
        found = saving(rated, NOW)
        assert found is not None
        assert (found.percent, found.reference.carrier) == (53, "Fastmetrics (US business VoIP)")

    def test_a_country_is_found_by_its_names_in_both_languages(self) -> None:
        for typed, iso2 in (
            ("Russia", "RU"),
            (" рОссия ", "RU"),
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("США", "US"),
            ("UK", "GB"),
            ("Англия", "GB"),
            ("Корея", "KR"),
            ("Korea", "KR"),
            ("мекс", "MX"),
            ("Türkiye", "TR"),
            ("turkey", "TR"),
            ("Белоруссия", "BY"),
            ("Cote d'Ivoire", "CI"),
            ("кот-д’ивуар", "CI"),
            ("Sao Tome", "ST"),
        ):
            answer = search(typed, "en", NOW)
            assert isinstance(answer, CountryAnswer), typed
            assert answer.iso2 == iso2

    def test_yo_and_ye_are_one_letter(self) -> None:
        for typed in ("Королевство Соединённое", "Соединённые Штаты", "Соединенные Штаты"):
            answer = search(typed, "ru", NOW)
            assert isinstance(answer, CountryAnswer | Suggestions)
        assert isinstance(search("Соединённые Штаты", "ru", NOW), CountryAnswer)

    def test_near_misses_are_suggested_in_the_readers_language(self) -> None:
        for typed, language, name in (
            ("Rusia", "ru", "Россия"),
            ("Germny", "en", "Germany"),
            ("Голандия", "ru", "Нидерланды"),
            ("Congo", "en", "Congo - Kinshasa"),
            ("Москва", "ru", "Россия"),
            ("moscow", "en", "Russia"),
            ("ни", "ru", "Нигер"),
        ):
            answer = search(typed, language, NOW)
            assert isinstance(answer, Suggestions)
            assert name in answer.countries
        assert search("zzzz", "en", NOW) == Suggestions(())
        assert search("a" * 1000, "en", NOW) == Suggestions(())

    def test_what_cannot_be_called_says_why(self) -> None:
        for typed, reason in (
            ("", UnclearReason.EMPTY),
            ("?!", UnclearReason.NOT_A_NUMBER),
            ("1-800-FLOWERS", UnclearReason.NOT_A_NUMBER),
            ("8 495 123 45 67", UnclearReason.AMBIGUOUS),
            ("1-900-555-0123", UnclearReason.PREMIUM),
            ("+44 909 879 0000", UnclearReason.PREMIUM),
            ("+999 1234567", UnclearReason.UNKNOWN_COUNTRY),
        ):
            assert search(typed, "en", NOW) == Unclear(reason, typed)

    def test_satellites_are_not_quoted_because_they_cannot_be_called(self) -> None:
        assert search("+870 773 111 632", "en", NOW) == Unclear(UnclearReason.SATELLITE, "+870 773 111 632")


@pytest.mark.django_db
def test_before_the_first_publication_nothing_is_promised():
    assert isinstance(search("+7 495 123 45 67", "en", NOW), NoRate)
    assert search("Russia", "ru", NOW) == CountryAnswer("RU", "Россия", ())
