"""Making a retail deck of carriers' decks: pure arithmetic over prefixes, margins and costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crystalcall.minutes.rates.comparing import always_covers, weigh
from crystalcall.minutes.rates.destinations import classify, contradicts
from crystalcall.minutes.rates.price_rules import PriceRule, Rules, retail_terms
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import RateTerms

__all__ = ["CarrierPrice", "PriceRule", "RetailRate", "compose", "retail_terms"]

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
class CarrierPrice:
    """What a carrier's deck says about a prefix: its own words, and its terms to us."""

    destination: str
    terms: RateTerms


@dataclass(frozen=True, slots=True)
class RetailRate:
    """A row of the deck to be: what we ask, and the carriers in the order of cost with their terms to us.

    ``cost_micros`` is the minute price of the cheapest carrier; ``routes`` name carriers with theirs, ``costs`` hold
    the same carriers' whole terms.
    """

    prefix: str
    destination: DestinationInfo
    terms: RateTerms
    cost_micros: int
    routes: tuple[tuple[str, int], ...]
    costs: tuple[RateTerms, ...]


Offer = tuple[int, str, RateTerms]


def compose(decks: Mapping[str, Mapping[str, CarrierPrice]], rules: Rules) -> Iterator[RetailRate]:
    """The retail deck: every prefix that any carrier names, at the cheapest carrier's cost and its rule.

    Args:
        decks: carrier to its price list by prefix.
        rules: what gives a prefix its margin and shape.

    Yields:
        One rate a prefix, in the order of prefixes. A carrier that does not name the prefix itself may price it by its
        longest shorter one, but only where that is the same kind of line in the same country: a general price for
        Germany does not promise German mobiles, nor one for Britain its premium numbers.
    """
    longest = {carrier: max(map(len, deck), default=0) for carrier, deck in decks.items()}
    for prefix in sorted({prefix for deck in decks.values() for prefix in deck}):
        destination = _destination(prefix, [deck[prefix].destination for deck in decks.values() if prefix in deck])
        offers: list[Offer] = []
        for carrier, deck in decks.items():
            found = _offer(deck, prefix, destination, longest[carrier])
            if found is not None:
                offers.append((weigh(found).compared_micros, carrier, found))
        offers.sort(key=lambda offer: offer[:2])
        best = offers[0][2]
        terms = retail_terms(best, rules.rule_for(prefix, destination), destination.country_iso2)
        kept = [offer for rank, offer in enumerate(offers) if rank == 0 or _completes(offer[2], terms)]
        yield RetailRate(
            prefix=prefix,
            destination=destination,
            terms=terms,
            cost_micros=best.minute_price_micros,
            routes=tuple((carrier, cost.minute_price_micros) for _, carrier, cost in kept),
            costs=tuple(cost for _, _, cost in kept),
        )


def _completes(cost: RateTerms, retail: RateTerms) -> bool:
    """Whether a fallback carrier may take the call: no call is dearer than what the buyer pays, or cut sooner."""
    return always_covers(retail, cost) and (not cost.cap_seconds or 0 < retail.cap_seconds <= cost.cap_seconds)


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
