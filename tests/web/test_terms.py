import pytest
from django.utils.translation import override

from crystalcall.minutes.rates.values import DestinationInfo, RatedPrefix
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import PriceStep, RateTerms, TimeBand, charge
from crystalcall.shop.catalogue.quotes import at_any_hour, price_range, quote_at_any_hour
from crystalcall.web.shop import terms
from crystalcall.web.shop.price_lines import price_cell

HOUR = 3600
NIGHT = TimeBand(20 * HOUR, 24 * HOUR + 8 * HOUR, 10_000)
DEAR_HOUR = TimeBand(9 * HOUR, 10 * HOUR, 50_000, (PriceStep(60, 90_000),))


def rated(given: RateTerms) -> RatedPrefix:
    return RatedPrefix(1, 7, "7495", DestinationInfo("ru-landline", "RU", LineType.LANDLINE, ""), given)


@pytest.mark.parametrize(
    ("given", "english", "russian"),
    [
        (RateTerms(21_000, minimum_charge_micros=50_000), "A call costs 5¢ or more.", "Звонок стоит не меньше 5 ¢."),
        (
            RateTerms(21_000, free_up_to_seconds=5),
            "A call of up to 5 s costs nothing.",
            "Звонок до 5 с не стоит ничего.",
        ),
        (
            RateTerms(50_000, steps=(PriceStep(60, 10_000), PriceStep(600, 5_000))),
            "5¢ a minute at first, 1¢ after 1 min, 0.5¢ after 10 min.",
            "5 ¢ за минуту сначала, 1 ¢ через 1 мин, 0,5 ¢ через 10 мин.",
        ),
        (
            RateTerms(21_000, bands=(NIGHT,)),
            "The price depends on the hour of the call.",
            "Цена зависит от часа звонка.",
        ),
    ],
)
def test_whatever_makes_a_call_cost_more_or_less_stands_beside_the_price(given, english, russian):
    assert terms.terms_note(given, capped=False).replace("\u00a0", " ") == english
    with override("ru"):
        assert terms.terms_note(given, capped=False).replace("\u00a0", " ") == russian


def test_a_rates_own_cap_is_said_where_it_is_shorter():
    assert terms.terms_note(RateTerms(0, cap_seconds=3600), capped=True).endswith("One call lasts at most 60\u00a0min.")


def test_the_hours_are_listed_with_their_prices_and_their_zone():
    given = RateTerms(21_000, bands=(NIGHT, DEAR_HOUR), time_zone="Europe/Moscow")
    assert terms.hours(given) == (
        ("Mon 20:00 – Tue 08:00", "1¢"),
        ("Mon 09:00 – Mon 10:00", "5¢ a minute at first, 9¢ after 1\u00a0min."),
    )
    assert terms.zone_note(given) == "Hours are those of Europe/Moscow."
    with override("ru"):
        assert terms.hours(given)[0][0] == "пн 20:00 – вт 08:00"
    assert (terms.hours(RateTerms(1)), terms.zone_note(RateTerms(1))) == ((), "")


def test_a_price_that_depends_on_the_hour_is_shown_as_a_range_and_quoted_at_its_dearest():
    given = RateTerms(21_000, bands=(NIGHT, DEAR_HOUR))
    cell = price_cell(rated(given), None)
    assert (cell.from_micros, cell.price_micros) == (10_000, 90_000)
    assert cell.minutes == 111


@pytest.mark.parametrize("week_second", [0, 8 * HOUR, 9 * HOUR - 30, 9 * HOUR, 10 * HOUR - 1, 20 * HOUR, 30 * HOUR])
def test_no_call_at_any_hour_costs_more_than_what_was_quoted(week_second):
    given = RateTerms(21_000, 5_000, 60, 30, bands=(NIGHT, DEAR_HOUR))
    quoted = quote_at_any_hour(2_000_000, [given])
    real = charge(quoted.seconds, [given], week_seconds=[week_second])
    assert real.amount_micros <= quoted.charge_micros <= 2_000_000


def test_terms_without_hours_are_quoted_as_they_are():
    given = RateTerms(50_000, steps=(PriceStep(60, 10_000),))
    assert at_any_hour(given) is given
    assert price_range(given) == (10_000, 50_000)
    assert quote_at_any_hour(100_000, [given]).minutes == 6
