"""Making a retail deck of carriers' decks: pure arithmetic over prefixes, margins and costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crystalcall.minutes.rates.destinations import classify, contradicts
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import RateTerms, charge

BASIS_POINTS: Final = 10_000
# Carriers are compared by a call of three minutes, so that fees and increments count and not the minute price alone.
COMPARED_CALL_SECONDS: Final = 180

# Where carriers differ about a prefix the more careful word holds: the buyer is told of the dearer kind.
_CAREFUL: Final = (
    LineType.PREMIUM,
    LineType.SATELLITE,
    LineType.OTHER,
    LineType.MOBILE,
    LineType.LANDLINE,
    LineType.TOLL_FREE,
)


@dataclass(frozen=True, slots=True)
class PriceRule:
    """Margin over cost in hundredths of a percent, the step prices are rounded up to, and the least price."""

    margin_basis_points: int
    rounding_micros: int
    floor_micros: int


@dataclass(frozen=True, slots=True)
class CarrierPrice:
    """What a carrier's deck says about a prefix: its own words, and its terms to us."""

    destination: str
    terms: RateTerms


@dataclass(frozen=True, slots=True)
class RetailRate:
    """A row of the deck to be: what we ask, what it costs us, and the carriers in the order of cost."""

    prefix: str
    destination: DestinationInfo
    terms: RateTerms
    cost_micros: int
    routes: tuple[tuple[str, int], ...]


def retail_terms(cost: RateTerms, rule: PriceRule) -> RateTerms:
    """The carrier's increments; its minute price and fee with the margin, rounded up; never below cost or floor."""
    price = max(_marked_up(cost.minute_price_micros, rule), rule.floor_micros)
    return RateTerms(
        minute_price_micros=price,
        connect_fee_micros=_marked_up(cost.connect_fee_micros, rule),
        first_increment_seconds=cost.first_increment_seconds,
        next_increment_seconds=cost.next_increment_seconds,
    )


def _marked_up(cost_micros: int, rule: PriceRule) -> int:
    """Cost and margin, up to a whole step."""
    step = rule.rounding_micros * BASIS_POINTS
    return -(-cost_micros * (BASIS_POINTS + rule.margin_basis_points) // step) * rule.rounding_micros


def compose(decks: Mapping[str, Mapping[str, CarrierPrice]], rule: PriceRule) -> Iterator[RetailRate]:
    """The retail deck: every prefix that any carrier names, at the cheapest carrier's cost and the rule.

    Args:
        decks: carrier to its price list by prefix.
        rule: margin, rounding, floor.

    Yields:
        One rate a prefix, in the order of prefixes. A carrier that does not name the prefix itself may price it by its
        longest shorter one, but only where that is the same kind of line in the same country: a general price for
        Germany does not promise German mobiles, nor one for Britain its premium numbers.
    """
    longest = {carrier: max(map(len, deck), default=0) for carrier, deck in decks.items()}
    for prefix in sorted({prefix for deck in decks.values() for prefix in deck}):
        destination = _destination(prefix, [deck[prefix].destination for deck in decks.values() if prefix in deck])
        offers = []
        for carrier, deck in decks.items():
            found = _offer(deck, prefix, destination, longest[carrier])
            if found is not None:
                offers.append((charge(COMPARED_CALL_SECONDS, (found,)).amount_micros, carrier, found))
        offers.sort(key=lambda offer: offer[:2])
        terms = retail_terms(offers[0][2], rule)
        yield RetailRate(prefix, destination, terms, offers[0][2].minute_price_micros, _routes(offers, terms))


def _destination(prefix: str, words: Sequence[str]) -> DestinationInfo:
    """The destination of a prefix by the words of the carriers that name it, the most careful ones."""
    read = [(classify(prefix, text), text) for text in words]
    return min(read, key=lambda each: (contradicts(each[0].country_iso2, each[1]), _CAREFUL.index(each[0].line_type)))[
        0
    ]


def _offer(
    deck: Mapping[str, CarrierPrice], prefix: str, destination: DestinationInfo, longest: int
) -> RateTerms | None:
    """What a carrier asks for a prefix, if its deck promises that destination."""
    own = deck.get(prefix)
    if own is not None:
        return own.terms
    for length in range(min(len(prefix) - 1, longest), 0, -1):
        shorter = deck.get(prefix[:length])
        if shorter is None:
            continue
        # The shorter prefix is read as itself: its words were written for it.
        said = classify(prefix[:length], shorter.destination)
        alike = (said.country_iso2, said.line_type) == (destination.country_iso2, destination.line_type)
        return shorter.terms if alike else None
    return None


def _routes(offers: list[tuple[int, str, RateTerms]], retail: RateTerms) -> tuple[tuple[str, int], ...]:
    """The carriers to try, cheapest first: those that no call makes dearer than what the buyer pays.

    Same or finer increments and no more for a minute and a connection: then every call costs at most its price.
    """
    return tuple(
        (carrier, cost.minute_price_micros)
        for rank, (_, carrier, cost) in enumerate(offers)
        if rank == 0 or _within(cost, retail)
    )


def _within(cost: RateTerms, retail: RateTerms) -> bool:
    """Whether a call of any length costs us at most what the buyer pays."""
    return (
        cost.minute_price_micros <= retail.minute_price_micros
        and cost.connect_fee_micros <= retail.connect_fee_micros
        and cost.first_increment_seconds <= retail.first_increment_seconds
        and retail.next_increment_seconds % cost.next_increment_seconds == 0
        and (retail.first_increment_seconds - cost.first_increment_seconds) % cost.next_increment_seconds == 0
    )
