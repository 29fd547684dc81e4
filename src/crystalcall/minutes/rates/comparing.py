"""Setting one price beside another: which is dearer, and whether what we ask always covers what we pay.

Terms with bands have no single price. Where one figure is wanted they are weighed at their dearest hour, so that
nobody is told less than a call may cost.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from crystalcall.rules.rating import SECONDS_PER_MINUTE, PriceStep, RateTerms, charge

# A call of three minutes, so that fees and increments count and not the minute price alone.
COMPARED_CALL_SECONDS: Final = 180
# Increments beyond this no longer change which of two prices is dearer by much; then a few long calls are tried.
PROBED_SECONDS: Final = 600
LONG_CALLS: Final = (900, 1800, 3600, 7200, 10_800)
KEPT_PAIRS: Final = 20_000


class Weight(NamedTuple):
    """What terms cost at their dearest hour: a call of three minutes, then (of equals) one just beyond the grace."""

    compared_micros: int
    shortest_micros: int


class WorstCall(NamedTuple):
    """A call that costs us more than it brings, at its worst."""

    seconds: int
    paid_micros: int
    cost_micros: int

    @property
    def loss_micros(self) -> int:
        """What we lose by it."""
        return self.cost_micros - self.paid_micros


def hours_of(terms: RateTerms) -> tuple[RateTerms, ...]:
    """The same terms without bands: outside all of them, then one for each band."""
    if not terms.bands:
        return (terms,)
    plain = replace(terms, bands=(), time_zone="")
    inside = (replace(plain, minute_price_micros=band.minute_price_micros, steps=band.steps) for band in terms.bands)
    return tuple(dict.fromkeys((plain, *inside)))


@lru_cache(maxsize=KEPT_PAIRS)
def weigh(terms: RateTerms) -> Weight:
    """What is compared of terms. The hour in which the compared call costs most stands for all."""
    shortest = terms.free_up_to_seconds + 1
    return max(
        Weight(charge(COMPARED_CALL_SECONDS, (hour,)).amount_micros, charge(shortest, (hour,)).amount_micros)
        for hour in hours_of(terms)
    )


def at_dearest_hour(terms: RateTerms) -> RateTerms:
    """Terms without bands under which no call costs less than under these, whatever the hour: what a quote promises.

    Terms that have no bands are given back as they are.
    """
    if not terms.bands:
        return terms
    return replace(terms, minute_price_micros=dearest_minute(terms), steps=(), bands=(), time_zone="")


def dearest_minute(terms: RateTerms) -> int:
    """The highest minute price of any hour and step, in micros."""
    return max(_prices(terms))


def cheapest_minute(terms: RateTerms) -> int:
    """The lowest minute price of any hour and step, in micros."""
    return min(_prices(terms))


def _prices(terms: RateTerms) -> list[int]:
    prices = []
    for price, steps in [(terms.minute_price_micros, terms.steps)] + [
        (band.minute_price_micros, band.steps) for band in terms.bands
    ]:
        # A step from the very start leaves nothing of the price before it.
        if not steps or steps[0].from_seconds > 0:
            prices.append(price)
        prices += [step.minute_price_micros for step in steps]
    return prices


@lru_cache(maxsize=KEPT_PAIRS)
def always_covers(retail: RateTerms, cost: RateTerms) -> bool:
    """Whether a charged call of any length, at any hour, costs us at most what the buyer pays.

    Proven by the structure of both: the same or finer increments, no higher fee, no higher price of a minute. False
    may also mean that it could not be proven. A free beginning that we grant is our own gift and is left out.
    """
    least_paid = max(
        retail.minimum_charge_micros,
        retail.connect_fee_micros - (-retail.first_increment_seconds * cheapest_minute(retail) // SECONDS_PER_MINUTE),
    )
    return (
        cost.connect_fee_micros <= retail.connect_fee_micros
        and cost.minimum_charge_micros <= least_paid
        and _finer(cost, retail)
        and (dearest_minute(cost) <= cheapest_minute(retail) or _hour_by_hour(cost, retail))
    )


def _finer(cost: RateTerms, retail: RateTerms) -> bool:
    """Whether we are never billed more seconds than the buyer."""
    return (
        cost.first_increment_seconds <= retail.first_increment_seconds
        and retail.next_increment_seconds % cost.next_increment_seconds == 0
        and (retail.first_increment_seconds - cost.first_increment_seconds) % cost.next_increment_seconds == 0
    )


def _hour_by_hour(cost: RateTerms, retail: RateTerms) -> bool:
    """Whether prices change at the same moments in both, and ours is the higher one in each stretch."""
    return (
        (cost.first_increment_seconds, cost.next_increment_seconds, cost.time_zone)
        == (retail.first_increment_seconds, retail.next_increment_seconds, retail.time_zone)
        and cost.minute_price_micros <= retail.minute_price_micros
        and _step_by_step(cost.steps, retail.steps)
        and len(cost.bands) == len(retail.bands)
        and all(
            (ours.from_week_seconds, ours.to_week_seconds) == (theirs.from_week_seconds, theirs.to_week_seconds)
            and theirs.minute_price_micros <= ours.minute_price_micros
            and _step_by_step(theirs.steps, ours.steps)
            for theirs, ours in zip(cost.bands, retail.bands, strict=True)
        )
    )


def _step_by_step(cost: tuple[PriceStep, ...], retail: tuple[PriceStep, ...]) -> bool:
    return len(cost) == len(retail) and all(
        theirs.from_seconds == ours.from_seconds and theirs.minute_price_micros <= ours.minute_price_micros
        for theirs, ours in zip(cost, retail, strict=True)
    )


@lru_cache(maxsize=KEPT_PAIRS)
def worst_call(retail: RateTerms, cost: RateTerms) -> WorstCall | None:
    """The call by which we lose most, if there is any: tried are the seconds at which our own cost jumps.

    Lengths up to ten minutes are tried one by one, then a few long ones. Every hour of the carrier is set beside every
    hour of ours, since their weeks may be counted in other zones; bands at the same hours in the same zone beside
    each other alone. A free beginning that we grant is left out: it is stated as a gift, and reported as such.
    """
    if always_covers(retail, cost):
        return None
    worst: WorstCall | None = None
    for ours, theirs in _hours_beside(replace(retail, free_up_to_seconds=0), cost):
        for seconds in _probes(ours, theirs):
            call = WorstCall(seconds, charge(seconds, (ours,)).amount_micros, charge(seconds, (theirs,)).amount_micros)
            if call.loss_micros > (worst.loss_micros if worst else 0):
                worst = call
    return worst


def _hours_beside(retail: RateTerms, cost: RateTerms) -> list[tuple[RateTerms, RateTerms]]:
    """Pairs of hours that may be the same moment."""
    ours, theirs = hours_of(retail), hours_of(cost)
    if retail.time_zone == cost.time_zone and _edges(retail) == _edges(cost):
        plain = [replace(terms, bands=(), time_zone="") for terms in (retail, cost)]
        inside = [
            tuple(
                replace(base, minute_price_micros=band.minute_price_micros, steps=band.steps)
                for base, band in zip(plain, bands, strict=True)
            )
            for bands in zip(retail.bands, cost.bands, strict=True)
        ]
        return [(plain[0], plain[1]), *((pair[0], pair[1]) for pair in inside)]
    return [(our, their) for our in ours for their in theirs]


def _edges(terms: RateTerms) -> list[tuple[int, int]]:
    return [(band.from_week_seconds, band.to_week_seconds) for band in terms.bands]


def _probes(retail: RateTerms, cost: RateTerms) -> list[int]:
    """The first second of each of the carrier's increments, and of each step of either."""
    starts = {0, *range(cost.first_increment_seconds, PROBED_SECONDS, cost.next_increment_seconds)}
    starts |= {step.from_seconds for terms in (retail, cost) for step in terms.steps}
    return sorted({start + 1 for start in starts} | set(LONG_CALLS))
