"""Carriers' decks as they lie in the database."""

from datetime import datetime
from typing import Final

from crystalcall.minutes.rates.models import CarrierDeck, CarrierRate
from crystalcall.minutes.rates.retail import CarrierPrice
from crystalcall.rules.rating import RateTerms

CHUNK: Final = 5000


def prices_of(carrier_deck_id: int) -> dict[str, CarrierPrice]:
    """A price list by prefix; equal prices are one value, so that a deck of tens of thousands stays small."""
    shared: dict[tuple[str, int, int, int, int], CarrierPrice] = {}
    prices: dict[str, CarrierPrice] = {}
    rows = CarrierRate.objects.filter(deck_id=carrier_deck_id).values_list(
        "prefix",
        "destination",
        "minute_price_micros",
        "connect_fee_micros",
        "first_increment_seconds",
        "next_increment_seconds",
    )
    for prefix, words, price, fee, first, following in rows.iterator(chunk_size=CHUNK):
        key = (words, price, fee, first, following)
        found = shared.get(key)
        if found is None:
            found = shared[key] = CarrierPrice(words, RateTerms(price, fee, first, following))
        prices[prefix] = found
    return prices


def decks_in_force(at: datetime) -> dict[str, CarrierDeck]:
    """Each carrier's newest deck that is in force at a moment, by the carrier's name."""
    decks = CarrierDeck.objects.select_related("carrier").filter(effective_at__lte=at)
    # Later rows replace earlier ones of the same carrier.
    return {deck.carrier.code: deck for deck in decks.order_by("effective_at", "pk")}
