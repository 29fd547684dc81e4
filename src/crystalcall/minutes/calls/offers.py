"""Which terms may price a call: the current deck's, and those of every deck that a purchase of this account promised.

The terms are frozen with the call when it is authorized, so that a new publication never changes a call in progress.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crystalcall.minutes.calls.models import QuoteGuarantee
from crystalcall.minutes.calls.values import OfferSnapshot
from crystalcall.minutes.rates.queries import current_deck, find_rate
from crystalcall.rules.calls import RefusalReason
from crystalcall.rules.numbering import CLOSED_LINES, Number, UnclearReason, read_number
from crystalcall.rules.rating import RateTerms

Offers = tuple[OfferSnapshot, ...]


@dataclass(frozen=True, slots=True)
class Priced:
    """A number that can be called, and the terms of which the cheapest prices it; the current deck's come first."""

    number: Number
    offers: Offers


@dataclass(frozen=True, slots=True)
class CannotPrice:
    """The number cannot be called, and why."""

    reason: RefusalReason


def price_number(typed: str, account_id: UUID, *, now: datetime) -> Priced | CannotPrice:
    """Read the dialled number and find what may price it for this account: longest prefix in each deck."""
    number = read_number(typed)
    if not isinstance(number, Number):
        premium = number.reason is UnclearReason.PREMIUM
        return CannotPrice(RefusalReason.FORBIDDEN_DESTINATION if premium else RefusalReason.BAD_NUMBER)
    if number.line_type in CLOSED_LINES:
        return CannotPrice(RefusalReason.FORBIDDEN_DESTINATION)
    offers = _offers(number.digits, account_id, now)
    if any(offer.destination.line_type in CLOSED_LINES for offer in offers):
        return CannotPrice(RefusalReason.FORBIDDEN_DESTINATION)
    return Priced(number, offers) if offers else CannotPrice(RefusalReason.NO_ROUTE)


def terms_of(offers: Offers) -> tuple[RateTerms, ...]:
    """The bare terms, in the same order."""
    return tuple(offer.terms for offer in offers)


def freeze(offers: Offers) -> list[dict[str, Any]]:
    """The offers as they are kept with the call."""
    frozen: list[dict[str, Any]] = msgspec.to_builtins(offers)
    return list(frozen)


def thaw(kept: list[dict[str, Any]]) -> Offers:
    """The offers as they were at the authorization."""
    return msgspec.convert(kept, type=Offers)


def _offers(digits: str, account_id: UUID, now: datetime) -> Offers:
    deck = current_deck(now)
    promised = QuoteGuarantee.objects.filter(ledger_account_id=account_id, until__gt=now).order_by("deck_id")
    decks = [deck.id] if deck else []
    decks += [deck_id for deck_id in promised.values_list("deck_id", flat=True) if deck_id not in decks]
    found = (find_rate(digits, deck_id) for deck_id in decks)
    return tuple(
        OfferSnapshot(
            deck_id=rated.deck_id,
            deck_version=rated.deck_version,
            prefix=rated.prefix,
            destination=rated.destination,
            terms=rated.terms,
        )
        for rated in found
        if rated is not None
    )
