"""Past calls under another deck: what they would have cost, exactly as the rules say, and nothing is touched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.rates.destinations import classify
from crystalcall.minutes.rates.prefix_index import Cell, PrefixIndex
from crystalcall.minutes.rates.rerating import Record, rerate
from crystalcall.rules.fairness import FairnessRule
from crystalcall.rules.rating import RateTerms, TimeBand, charge
from crystalcall.rules.release import ReleaseCause

RULE = FairnessRule(3, 60)
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TERMS = {
    "7": RateTerms(300_000),
    "7495": RateTerms(30_000, 5_000, 30, 6),
    "49": RateTerms(20_000, bands=(TimeBand(0, 8 * 3600, 10_000),), time_zone="UTC"),
}


def index_of(terms: dict[str, RateTerms]) -> PrefixIndex:
    return PrefixIndex(1, 1, {prefix: Cell(classify(prefix, "X"), each, ()) for prefix, each in terms.items()})


INDEX = index_of(TERMS)


def record(prefix: str, used: int, charged: int, **more: object) -> Record:
    row = {"granted": 100_000, "allowance": 0, "forgiven": 0, "at": MONDAY, "cause": ReleaseCause.NORMAL} | more
    return (
        prefix,
        f"to-{prefix}",
        1,
        used,
        row["granted"],
        row["allowance"],
        charged,
        row["forgiven"],
        row["at"],
        row["cause"],
    )


def test_calls_are_summed_by_destination():
    found = rerate([record("7495", 31, 7), record("7495", 60, 7), record("7", 60, 400_000)], INDEX, RULE)
    moscow = found.destinations["to-7495"]
    assert (moscow.calls, moscow.seconds, moscow.charged_micros) == (2, 91, 14)
    assert moscow.would_be_micros == 5_000 + 18_000 + 5_000 + 30_000
    assert found.destinations["to-7"].difference_micros == -100_000
    assert (found.total.calls, found.total.charged_micros) == (3, 400_014)


@given(st.lists(st.tuples(st.sampled_from(sorted(TERMS)), st.integers(1, 5000), st.integers(0, 3000)), max_size=30))
def test_every_call_is_charged_as_the_rules_charge_it(calls):
    records = [record(prefix, used, 1, allowance=allowance) for prefix, used, allowance in calls]
    expected = sum(
        charge(
            used,
            (TERMS[prefix],),
            week_seconds=(3600,) if TERMS[prefix].bands else (),
            allowance_seconds=allowance,
        ).amount_micros
        for prefix, used, allowance in calls
    )
    found = rerate(records, INDEX, RULE)
    assert found.total.would_be_micros == expected
    assert found.total.calls == len(calls)


def test_a_band_is_counted_from_the_answer():
    night = rerate([record("49", 60, 1)], INDEX, RULE)
    day = rerate([record("49", 60, 1, at=MONDAY + timedelta(hours=8))], INDEX, RULE)
    assert (night.total.would_be_micros, day.total.would_be_micros) == (10_000, 20_000)


def test_a_call_that_was_forgiven_stays_forgiven():
    short = record("7", 3, 0, forgiven=300_000)
    assert rerate([short, record("7", 3, 300_000)], INDEX, RULE).total.would_be_micros == 300_000
    busy = record("7", 20, 0, forgiven=300_000, cause=ReleaseCause.BUSY)
    assert rerate([busy], INDEX, RULE).total.would_be_micros == 0


def test_a_call_that_was_free_before_is_charged_if_the_deck_says_so():
    assert rerate([record("7", 20, 0)], INDEX, RULE).total.would_be_micros == 300_000


def test_seconds_beyond_the_grant_are_still_the_operators_loss():
    assert rerate([record("7", 61, 1, granted=60)], INDEX, RULE).total.would_be_micros == 300_000


def test_an_unanswered_call_costs_nothing():
    assert rerate([record("49", 0, 0, at=None)], INDEX, RULE).total.would_be_micros == 0


def test_a_call_without_a_price_is_counted_apart():
    found = rerate([record("1", 60, 50), record("7", 60, 50)], INDEX, RULE)
    assert (found.unreachable.calls, found.unreachable.charged_micros, found.total.calls) == (1, 50, 1)


def test_prefixes_that_the_deck_tells_apart_further_are_counted():
    found = rerate([record("7", 60, 1), record("7495", 60, 1), record("749", 60, 1)], INDEX, RULE)
    assert found.refined == 2
    assert found.destinations["to-749"].would_be_micros == 300_000


def test_the_reader_is_told_how_far_it_is():
    told = []
    rerate([record("7", 60, 1)] * 25_000, INDEX, RULE, total=25_000, told=lambda *each: told.append(each))
    assert told == [(10_000, 25_000), (20_000, 25_000), (25_000, 25_000)]


def test_a_call_is_priced_again_in_a_few_microseconds():
    import time

    records = [record("7495" if n % 3 else "7", n % 1800, 1) for n in range(100_000)]
    begun = time.process_time()
    rerate(records, INDEX, RULE)
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize("price", [0, 1])
def test_dearer_by_a_micro_is_seen(price):
    dearer = index_of({"7": replace(TERMS["7"], minute_price_micros=300_000 + price)})
    assert rerate([record("7", 60, 300_000)], dearer, RULE).total.difference_micros == price
