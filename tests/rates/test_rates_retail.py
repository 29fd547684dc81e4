"""Making a retail deck: never below cost, never the price of another kind of line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.rates.retail import CarrierPrice, PriceRule, RetailRate, compose, retail_terms
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import RateTerms, charge

RULE = PriceRule(margin_basis_points=2500, rounding_micros=1000, floor_micros=1000)


def price(words: str, micros: int, *terms: int) -> CarrierPrice:
    return CarrierPrice(words, RateTerms(micros, *terms))


def composed(**decks: dict[str, CarrierPrice]) -> dict[str, RetailRate]:
    return {rate.prefix: rate for rate in compose(decks, RULE)}


def test_the_cheapest_carrier_sets_price_and_increments():
    rates = composed(
        acme={"7": price("Russia", 300_000, 0, 60, 60)},
        bell={"7": price("Russia", 250_000, 0, 30, 6)},
    )
    assert rates["7"].terms == RateTerms(313_000, 0, 30, 6)
    assert rates["7"].cost_micros == 250_000
    assert rates["7"].destination.key == "ru-landline"


def test_a_fee_counts_when_carriers_are_compared():
    rates = composed(
        acme={"7": price("Russia", 10_000, 900_000)},
        bell={"7": price("Russia", 20_000)},
    )
    assert rates["7"].routes[0][0] == "bell"


def test_a_carrier_prices_a_longer_prefix_by_its_shorter_one():
    rates = composed(
        acme={"7": price("Russia", 300_000), "7495": price("Russia - Moscow", 20_000)},
        bell={"7": price("Russia", 10_000)},
    )
    assert rates["7495"].routes == (("bell", 10_000), ("acme", 20_000))[:1]
    assert rates["7495"].cost_micros == 10_000


def test_a_landline_price_never_sells_mobiles_or_premium_numbers():
    rates = composed(
        acme={
            "49": price("Germany", 13_000),
            "4915": price("Germany - Mobile", 346_000),
            "44": price("United Kingdom", 12_000),
            "449": price("United Kingdom - Premium Services", 1_043_900),
        },
        bell={"49": price("Germany", 11_000), "44": price("United Kingdom", 11_000)},
    )
    assert rates["4915"].routes == (("acme", 346_000),)
    assert rates["449"].routes == (("acme", 1_043_900),)
    assert rates["449"].destination.line_type is LineType.PREMIUM


def test_a_price_for_one_country_never_sells_another_of_the_same_code():
    rates = composed(acme={"7": price("Russia", 10_000)}, bell={"77": price("Kazakhstan", 250_000)})
    assert rates["77"].routes == (("bell", 250_000),)


def test_fallback_carriers_are_only_those_below_the_price():
    rates = composed(
        acme={"7": price("Russia", 100_000)},
        bell={"7": price("Russia", 125_000)},
        cord={"7": price("Russia", 125_001)},
        dial={"7": price("Russia", 110_000, 1)},
        echo={"7": price("Russia", 110_000, 0, 60, 30)},
        fern={"7": price("Russia", 110_000, 0, 30, 60)},
    )
    assert rates["7"].terms.minute_price_micros == 125_000
    assert [carrier for carrier, _ in rates["7"].routes] == ["acme", "echo", "bell"]


def test_where_carriers_differ_the_more_careful_word_holds():
    rates = composed(acme={"7300": price("Russia", 10_000)}, bell={"7300": price("Russia - Mobile", 20_000)})
    assert rates["7300"].destination.line_type is LineType.MOBILE


terms_strategy = st.builds(
    RateTerms,
    st.integers(0, 20_000_000),
    st.integers(0, 1_000_000),
    st.integers(1, 120),
    st.integers(1, 120),
)


@given(terms_strategy, st.integers(0, 50_000), st.integers(1, 100_000), st.integers(0, 50_000), st.integers(1, 7200))
def test_no_call_is_ever_sold_below_cost(cost, margin, step, floor, used):
    sold = retail_terms(cost, PriceRule(margin, step, floor))
    assert charge(used, (sold,)).amount_micros >= charge(used, (cost,)).amount_micros
    assert sold.minute_price_micros >= floor
    assert sold.minute_price_micros % step == 0 or sold.minute_price_micros == floor


@given(st.lists(terms_strategy, min_size=1, max_size=4), st.integers(1, 7200))
def test_no_route_ever_costs_more_than_the_buyer_pays(costs, used):
    decks = {f"c{n}": {"7": CarrierPrice("Russia", terms)} for n, terms in enumerate(costs)}
    (rate,) = compose(decks, RULE)
    paid = charge(used, (rate.terms,)).amount_micros
    for carrier, _ in rate.routes:
        assert charge(used, (decks[carrier]["7"].terms,)).amount_micros <= paid


@pytest.mark.parametrize(("cost", "sold"), [(29_000, 37_000), (800, 1000), (0, 1000), (1_000_000, 1_250_000)])
def test_prices_go_up_to_a_tenth_of_a_cent(cost, sold):
    assert retail_terms(RateTerms(cost), RULE).minute_price_micros == sold
