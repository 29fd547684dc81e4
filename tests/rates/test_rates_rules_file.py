"""The operator's rules of prices: read whole, or every fault by its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.rates.comparing import worst_call
from crystalcall.minutes.rates.destinations import classify
from crystalcall.minutes.rates.price_rules import Asked, GroupedRules, PriceRule, StepRule, retail_terms
from crystalcall.minutes.rates.rules_file import read_rules
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import PriceStep, RateTerms, TimeBand

HOUR = 3600
DAY = 24 * HOUR
WHOLE = """
# Prices of the autumn.
[default]
margin = 25
floor = 0.5

[[group]]
name = "Moscow"
prefixes = ["7495", "7499"]
margin = 12.5
ending = 0.9

[[group]]
name = "Russia and Kazakhstan, mobile"
countries = ["ru", "KZ"]
lines = ["mobile"]
increments = "30/6"
fee = 1.5
minimum_charge = 5
free_up_to_s = 4
longest_call_s = 3600
steps = [{ after_s = 60, margin = 10 }, { after_s = 600, price = 20 }]

[[group]]
name = "Germany at night"
countries = ["de"]
time_zone = "destination"

[[group.bands]]
when = "Mon-Thu 20:00-08:00"
margin = 5

[[group.bands]]
when = "Fri 20:00-Mon 00:00"
price = 1
steps = [{ after_s = 120, price = 2 }]
"""


def rules_of(text: str) -> GroupedRules:
    found = read_rules(text)
    assert isinstance(found, GroupedRules), found
    return found


def faults_of(text: str) -> list[tuple[int, str]]:
    found = read_rules(text)
    assert isinstance(found, tuple)
    return [(fault.line, fault.reason) for fault in found]


def rule_of(rules: GroupedRules, prefix: str, words: str) -> PriceRule:
    return rules.rule_for(prefix, classify(prefix, words))


def test_the_first_group_that_fits_decides_and_the_default_is_for_the_rest():
    rules = rules_of(WHOLE)
    assert rules.text == WHOLE
    assert rule_of(rules, "7495", "Russia - Moscow").margin_basis_points == 1250
    assert rule_of(rules, "74951", "Russia - Mobile").margin_basis_points == 1250, "Moscow stands first"
    assert rule_of(rules, "79", "Russia - Mobile").increments == (30, 6)
    assert rule_of(rules, "7", "Russia") == rules.default
    assert rules.unused() == ("Germany at night",)


def test_a_group_inherits_what_it_does_not_state():
    rules = rules_of(WHOLE)
    mobile = rule_of(rules, "79", "Russia - Mobile")
    assert (mobile.margin_basis_points, mobile.floor_micros, mobile.rounding_micros) == (2500, 5_000, 1_000)
    assert (mobile.fee_micros, mobile.minimum_charge_micros) == (15_000, 50_000)
    assert (mobile.free_up_to_seconds, mobile.cap_seconds) == (4, 3600)
    assert mobile.steps == (StepRule(60, Asked(1000)), StepRule(600, Asked(None, 200_000)))


def test_a_group_with_a_margin_is_not_held_to_the_defaults_price():
    rules = rules_of('[default]\nmargin = 5\nprice = 9\n[[group]]\nname = "a"\ncountries = ["ru"]\nmargin = 10\n')
    assert rule_of(rules, "7", "Russia").price_micros is None
    assert rule_of(rules, "49", "Germany").price_micros == 90_000


def test_terms_are_made_of_the_carriers_price_and_the_rule():
    mobile = rule_of(rules_of(WHOLE), "79", "Russia - Mobile")
    assert retail_terms(RateTerms(300_000, 20_000, cap_seconds=1800), mobile) == RateTerms(
        minute_price_micros=375_000,
        connect_fee_micros=15_000,
        first_increment_seconds=30,
        next_increment_seconds=6,
        minimum_charge_micros=50_000,
        free_up_to_seconds=4,
        steps=(PriceStep(60, 330_000), PriceStep(600, 200_000)),
        cap_seconds=1800,
    )


def test_bands_are_counted_where_the_rule_says():
    night = rule_of(rules_of(WHOLE), "49", "Germany")
    terms = retail_terms(RateTerms(10_000), night, "DE")
    assert terms.time_zone == "Europe/Berlin"
    assert len(terms.bands) == 5
    assert terms.bands[0] == TimeBand(20 * HOUR, DAY + 8 * HOUR, 11_000)
    assert terms.bands[-1] == TimeBand(4 * DAY + 20 * HOUR, 7 * DAY, 10_000, (PriceStep(120, 20_000),))
    assert retail_terms(RateTerms(10_000), night, "RU").time_zone == "", "Russia has many clocks: the store's holds"


def test_a_carriers_own_steps_and_bands_are_sold_on_with_the_margin():
    cost = RateTerms(
        20_000, steps=(PriceStep(60, 10_000),), bands=(TimeBand(0, HOUR, 5_000),), time_zone="Europe/Paris"
    )
    terms = retail_terms(cost, PriceRule(5000, 1_000, 1_000))
    assert terms.steps == (PriceStep(60, 15_000),)
    assert terms.bands == (TimeBand(0, HOUR, 8_000),)
    assert terms.time_zone == "Europe/Paris"
    assert retail_terms(cost, PriceRule(5000, 1_000, 1_000, price_micros=90_000)) == RateTerms(90_000)


def test_our_own_bands_stand_on_the_carriers_dearest_hour():
    cost = RateTerms(10_000, bands=(TimeBand(0, HOUR, 40_000),))
    rule = rules_of('[default]\nmargin = 10\nbands = [{ when = "Sat 00:00-Mon 00:00", margin = 5 }]\n').default
    terms = retail_terms(cost, rule)
    assert (terms.minute_price_micros, terms.bands[0].minute_price_micros) == (44_000, 42_000)
    assert worst_call(terms, cost) is None


@pytest.mark.parametrize(
    ("ending", "cost", "price"),
    [
        (9_000, 12_000, 19_000),
        (9_000, 19_000, 19_000),
        (9_000, 19_001, 29_000),
        (99_000, 100_000, 199_000),
        (490_000, 100_000, 490_000),
        (0, 11_000, 20_000),
    ],
)
def test_prices_go_up_to_their_ending(ending, cost, price):
    assert retail_terms(RateTerms(cost), PriceRule(0, 1, 0, ending)).minute_price_micros == price


rule_strategy = st.builds(
    PriceRule,
    st.integers(0, 90_000),
    st.integers(1, 100_000),
    st.integers(0, 50_000),
    st.none() | st.integers(0, 999_999),
)


@given(rule_strategy, st.integers(0, 20_000_000), st.integers(0, 1_000_000), st.integers(1, 120), st.integers(1, 120))
def test_no_rule_of_margins_sells_under_cost(rule, price, fee, first, following):
    cost = RateTerms(price, fee, first, following)
    assert worst_call(retail_terms(cost, rule), cost) is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "a [default] with a margin in percent is needed"),
        ("\n[default]\nfloor = 1\n", 2, "a [default] with a margin"),
        ("[default]\nmargin = 25\nmargin = 26\n", 3, "this is not TOML"),
        ("[default]\nmargin = \n", 2, "this is not TOML"),
        ("[default]\nmargin = 25\nmargni = 26\n", 3, "'margni' is no rule; there are margin, rounding"),
        ("[default]\nmargin = -1\n", 2, "margin: -1 is not a percentage"),
        ("[default]\nmargin = 901\n", 2, "margin: 901 is not a percentage of 0 to 900"),
        ("[default]\nmargin = 1.234\n", 2, "with at most two decimals"),
        ("[default]\nmargin = nan\n", 2, "is not a percentage"),
        ('[default]\nmargin = "25"\n', 2, "25 is not a percentage"),
        ("[default]\nmargin = true\n", 2, "True is not a percentage"),
        ("[default]\nmargin = 25\nrounding = 0\n", 3, "cannot be rounded up to nothing"),
        ("[default]\nmargin = 25\nfloor = 0.00001\n", 3, "finer than a millionth"),
        ("[default]\nmargin = 25\nprice = 20000\n", 3, "more than any call costs"),
        ("[default]\nmargin = 25\nending = 100\n", 3, "100 is not an ending"),
        ('[default]\nmargin = 25\nincrements = "60"\n', 3, "is not a pair of seconds"),
        ('[default]\nmargin = 25\nincrements = "0/6"\n', 3, "is not a pair of seconds"),
        ("[default]\nmargin = 25\nfree_up_to_s = -1\n", 3, "-1 is not a number of seconds"),
        ("[default]\nmargin = 25\nfree_up_to_s = 3600\n", 3, "3600 is not a number of seconds"),
        ('[default]\nmargin = 25\ntime_zone = "Moscow"\n', 3, "nor a time zone such as"),
        ("[default]\nmargin = 25\nsteps = 3\n", 3, "write a list of tables"),
        ("[default]\nmargin = 25\nsteps = [{ after_s = 60 }]\n", 3, "state either margin or price"),
        ("[default]\nmargin = 25\nsteps = [{ price = 6 }]\n", 3, "None is not a number of seconds"),
        ("[default]\nmargin = 25\nsteps = [{ after_s = 60, cost = 1 }]\n", 3, "'cost' is unknown here"),
        (
            "[default]\nmargin = 25\nsteps = [{ after_s = 60, price = 1 }, { after_s = 30, price = 1 }]\n",
            3,
            "the step from 30 s stands after that from 60 s",
        ),
        ('[default]\nmargin = 25\nbands = [{ when = "nights", price = 1 }]\n', 3, "is not a part of the week"),
        (
            (
                '[default]\nmargin = 25\nbands = [{ when = "Sat 00:00-Mon 00:00", price = 1 },'
                '{ when = "Sun 10:00-12:00", price = 1 }]\n'
            ),
            3,
            "two bands hold Sun 10:00",
        ),
        ("[default]\nmargin = 25\n[groups]\nname = 1\n", 3, "neither [default] nor [[group]]"),
        ('[default]\nmargin = 25\n[[group]]\nname = "x"\n', 3, "names countries, lines or prefixes"),
        ('[default]\nmargin = 25\n[[group]]\ncountries = ["ru"]\n', 3, "a group has a name"),
        ('[default]\nmargin = 25\n[[group]]\nname = "x"\ncountries = ["russia"]\n', 5, "'russia' is not a country"),
        ('[default]\nmargin = 25\n[[group]]\nname = "x"\ncountries = "ru"\n', 5, "countries is a list"),
        ('[default]\nmargin = 25\n[[group]]\nname = "x"\nlines = ["fax"]\n', 5, "'fax' is not a kind of line"),
        ('[default]\nmargin = 25\n[[group]]\nname = "x"\nprefixes = ["+7"]\n', 5, "'+7' is not a prefix"),
        ('[default]\nmargin = 25\n[[group]]\nname = "x"\nprefixes = [7495]\n', 5, "7495 is not a prefix"),
        (
            (
                '[default]\nmargin = 25\n[[group]]\nname = "x"\nprefixes = ["7"]\n\n[[group]]\nname = "x"\n'
                'prefixes = ["8"]\n'
            ),
            8,
            "another group is called 'x' already",
        ),
    ],
)
def test_a_fault_is_named_by_its_line(text, line, words):
    ((found_line, reason),) = faults_of(text)
    assert found_line == line
    assert words in reason


def test_every_fault_is_named_in_the_order_of_lines():
    text = '[default]\nmargin = 2000\n\n[[group]]\nname = "a"\ncountries = ["xx", "yy"]\nfee = -1\n'
    assert [line for line, _ in faults_of(text)] == [2, 6, 6, 7]


def test_margins_are_exact():
    assert rules_of("[default]\nmargin = 12.35\nfloor = 0.1\n").default.margin_basis_points == 1235
    assert LineType.MOBILE in rules_of(WHOLE).groups[1].lines


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    found = read_rules(text)
    assert isinstance(found, GroupedRules) or all(fault.line >= 1 for fault in found)
    more = read_rules(f"[default]\nmargin = 25\n{text}")
    assert isinstance(more, GroupedRules) or more
