"""Calls with a known price or length, as other billing programs and carriers have them (data/SOURCES.md)."""

import csv
from pathlib import Path

import pytest

from crystalcall.rules.money import dollars_from_micros, micros_from_dollars
from crystalcall.rules.rating import (
    PriceStep,
    RateTerms,
    TimeBand,
    affordable_seconds,
    allowance_to_hold,
    billable_seconds,
    charge,
    quote,
)

DATA = Path(__file__).parent / "data"
CALLS_AT_ONCE = 50


def cases() -> list[object]:
    """Every row of every file, each figure as text and nothing where there is none."""
    found = []
    for path in sorted(DATA.glob("rating_cases*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                told = {(name or "").strip(): (text or "").strip() for name, text in row.items() if name is not None}
                if any(told.values()):
                    found.append(pytest.param({k: v for k, v in told.items() if v}, id=told.get("case") or None))
    return found


def dollars(row: dict[str, str], name: str) -> int:
    return micros_from_dollars(row.get(name, "0"))


def seconds(row: dict[str, str], name: str, otherwise: int = 0) -> int:
    return int(row.get(name, otherwise))


def steps_of(text: str) -> tuple[PriceStep, ...]:
    """``60:0.02;600:0.01``: seconds and a minute price."""
    told = (each.split(":") for each in text.split(";") if each.strip())
    return tuple(PriceStep(int(begin), micros_from_dollars(price.strip())) for begin, price in told)


def bands_of(text: str) -> tuple[TimeBand, ...]:
    """``28800-72000:0.05``: seconds of the week and a minute price."""
    found = []
    for each in filter(str.strip, text.split(";")):
        times, price = each.split(":")
        begin, end = times.split("-")
        found.append(TimeBand(int(begin), int(end), micros_from_dollars(price.strip())))
    return tuple(found)


def terms_of(row: dict[str, str]) -> RateTerms:
    return RateTerms(
        minute_price_micros=dollars(row, "minute_price_usd"),
        connect_fee_micros=dollars(row, "connect_fee_usd"),
        first_increment_seconds=seconds(row, "first_increment_s", 60),
        next_increment_seconds=seconds(row, "next_increment_s", 60),
        minimum_charge_micros=dollars(row, "minimum_charge_usd"),
        free_up_to_seconds=seconds(row, "free_up_to_s"),
        steps=steps_of(row.get("steps", "")),
        bands=bands_of(row.get("bands", "")),
        cap_seconds=seconds(row, "cap_s"),
    )


def check_charge(row, offers, extras):
    cost = charge(seconds(row, "used_s"), offers, **extras)
    assert dollars_from_micros(cost.amount_micros) == dollars_from_micros(dollars(row, "expected"))


def check_max_seconds(row, offers, extras):
    """How long a balance lasts, in one grant, in a quote, and in as many small extensions as it takes."""
    balance, asked = dollars(row, "balance_usd"), int(row["asked_s"]) if "asked_s" in row else None
    granted = affordable_seconds(balance, offers, cap_seconds=asked, **extras)
    assert granted == int(row["expected"])
    assert quote(balance, offers, cap_seconds=asked, **extras).seconds == granted
    assert charge(granted, offers, **extras).amount_micros <= balance


def check_concurrent(row, offers, extras):
    """All hold what they will cost before any is charged; then each pays out of its hold."""
    balance, used = dollars(row, "balance_usd"), seconds(row, "used_s")
    allowance, held = extras["allowance_seconds"], []
    for _ in range(seconds(row, "calls", CALLS_AT_ONCE)):
        extras = {**extras, "allowance_seconds": allowance}
        granted = affordable_seconds(balance, offers, cap_seconds=used, **extras)
        if granted == used:
            hold = charge(used, offers, **extras).amount_micros
            minutes = allowance_to_hold(used, offers, **extras)
            balance, allowance = balance - hold, allowance - minutes
            held.append((hold, minutes))
    for hold, minutes in held:
        cost = charge(used, offers, **{**extras, "allowance_seconds": minutes})
        assert cost.amount_micros <= hold
        balance += hold - cost.amount_micros
    assert dollars_from_micros(balance) == dollars_from_micros(dollars(row, "expected"))


def check_billable(row, offers, extras):
    assert billable_seconds(seconds(row, "used_s"), offers[0]) == int(row["expected"])
    assert charge(seconds(row, "used_s"), offers, **extras).billable_seconds == int(row["expected"])


def check_refused(row, offers, extras):
    assert affordable_seconds(dollars(row, "balance_usd"), offers, **extras) == 0


CHECKS = {
    "charge": check_charge,
    "max_seconds": check_max_seconds,
    "concurrent": check_concurrent,
    "billable": check_billable,
    "refused": check_refused,
}


@pytest.mark.parametrize("row", cases())
def test_a_known_case_comes_out_as_elsewhere(row):
    kind = row.get("kind", "")
    assert kind in CHECKS, f"a case of a kind that nobody checks: {kind!r}"
    extras = {"week_seconds": (seconds(row, "week_second"),), "allowance_seconds": seconds(row, "allowance_s")}
    CHECKS[kind](row, (terms_of(row),), extras)


def test_every_kind_of_the_gathered_cases_is_there():
    kinds = {case.values[0]["kind"] for case in cases()}
    assert {"charge", "max_seconds", "concurrent"} <= kinds
