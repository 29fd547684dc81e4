"""Savings are against retail prices of the same kind of line, young enough, and never boasted."""

from datetime import UTC, datetime

from crystalcall.minutes.rates.destinations import classify
from crystalcall.minutes.rates.references import claim_of, dearest_prices, reference_price, saving_of, why_outlier
from crystalcall.rules.numbering import LineType

NOW = datetime(2026, 11, 2, tzinfo=UTC)
MOSCOW = classify("7495", "Russia-Moscow")
RUSSIA = classify("7", "Russia")


def test_the_reference_is_retail_of_the_same_line_and_at_most_five_years_old():
    reference = reference_price("RU", LineType.LANDLINE, NOW)
    assert reference is not None
    assert (reference.minute_price_micros, reference.year) == (79_000, 2022)
    assert reference.carrier.startswith("Fastmetrics")
    assert reference_price("RU", LineType.LANDLINE, datetime(2028, 1, 1, tzinfo=UTC)) is None
    assert reference_price("RU", LineType.TOLL_FREE, NOW) is None


def test_of_several_references_the_lowest_makes_the_saving_modest():
    reference = reference_price("AC", LineType.LANDLINE, NOW)
    assert reference is not None
    assert reference.minute_price_micros <= 880_000


def test_a_saving_is_rounded_down():
    saving = saving_of(MOSCOW, 37_000, NOW)
    assert saving is not None
    assert saving.percent == 53


def test_nothing_saved_is_no_saving():
    assert saving_of(MOSCOW, 79_000, NOW) is None
    assert saving_of(MOSCOW, 78_999, NOW) is None
    assert saving_of(classify("87077", "Satellite"), 1, NOW) is None


def test_a_country_is_compared_by_its_dearest_prefix_and_a_town_by_its_own():
    dearest = dearest_prices([(RUSSIA, 50_000), (MOSCOW, 37_000), (MOSCOW, 36_000)])
    assert dearest == {RUSSIA: 50_000, MOSCOW: 37_000}
    assert dearest_prices([(RUSSIA, 30_000), (MOSCOW, 37_000)])[RUSSIA] == 37_000


def test_a_range_of_an_operator_is_no_destination_to_boast_of():
    operator = classify("41754", "Switzerland - Mobile - Swisscom")
    assert dearest_prices([(operator, 1000)]) == {}


def test_an_outlier_is_left_out_with_its_reason_until_signed_off():
    mexico = classify("52", "Mexico")
    saving = saving_of(mexico, 14_000, NOW)
    assert saving is not None
    assert "times the median" in why_outlier(saving)
    prices = {mexico: 14_000, MOSCOW: 37_000}
    claim = claim_of(prices, NOW)
    assert claim is not None
    assert claim.best.destination is MOSCOW
    assert claim.evidence["left_out_count"] == 1
    signed = claim_of(prices, NOW, frozenset({mexico.key}))
    assert signed is not None
    assert signed.best.destination is mexico


def test_an_unbelievable_saving_is_an_outlier():
    saving = saving_of(MOSCOW, 1000, NOW)
    assert saving is not None
    assert "above 95 %" in why_outlier(saving)


def test_without_any_saving_there_is_no_claim():
    assert claim_of({MOSCOW: 10_000_000}, NOW) is None
