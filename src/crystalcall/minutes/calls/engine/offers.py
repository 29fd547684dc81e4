"""Which terms may price a call: the current deck's, and those of every deck that a purchase of this account promised.

A running call names them by deck and prefix. A deck never changes once it is published, so that a name means the same
terms at the end of a call as at its authorization; a new publication never changes a call in progress.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from crystalcall.minutes.calls.values import GrantedDestination
from crystalcall.minutes.rates.prefix_index import Cell, PrefixIndex
from crystalcall.minutes.rates.queries import rating_index
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.minutes.rates.zones import week_second
from crystalcall.rules.calls import Priced
from crystalcall.rules.limits import Called
from crystalcall.rules.numbering import LineType, Number
from crystalcall.rules.rating import RateTerms, charge

# Far more than the prefixes that are called in a day; each is a few hundred bytes beside what the index holds anyway.
KEPT_OFFERS: Final = 20_000
PROMISED: Final = "!"


class RateGoneError(LookupError):
    """A rate that a call was granted by cannot be found any more: decks are never deleted, so something is broken."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One deck's terms for the called number; promised if an older purchase brought them in.

    ``columns`` is what of a call's record follows from the rate alone.
    """

    deck_id: int
    deck_version: int
    prefix: str
    is_promised: bool
    destination: DestinationInfo
    granted_destination: GrantedDestination
    terms: RateTerms
    columns: tuple[str | int, ...]


class Offers:
    """All that may price one call, in the order of decks (the current one first), and what follows from it alone."""

    __slots__ = ("_called", "_costs", "carriers", "coverages", "has_bands", "offers", "plain", "terms", "text")

    def __init__(
        self, text: str, offers: tuple[Offer, ...], carriers: tuple[str, ...], costs: tuple[RateTerms, ...]
    ) -> None:
        self.text = text
        self.offers = offers
        self.carriers = carriers
        self._costs = {carrier: (terms,) for carrier, terms in reversed([*zip(carriers, costs, strict=True)])}
        self.terms = tuple(offer.terms for offer in offers)
        self.has_bands = any(terms.bands for terms in self.terms)
        self.plain = Priced(self.terms)
        self.coverages = _coverages(offers[0].destination) if offers else frozenset()
        self._called: dict[tuple[str | None, LineType | None, bool], Called] = {}

    def priced(self, answered_at: datetime, store_zone: str, allowance_seconds: int) -> Priced:
        """What prices a call that is answered at this moment, with so many bundled seconds at hand."""
        if not self.has_bands:
            return Priced(self.terms, (), allowance_seconds) if allowance_seconds else self.plain
        return Priced(self.terms, week_seconds(self.terms, answered_at, store_zone), allowance_seconds)

    def cost_micros(self, carrier: str, used_seconds: int, answered_at: datetime, store_zone: str) -> int | None:
        """What a carrier of the route asks for a call; None for any other carrier, whose prices nobody knows."""
        terms = self._costs.get(carrier)
        if terms is None:
            return None
        moments = week_seconds(terms, answered_at, store_zone) if terms[0].bands else ()
        return charge(used_seconds, terms, week_seconds=moments).amount_micros

    def called(self, number: Number | None, *, is_risky: bool) -> Called:
        """Where the call leads: what the numbering plan (where the number is at hand) and each deck take it for."""
        key = (number.country_iso2 if number else None, number.line_type if number else None, is_risky)
        found = self._called.get(key)
        if found is None:
            lines = {offer.destination.line_type for offer in self.offers} | ({number.line_type} if number else set())
            # Numbering plans name no country for premium numbers; the deck that prices them does.
            country = number.country_iso2 if number else None
            if country is None and self.offers:
                country = self.offers[0].destination.country_iso2
            found = self._called[key] = Called(country, frozenset(lines), is_risky)
        return found


NOTHING: Final = Offers("", (), (), ())


def offers_for(digits: str, deck_id: int, promised_deck_ids: Sequence[int]) -> Offers:
    """The longest prefix in the deck in force (0: none is), and in each of those that were promised."""
    index = rating_index(deck_id) if deck_id else None
    found = index.longest(digits) if index is not None else None
    if found is not None and not promised_deck_ids:
        return offers_of(f"{deck_id}:{found[0]}")
    names = [f"{deck_id}:{found[0]}"] if found else []
    for promised_id in promised_deck_ids:
        index = rating_index(promised_id)
        found = index.longest(digits) if index else None
        if found is not None:
            names.append(f"{promised_id}:{found[0]}{PROMISED}")
    return offers_of(" ".join(names)) if names else NOTHING


@lru_cache(maxsize=KEPT_OFFERS)
def offers_of(text: str) -> Offers:
    """The offers of this name, as a running call keeps it: deck and prefix of each. Errors: RateGoneError."""
    offers: list[Offer] = []
    carriers: tuple[str, ...] = ()
    costs: tuple[RateTerms, ...] = ()
    for name in text.split(" "):
        deck, _, prefix = name.rstrip(PROMISED).partition(":")
        index = rating_index(int(deck))
        found = index.longest(prefix) if index else None
        if index is None or found is None or found[0] != prefix:
            raise RateGoneError(f"There is no rate for {prefix} in the deck {deck}.")
        cell = found[1]
        if not carriers:
            carriers, costs = tuple(carrier for carrier, _ in cell.routes), cell.costs
        offers.append(
            Offer(
                deck_id=index.deck_id,
                deck_version=index.version,
                prefix=prefix,
                is_promised=name.endswith(PROMISED),
                destination=cell.destination,
                granted_destination=granted_destination(cell.destination),
                terms=cell.terms,
                columns=offer_columns(index, found[0], cell),
            )
        )
    return Offers(text, tuple(offers), carriers, costs)


def week_seconds(offers: Sequence[RateTerms], answered_at: datetime, store_zone: str) -> tuple[int, ...]:
    """When in the week of its zone each of the offers was answered; 0 where its price does not depend on that."""
    return tuple(week_second(answered_at, terms.time_zone or store_zone) if terms.bands else 0 for terms in offers)


def granted_destination(info: DestinationInfo) -> GrantedDestination:
    """A destination as a switch is told it."""
    return GrantedDestination(
        key=info.key,
        country_iso2=info.country_iso2,
        line_type=info.line_type.value,
        area=info.area,
        name_en=info.name("en"),
        name_ru=info.name("ru"),
    )


def _coverages(destination: DestinationInfo) -> frozenset[str]:
    """The bundles that serve this destination."""
    if destination.country_iso2 is None:
        return frozenset()
    country = destination.country_iso2.lower()
    return frozenset({f"{country}-{destination.line_type.value}", f"{country}-*"})


def terms_columns(terms: RateTerms) -> tuple[int, int, int, int, int, int, str]:
    """A rate as the columns of a record: the text is empty where the figures say all of it."""
    plain = not (terms.steps or terms.bands or terms.cap_seconds)
    return (
        terms.minute_price_micros,
        terms.connect_fee_micros,
        terms.first_increment_seconds,
        terms.next_increment_seconds,
        terms.minimum_charge_micros,
        terms.free_up_to_seconds,
        "" if plain else msgspec.json.encode(terms).decode(),
    )


def offer_columns(index: PrefixIndex, prefix: str, cell: Cell) -> tuple[str | int, ...]:
    """What of a record follows from the rate alone; the same for every call to the prefix."""
    there = cell.destination
    return (
        *(there.key, there.country_iso2 or "", there.line_type.value, there.area, prefix, index.deck_id),
        *(index.version, *terms_columns(cell.terms)),
    )
