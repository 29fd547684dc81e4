"""What we keep of each destination's price: per destination, before anything is published."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from crystalcall.minutes.rates.comparing import (
    COMPARED_CALL_SECONDS,
    KEPT_PAIRS,
    WorstCall,
    dearest_minute,
    hours_of,
    weigh,
    worst_call,
)
from crystalcall.minutes.rates.price_rules import BASIS_POINTS
from crystalcall.minutes.rates.retail import RetailRate
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.rating import RateTerms, charge


@dataclass(frozen=True, slots=True)
class SignedException:
    """Somebody's word that a destination may be sold under cost, in one retail deck."""

    reason: str
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class DestinationMargin:
    """A destination of a retail deck: its minute prices and costs, and what is left.

    ``margin_basis_points`` is the lowest among its prefixes, in hundredths of a percent over the cost of a call of
    three minutes at the hour that is worst for us; None where nothing costs anything. ``worst`` is the call by which
    most is lost, None where none loses. Calls up to ``free_up_to_seconds`` are free by rule, and not counted.
    """

    destination: DestinationInfo
    prefix_count: int
    least_price_micros: int
    most_price_micros: int
    least_cost_micros: int
    most_cost_micros: int
    margin_basis_points: int | None
    worst: WorstCall | None
    free_up_to_seconds: int = 0
    exception: SignedException | None = None

    @property
    def under_cost(self) -> bool:
        """Whether some call costs us more than it brings."""
        return self.worst is not None


def margins_of(rates: Iterable[RetailRate]) -> tuple[DestinationMargin, ...]:
    """Every destination of a deck to be, by its key."""
    found: dict[str, DestinationMargin] = {}
    for rate in rates:
        one = _margin(rate)
        known = found.get(one.destination.key)
        found[one.destination.key] = one if known is None else _merged(known, one)
    return tuple(found[key] for key in sorted(found))


def _margin(rate: RetailRate) -> DestinationMargin:
    cost = rate.costs[0]
    price, paid = dearest_minute(rate.terms), dearest_minute(cost)
    return DestinationMargin(
        destination=rate.destination,
        prefix_count=1,
        least_price_micros=price,
        most_price_micros=price,
        least_cost_micros=paid,
        most_cost_micros=paid,
        margin_basis_points=margin_basis_points(rate.terms, cost),
        worst=worst_call(rate.terms, cost),
        free_up_to_seconds=rate.terms.free_up_to_seconds,
    )


def _merged(known: DestinationMargin, more: DestinationMargin) -> DestinationMargin:
    margins = [each.margin_basis_points for each in (known, more) if each.margin_basis_points is not None]
    losses = [each.worst for each in (known, more) if each.worst is not None]
    return DestinationMargin(
        destination=known.destination,
        prefix_count=known.prefix_count + more.prefix_count,
        least_price_micros=min(known.least_price_micros, more.least_price_micros),
        most_price_micros=max(known.most_price_micros, more.most_price_micros),
        least_cost_micros=min(known.least_cost_micros, more.least_cost_micros),
        most_cost_micros=max(known.most_cost_micros, more.most_cost_micros),
        margin_basis_points=min(margins, default=None),
        worst=max(losses, key=lambda worst: worst.loss_micros, default=None),
        free_up_to_seconds=max(known.free_up_to_seconds, more.free_up_to_seconds),
    )


@lru_cache(maxsize=KEPT_PAIRS)
def margin_basis_points(retail: RateTerms, cost: RateTerms) -> int | None:
    """What a call of three minutes leaves at our cheapest and the carrier's dearest hour; rounded down.

    Errors: none; None where the call costs us nothing.
    """
    spent = weigh(cost).compared_micros
    if spent == 0:
        return None
    charged = replace(retail, free_up_to_seconds=0)
    earned = min(charge(COMPARED_CALL_SECONDS, (hour,)).amount_micros for hour in hours_of(charged))
    return (earned - spent) * BASIS_POINTS // spent
