"""Cards, calls and minutes of an account as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crystalcall.minutes.calls.queries import CalledPlace
from crystalcall.minutes.rates import queries as rates
from crystalcall.rules.pins import PinState
from crystalcall.shop.catalogue.quotes import quote_at_any_hour
from crystalcall.shop.orders.belongings import CardHoldings, OwnCall, OwnCard
from crystalcall.shop.orders.wording import coverage_name
from crystalcall.web.shop import popular
from crystalcall.web.shop.order_pages import ShownCall, ShownMinutes, shown_call

PLACES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class ShownHoldings:
    """A card of the account with what is on it, and what that buys."""

    held: CardHoldings
    minutes: tuple[ShownMinutes, ...]
    examples: tuple[popular.Example, ...]

    @property
    def card(self) -> OwnCard:
        """The card itself."""
        return self.held.card


def shown_holdings(held: CardHoldings, places: Sequence[CalledPlace], language: str, now: datetime) -> ShownHoldings:
    """A card as its page shows it: what it buys to the places that its owner calls, or to usual ones before a call."""
    return ShownHoldings(
        held=held,
        minutes=tuple(
            ShownMinutes(coverage_name(one.coverage, language), one.available_seconds, one.expires_at)
            for one in held.minutes
            if one.available_seconds
        ),
        examples=what_it_buys(held, places, language, now)
        or popular.balance_examples(held.balance.available_micros, held.card.deck_id, language, now),
    )


def shown_calls(calls: Sequence[OwnCall], language: str) -> tuple[ShownCall, ...]:
    """Calls as their list shows them, each with its proof in words."""
    return tuple(shown_call(each.proof, language) for each in calls)


def minutes_to_places(
    places: Sequence[CalledPlace], held: Sequence[CardHoldings], language: str, now: datetime
) -> tuple[popular.Example, ...]:
    """Minutes that the cards still hold for these places; a blocked card holds none."""
    usable = [each for each in held if each.state is not PinState.BLOCKED]
    return tuple(
        popular.Example(
            place.destination.name(language),
            sum(_minutes(each, place.prefix, now) for each in usable),
            at_least=False,
        )
        for place in places
    )


def what_it_buys(
    held: CardHoldings, places: Sequence[CalledPlace], language: str, now: datetime
) -> tuple[popular.Example, ...]:
    """The minutes of one card to those of these places for which it has at least one."""
    return tuple(each for each in minutes_to_places(places, (held,), language, now) if each.minutes)


def _minutes(held: CardHoldings, prefix: str, now: datetime) -> int:
    """What a card's money buys to a prefix, by the cheaper of today's prices and those of its purchase."""
    deck = rates.current_deck(now)
    decks = {held.card.deck_id} if now < held.card.guaranteed_until else set()
    decks |= {deck.id} if deck else set()
    rated = [found.terms for deck_id in sorted(decks) if (found := rates.find_rate(prefix, deck_id)) is not None]
    return quote_at_any_hour(held.balance.available_micros, rated).minutes if rated else 0
