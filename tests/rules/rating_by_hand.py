"""Rating as one would do it on paper: an increment at a time, in fractions. And terms of every kind to try it on.

Slow, and obviously right: nothing here knows a closed form, a run of equal increments or a boundary ahead.
"""

from fractions import Fraction
from math import ceil, inf
from typing import NamedTuple

from hypothesis import strategies as st

from crystalcall.rules.rating import (
    FREE_CALL_SECONDS,
    WEEK_SECONDS,
    Charge,
    PriceStep,
    RateTerms,
    TimeBand,
)

DAY = 24 * 3600


class Increment(NamedTuple):
    start: int
    seconds: int
    minute_price_micros: int
    covered: bool


def increments(used: int, terms: RateTerms, week_second: int, allowance: int) -> list[Increment]:
    """Every increment that begins before the call ends."""
    found, start, length, left = [], 0, terms.first_increment_seconds, allowance
    while start < used:
        covered = left >= length and (not found or found[-1].covered)
        found.append(Increment(start, length, price_at(start, terms, week_second), covered))
        left -= length if covered else 0
        start += length
        length = terms.next_increment_seconds
    return found


def price_at(start: int, terms: RateTerms, week_second: int) -> int:
    """The band that holds the start of the increment, else the base; then the last step that has begun."""
    now = (week_second + start) % WEEK_SECONDS
    price, steps = terms.minute_price_micros, terms.steps
    for band in terms.bands:
        if now in band_seconds(band):
            price, steps = band.minute_price_micros, band.steps
    for step in steps:
        if start >= step.from_seconds:
            price = step.minute_price_micros
    return price


class band_seconds:  # noqa: N801 - reads as a set of seconds
    """The seconds of the week in a band, as a set that is not written out."""

    def __init__(self, band: TimeBand) -> None:
        self.begin, self.end = band.from_week_seconds, band.to_week_seconds

    def __contains__(self, second: int) -> bool:
        if self.end < self.begin:
            return not self.end <= second < self.begin
        return self.begin <= second < self.end


def cost_by_hand(used: int, terms: RateTerms, week_second: int, allowance: int, *, grace: bool = True) -> Charge:
    """One offer's charge."""
    if used == 0 or (grace and used <= terms.free_up_to_seconds):
        return Charge(0, 0, 0, 0, 0)
    found = increments(used, terms, week_second, allowance)
    exact = sum(Fraction(each.seconds * each.minute_price_micros, 60) for each in found if not each.covered)
    billable = sum(each.seconds for each in found)
    covered = sum(each.seconds for each in found if each.covered)
    amount = amount_by_hand(exact, covered, billable, terms)
    return Charge(amount, billable, 0 if covered == billable else terms.connect_fee_micros, len(found), 0, covered)


def amount_by_hand(exact: Fraction, covered: int, billable: int, terms: RateTerms) -> int:
    """Fee, minimum and rounding on top of the exact price of what is paid with money."""
    if covered == billable:
        return 0
    amount = ceil(terms.connect_fee_micros + exact)
    return amount if covered else max(amount, terms.minimum_charge_micros)


def charge_by_hand(used: int, offers: "Offers") -> Charge:
    """The cheapest offer; of equals the one that takes fewest free seconds, then the first."""
    pairs = zip(offers.terms, offers.week_seconds, strict=True)
    costs = [cost_by_hand(used, terms, at, offers.allowance) for terms, at in pairs]
    ranked = [(cost.amount_micros, cost.allowance_seconds, index) for index, cost in enumerate(costs)]
    best = min(ranked)[-1] if used else 0
    return costs[best]._replace(offer=best)


def affordable_by_hand(balance: int, offers: "Offers", cap: int) -> int:
    """The longest call within the cap that some offer pays, if the first increment of any can be paid."""
    longest, payable = 0, False
    for terms, at in zip(offers.terms, offers.week_seconds, strict=True):
        seconds = covered = exact = 0
        for each in increments(cap + 1, terms, at, offers.allowance):
            covered += each.seconds if each.covered else 0
            exact += 0 if each.covered else Fraction(each.seconds * each.minute_price_micros, 60)
            if not each.covered and amount_by_hand(exact, covered, seconds + each.seconds, terms) > balance:
                break
            seconds += each.seconds
        payable = payable or seconds > 0
        longest = max(longest, min(max(seconds, terms.free_up_to_seconds), bound_by_hand(terms)))
    return min(longest, cap) if payable else 0


