"""The operator's rules of prices: a margin for everything, and others for groups of destinations."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Protocol

from crystalcall.minutes.rates.comparing import dearest_minute
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.minutes.rates.zones import zone_of_country
from crystalcall.rules.money import MICROS_PER_CENT
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import PriceStep, RateTerms, TimeBand

BASIS_POINTS: Final = 10_000
# A deck of tens of thousands of prefixes has some thousand different prices.
KEPT_TERMS: Final = 20_000
#: A time zone rule: each destination's own zone, where its country has a single one (else the store's).
ZONE_OF_DESTINATION: Final = "destination"
# Endings are searched within the cent, the dime or the dollar they are smaller than.
_ENDING_SPANS: Final = (MICROS_PER_CENT, 10 * MICROS_PER_CENT, 100 * MICROS_PER_CENT)


@dataclass(frozen=True, slots=True)
class Asked:
    """How one minute price is made: stated outright, or by a margin over the carrier's in hundredths of a percent."""

    margin_basis_points: int | None = None
    price_micros: int | None = None


@dataclass(frozen=True, slots=True)
class StepRule:
    """The price of the increments that begin so many seconds into a call, or later."""

    from_seconds: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class BandRule:
    """The price of a part of the week, with its own steps."""

    from_week_seconds: int
    to_week_seconds: int
    asked: Asked
    steps: tuple[StepRule, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceRule:
    """How the terms of a prefix are made of what the cheapest carrier asks.

    Attributes:
        margin_basis_points: over the carrier's minute price, fee and minimum, in hundredths of a percent.
        rounding_micros: prices go up to a whole step of this.
        floor_micros: the least minute price.
        ending_micros: prices go up to the next that ends so (9000: in .9 cents).
        price_micros: a minute price stated outright, whatever the carrier asks.
        fee_micros: a connection fee stated outright.
        increments: first and further increments instead of the carrier's.
        minimum_charge_micros: a minimum charge instead of the carrier's with the margin.
        free_up_to_seconds: calls this short cost nothing; a carrier's own free beginning is not passed on.
        cap_seconds: the longest call; a carrier's shorter one holds.
        steps: further prices within a call instead of the carrier's.
        bands: prices of parts of the week instead of the carrier's.
        time_zone: where the week is counted: "" the store's, "destination", or a name.
    """

    margin_basis_points: int
    rounding_micros: int
    floor_micros: int
    ending_micros: int | None = None
    price_micros: int | None = None
    fee_micros: int | None = None
    increments: tuple[int, int] | None = None
    minimum_charge_micros: int | None = None
    free_up_to_seconds: int = 0
    cap_seconds: int = 0
    steps: tuple[StepRule, ...] | None = None
    bands: tuple[BandRule, ...] | None = None
    time_zone: str = ""

    def rule_for(self, _prefix: str, _destination: DestinationInfo) -> "PriceRule":
        """One rule for everything."""
        return self


class Rules(Protocol):
    """What gives each prefix its rule."""

    def rule_for(self, prefix: str, destination: DestinationInfo, /) -> PriceRule:
        """The rule of a prefix."""
        ...


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A rule for some destinations; what is stated must all fit, and something is stated.

    ``countries`` are ISO codes, ``prefixes`` the first digits of numbers.
    """

    name: str
    rule: PriceRule
    countries: frozenset[str] = frozenset()
    lines: frozenset[LineType] = frozenset()
    prefixes: tuple[str, ...] = ()

    def fits(self, prefix: str, destination: DestinationInfo) -> bool:
        """Whether the group speaks of this prefix."""
        return (
            (not self.countries or destination.country_iso2 in self.countries)
            and (not self.lines or destination.line_type in self.lines)
            and (not self.prefixes or prefix.startswith(self.prefixes))
        )


@dataclass(slots=True)
class GroupedRules:
    """The first group that fits decides; whatever none speaks of has the default. Remembers which groups were used."""

    default: PriceRule
    groups: tuple[GroupRule, ...] = ()
    text: str = ""
    used: set[str] = field(default_factory=set)

    def rule_for(self, prefix: str, destination: DestinationInfo) -> PriceRule:
        """The rule of a prefix."""
        for group in self.groups:
            if group.fits(prefix, destination):
                self.used.add(group.name)
                return group.rule
        return self.default

    def unused(self) -> tuple[str, ...]:
        """Groups that spoke of nothing so far."""
        return tuple(group.name for group in self.groups if group.name not in self.used)


@lru_cache(maxsize=KEPT_TERMS)
def retail_terms(cost: RateTerms, rule: PriceRule, country_iso2: str | None = None) -> RateTerms:
    """What we ask where a carrier asks `cost`: increments, steps and bands are its own unless the rule states them."""
    own_shape = rule.steps is not None or rule.bands is not None
    bands = _bands(cost, rule) if own_shape else _marked_bands(cost, rule)
    first, following = rule.increments or (cost.first_increment_seconds, cost.next_increment_seconds)
    minimum, fee = rule.minimum_charge_micros, rule.fee_micros
    base = dearest_minute(cost) if own_shape else cost.minute_price_micros
    return RateTerms(
        minute_price_micros=_price(base, Asked(None, rule.price_micros), rule),
        connect_fee_micros=_marked_up(cost.connect_fee_micros, rule) if fee is None else fee,
        first_increment_seconds=first,
        next_increment_seconds=following,
        minimum_charge_micros=_marked_up(cost.minimum_charge_micros, rule) if minimum is None else minimum,
        free_up_to_seconds=rule.free_up_to_seconds,
        steps=_steps(base, rule.steps or (), rule) if own_shape else _marked_steps(cost.steps, rule),
        bands=bands,
        time_zone=_zone(cost, rule, country_iso2, own_shape=own_shape) if bands else "",
        cap_seconds=min(filter(None, (cost.cap_seconds, rule.cap_seconds)), default=0),
    )


def _zone(cost: RateTerms, rule: PriceRule, country_iso2: str | None, *, own_shape: bool) -> str:
    """Where the week of the bands is counted."""
    if not own_shape:
        return cost.time_zone
    if rule.time_zone == ZONE_OF_DESTINATION:
        return (zone_of_country(country_iso2) if country_iso2 else "") or ""
    return rule.time_zone


def _marked_steps(steps: Iterable[PriceStep], rule: PriceRule) -> tuple[PriceStep, ...]:
    """A carrier's steps with our margin; none where the rule states one price."""
    if rule.price_micros is not None:
        return ()
    return tuple(replace(step, minute_price_micros=_price(step.minute_price_micros, Asked(), rule)) for step in steps)


def _marked_bands(cost: RateTerms, rule: PriceRule) -> tuple[TimeBand, ...]:
    """A carrier's bands with our margin; none where the rule states one price."""
    if rule.price_micros is not None:
        return ()
    return tuple(
        replace(
            band,
            minute_price_micros=_price(band.minute_price_micros, Asked(), rule),
            steps=_marked_steps(band.steps, rule),
        )
        for band in cost.bands
    )


def _steps(base_micros: int, steps: Iterable[StepRule], rule: PriceRule) -> tuple[PriceStep, ...]:
    return tuple(PriceStep(step.from_seconds, _price(base_micros, step.asked, rule)) for step in steps)


def _bands(cost: RateTerms, rule: PriceRule) -> tuple[TimeBand, ...]:
    """The rule's bands, over the carrier's dearest minute: our cheap hour may be its dear one."""
    base = dearest_minute(cost)
    return tuple(
        TimeBand(
            band.from_week_seconds,
            band.to_week_seconds,
            _price(base, band.asked, rule),
            _steps(base, band.steps, rule),
        )
        for band in rule.bands or ()
    )


def _price(cost_micros: int, asked: Asked, rule: PriceRule) -> int:
    """A minute price: as stated, else with the margin up to a step, not below the floor, up to the ending."""
    if asked.price_micros is not None:
        return asked.price_micros
    price = max(_marked_up(cost_micros, rule, asked.margin_basis_points), rule.floor_micros)
    return price if rule.ending_micros is None else _ending_in(price, rule.ending_micros)


def _marked_up(cost_micros: int, rule: PriceRule, margin_basis_points: int | None = None) -> int:
    """Cost and margin, up to a whole step."""
    margin = rule.margin_basis_points if margin_basis_points is None else margin_basis_points
    step = rule.rounding_micros * BASIS_POINTS
    return -(-cost_micros * (BASIS_POINTS + margin) // step) * rule.rounding_micros


def _ending_in(price_micros: int, ending_micros: int) -> int:
    """The next price upwards that ends so: .9 cents within a cent, 9.9 within a dime, 49.9 within a dollar."""
    span = next(span for span in _ENDING_SPANS if ending_micros < span)
    return price_micros + (ending_micros - price_micros) % span
