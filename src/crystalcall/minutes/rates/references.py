"""What others ask the public, and how much less we ask: the ground of every saving the store claims.

Of the sources in ``data/reference_retail.csv`` (described in ``data/SOURCES.md``) these are retail: Fastmetrics, the
three Verizon tariffs, and VoiceLine (since 2018, so it is too old today). Twilio and Azure sell to programs and are
our own carriers; the FCC's figures are averages over all carriers and kinds of line. Those serve only to judge whether
a reference price is out of the ordinary.
"""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from crystalcall.minutes.rates.geography import read_data
from crystalcall.minutes.rates.values import DestinationInfo, ReferencePrice, Saving, is_place
from crystalcall.rules.money import micros_from_dollars
from crystalcall.rules.numbering import LineType

RETAIL_SOURCES: Final = ("Fastmetrics", "Verizon", "VoiceLine")
MAX_AGE_YEARS: Final = 5
COMPARED_LINES: Final = (LineType.LANDLINE, LineType.MOBILE)

# A saving beyond this is a mistake in one of the two prices more often than a bargain.
MOST_BELIEVABLE_PERCENT: Final = 95
# A reference this many times the median of all that others ever asked for the same line is no usual price.
MOST_TIMES_MEDIAN: Final = 3
# With nothing to compare it with, a reference price cannot be judged.
LEAST_OTHERS: Final = 1
EVIDENCE_ROWS: Final = 20


@cache
def all_prices() -> dict[tuple[str, str], tuple[ReferencePrice, ...]]:
    """Every price of the shipped file, by country and kind of line ("mixed" and "all" are kinds of their own)."""
    prices: dict[tuple[str, str], list[ReferencePrice]] = {}
    for row in read_data("reference_retail.csv"):
        price = ReferencePrice(
            minute_price_micros=micros_from_dollars(row["usd_per_min"]),
            carrier=row["carrier"],
            year=int(row["year"]),
            source=row["source"],
            line_type=row["line_type"],
        )
        prices.setdefault((row["country_iso2"], row["line_type"]), []).append(price)
    return {key: tuple(found) for key, found in prices.items()}


def reference_price(iso2: str, line_type: LineType, now: datetime) -> ReferencePrice | None:
    """The retail price that ours is compared with: same kind of line, at most five years old.

    Of several the lowest, so that the saving said is the most modest one.
    """
    return min(
        (
            price
            for price in all_prices().get((iso2, line_type.value), ())
            if price.carrier.startswith(RETAIL_SOURCES) and 0 <= now.year - price.year <= MAX_AGE_YEARS
        ),
        key=lambda price: (price.minute_price_micros, price.carrier),
        default=None,
    )


def saving_of(destination: DestinationInfo, our_minute_price_micros: int, now: datetime) -> Saving | None:
    """How much less we ask than the reference, in whole percent rounded down; None if nothing is saved or compared."""
    if destination.country_iso2 is None or destination.line_type not in COMPARED_LINES:
        return None
    reference = reference_price(destination.country_iso2, destination.line_type, now)
    if reference is None or reference.minute_price_micros <= our_minute_price_micros:
        return None
    saved = reference.minute_price_micros - our_minute_price_micros
    percent = saved * 100 // reference.minute_price_micros
    if percent < 1:
        return None
    return Saving(
        percent=percent,
        reference=reference,
        our_minute_price_micros=our_minute_price_micros,
        country_iso2=destination.country_iso2,
        line_type=destination.line_type,
        destination=destination,
    )


def why_outlier(saving: Saving) -> str:
    """Why a saving is left out of the store's claim until the operator signs it off; empty if it is not.

    Left out are savings above 95 %, references that nobody else's price can be set beside, and references of more than
    three times the median of all other prices known for that line (carriers' and older ones too): some lists hold
    prices that nobody pays any more, and a claim must survive a doubt.
    """
    if saving.percent > MOST_BELIEVABLE_PERCENT:
        return f"the saving of {saving.percent} % is above {MOST_BELIEVABLE_PERCENT} %"
    others = [
        price.minute_price_micros
        for price in all_prices().get((saving.country_iso2, saving.line_type.value), ())
        if price.carrier != saving.reference.carrier
    ]
    if len(others) < LEAST_OTHERS:
        return "no other price is known for this line"
    median = int(statistics.median(others))
    if saving.reference.minute_price_micros > MOST_TIMES_MEDIAN * median:
        return f"the reference price is more than {MOST_TIMES_MEDIAN} times the median of others ({median} micros)"
    return ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The largest saving of a deck, and what it was found among: rows that a reader can check."""

    best: Saving
    evidence: dict[str, object]


def dearest_prices(prices: Iterable[tuple[DestinationInfo, int]]) -> dict[DestinationInfo, int]:
    """The highest minute price of each destination that a saving may be claimed for.

    The references are prices for a whole country. So a country is compared by the dearest of all its prefixes of that
    line, and a town by the dearest of its own: every number meant by the claim saves at least that much. Ranges of
    single operators are no destination that a buyer could name, and are left out.
    """
    by_line: dict[tuple[str | None, LineType], int] = {}
    by_place: dict[DestinationInfo, int] = {}
    for destination, price in prices:
        line = (destination.country_iso2, destination.line_type)
        by_line[line] = max(price, by_line.get(line, 0))
        if not destination.area or is_place(destination.area):
            by_place[destination] = max(price, by_place.get(destination, 0))
    return {
        destination: price if destination.area else by_line[destination.country_iso2, destination.line_type]
        for destination, price in by_place.items()
    }


def claim_of(
    dearest: Mapping[DestinationInfo, int], now: datetime, signed_off: frozenset[str] = frozenset()
) -> Claim | None:
    """The largest saving among destinations on sale.

    Args:
        dearest: what `dearest_prices` gave, in micros.
        now: decides which references are too old.
        signed_off: keys of destinations whose outlying saving the operator vouches for.

    Returns:
        The claim with its evidence; None if no destination saves anything.
    """
    savings = sorted(
        (found for destination, price in dearest.items() if (found := saving_of(destination, price, now))),
        key=lambda saving: (-saving.percent, saving.destination.key),
    )
    standing, left_out = [], []
    for saving in savings:
        reason = why_outlier(saving)
        if reason and saving.destination.key not in signed_off:
            left_out.append(_row(saving) | {"reason": reason})
        else:
            standing.append(saving)
    if not standing:
        return None
    evidence: dict[str, object] = {
        "compared_destinations": len(savings),
        "largest": [_row(saving) for saving in standing[:EVIDENCE_ROWS]],
        "left_out": left_out[:EVIDENCE_ROWS],
        "left_out_count": len(left_out),
        "signed_off": sorted(signed_off),
    }
    return Claim(standing[0], evidence)


def _row(saving: Saving) -> dict[str, object]:
    """A saving as a line of evidence."""
    return {
        "destination": saving.destination.key,
        "percent": saving.percent,
        "our_minute_price_micros": saving.our_minute_price_micros,
        "reference_minute_price_micros": saving.reference.minute_price_micros,
        "reference_carrier": saving.reference.carrier,
        "reference_year": saving.reference.year,
    }