def bound_by_hand(terms: RateTerms) -> float:
    """What ends a call if the money does not."""
    bounds = [inf]
    if terms.cap_seconds:
        bounds.append(terms.cap_seconds)
    if terms.bands:
        bounds.append(WEEK_SECONDS)
    lasting = [(terms.minute_price_micros, *(step.minute_price_micros for step in terms.steps))[-1]]
    lasting += [band.minute_price_micros for band in terms.bands]
    lasting += [step.minute_price_micros for band in terms.bands for step in band.steps]
    if 0 in lasting:
        bounds.append(FREE_CALL_SECONDS)
    return min(bounds)


# --- terms of every kind ----------------------------------------------------------------------------------------------

prices = st.one_of(st.integers(1, 100), st.integers(1, 60_000_000), st.sampled_from([1_000, 21_000, 150_000]))
prices_or_nothing = st.one_of(prices, prices, st.just(0))
fees = st.one_of(st.just(0), st.integers(0, 5_000_000))
firsts = st.one_of(st.sampled_from([1, 6, 30, 60]), st.integers(1, 300))
nexts = st.one_of(st.sampled_from([1, 6, 30, 60]), st.integers(1, 120))
minima = st.one_of(st.just(0), st.integers(0, 3_000_000))
graces = st.one_of(st.just(0), st.integers(0, 90))
allowances = st.one_of(st.just(0), st.integers(0, 600), st.integers(0, 200_000))
balances = st.one_of(st.integers(-10, 10_000), st.integers(0, 10**7), st.integers(0, 10**11))
caps = st.one_of(st.none(), st.integers(0, 100_000))
week_seconds = st.one_of(
    st.integers(0, WEEK_SECONDS - 1), st.integers(WEEK_SECONDS - 400, WEEK_SECONDS - 1), st.integers(0, 400)
)


@st.composite
def price_steps(draw, most: int = 2) -> tuple[PriceStep, ...]:
    """Steps in the order of time, in the first hour or far away."""
    begins = draw(st.lists(st.one_of(st.integers(0, 900), st.integers(0, 100_000)), unique=True, max_size=most))
    return tuple(PriceStep(begin, draw(prices_or_nothing)) for begin in sorted(begins))


@st.composite
def time_bands(draw, near: int) -> tuple[TimeBand, ...]:
    """Bands that do not overlap, most with edges within minutes of an answer at ``near``; the last may wrap."""
    edge = st.one_of(st.integers(-600, 3600).map(lambda shift: (near + shift) % WEEK_SECONDS), week_seconds)
    edges = sorted(draw(st.lists(edge, unique=True, min_size=2, max_size=4)))
    turns = zip(edges, [*edges[1:], edges[0]], strict=True)
    kept = [turn for turn in turns if draw(st.booleans())]
    if draw(st.integers(0, 20)) == 0:
        kept = [(0, WEEK_SECONDS)]
    return tuple(TimeBand(begin, end, draw(prices_or_nothing), draw(price_steps(1))) for begin, end in kept)


plain_terms = st.builds(
    RateTerms,
    minute_price_micros=prices_or_nothing,
    connect_fee_micros=fees,
    first_increment_seconds=firsts,
    next_increment_seconds=nexts,
)


@st.composite
def any_terms(draw, near: int = 0) -> RateTerms:
    """Terms with all that there is, or some of it."""
    bands = draw(st.one_of(st.just(()), time_bands(near)))
    return RateTerms(
        draw(prices_or_nothing),
        draw(fees),
        draw(firsts),
        draw(nexts),
        minimum_charge_micros=draw(minima),
        free_up_to_seconds=draw(graces),
        steps=draw(st.one_of(st.just(()), price_steps())),
        bands=bands,
        time_zone=draw(st.sampled_from(["", "Europe/Moscow"])) if bands else "",
        cap_seconds=draw(st.one_of(st.just(0), st.integers(1, 20_000))),
    )


class Offers(NamedTuple):
    """Offers with the second of the week at the answer for each, and the free seconds of the caller."""

    terms: list[RateTerms]
    week_seconds: list[int]
    allowance: int

    @property
    def question(self) -> dict[str, object]:
        return {"week_seconds": self.week_seconds, "allowance_seconds": self.allowance}


@st.composite
def any_offers(draw, most: int = 2) -> Offers:
    """One or two offers of any terms, with or without an allowance."""
    seconds = draw(st.lists(week_seconds, min_size=1, max_size=most))
    return Offers([draw(any_terms(near)) for near in seconds], seconds, draw(allowances))
