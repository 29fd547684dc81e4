"""Carriers' decks as they lie in the database."""

from datetime import datetime
from typing import Final

from crystalcall.minutes.rates.models import CarrierDeck, CarrierRate
from crystalcall.minutes.rates.retail import CarrierPrice
from crystalcall.minutes.rates.term_columns import TERM_FIELDS, terms_from
from crystalcall.rules.rating import RateTerms

CHUNK: Final = 5000


def prices_of(carrier_deck_id: int) -> dict[str, CarrierPrice]:
    """A price list by prefix; equal prices are one value, so that a deck of tens of thousands stays small."""
    shared: dict[tuple[object, ...], CarrierPrice] = {}
    terms: dict[tuple[object, ...], RateTerms] = {}
    prices: dict[str, CarrierPrice] = {}
    rows = CarrierRate.objects.filter(deck_id=carrier_deck_id).values_list("prefix", "destination", *TERM_FIELDS)
    for prefix, *rest in rows.iterator(chunk_size=CHUNK):
        key = (*rest,)
        found = shared.get(key)
        if found is None:
            words, *columns = rest
            figures = (*columns,)
            asked = terms.get(figures) or terms.setdefault(figures, terms_from(figures))
            found = shared[key] = CarrierPrice(words, asked)
        prices[prefix] = found
    return prices


def decks_in_force(at: datetime) -> dict[str, CarrierDeck]:
    """Each carrier's newest deck that is in force at a moment and was not withdrawn, by the carrier's name."""
    decks = CarrierDeck.objects.select_related("carrier").filter(effective_at__lte=at, withdrawn_at__isnull=True)
    # Later rows replace earlier ones of the same carrier.
    return {deck.carrier.code: deck for deck in decks.order_by("effective_at", "pk")}
