"""What stands in a customer's account: orders, cards, and the calls made with them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from crystalcall.minutes.calls.queries import (
    CalledPlace,
    CallProof,
    calls_of_account,
    months_called,
    places_called,
)
from crystalcall.minutes.ledger.queries import allowances, balances, expiries
from crystalcall.minutes.ledger.values import AllowanceInfo, Balance, Expiry
from crystalcall.minutes.limits.queries import own_limits
from crystalcall.minutes.limits.values import OwnLimits
from crystalcall.minutes.pins.queries import pin
from crystalcall.rules.ordering import OrderState
from crystalcall.rules.pins import PinState
from crystalcall.shop.orders.models import Card, HeldCard, Order, OrderClaim
from crystalcall.shop.orders.values import ClaimWay


@dataclass(frozen=True, slots=True)
class OwnOrderLine:
    """An order in the list of an account."""

    order_number: str
    state: OrderState
    placed_at: datetime
    total_micros: int
    way: ClaimWay


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A card of an account. Where it was added by its PIN, `order_number` is "" and no call before `since` is shown."""

    serial: str
    account_id: UUID = field(repr=False)
    order_number: str
    since: datetime | None
    deck_id: int
    deck_version: int
    guaranteed_until: datetime


@dataclass(frozen=True, slots=True)
class CardHoldings:
    """What a card of an account holds at a moment."""

    card: OwnCard
    state: PinState
    balance: Balance
    expiry: Expiry | None
    minutes: tuple[AllowanceInfo, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether its PIN opens nothing."""
        return self.state is PinState.BLOCKED


@dataclass(frozen=True, slots=True)
class OwnCall:
    """A call made with a card of an account."""

    card: OwnCard
    proof: CallProof


def orders_of(customer_id: UUID) -> tuple[OwnOrderLine, ...]:
    """The orders in a customer's account, the latest first."""
    claims = (
        OrderClaim.objects.filter(customer_id=customer_id).select_related("order").order_by("-order__placed_at", "-pk")
    )
    return tuple(
        OwnOrderLine(
            claim.order.order_number,
            OrderState(claim.order.state),
            claim.order.placed_at,
            claim.order.total_micros,
            ClaimWay(claim.way),
        )
        for claim in claims
    )


def own_order(customer_id: UUID, order_number: str) -> Order | None:
    """The order of this number, where it stands in the customer's account."""
    return Order.objects.filter(order_number=order_number, claim__customer_id=customer_id).first()


def is_claimed(order: Order) -> bool:
    """Whether an order stands in somebody's account, and so keeps PIN and calls for whoever signs in."""
    return OrderClaim.objects.filter(order=order).exists()


def added_since(order: Order) -> dict[UUID, datetime]:
    """Since when cards of this order stand in an account to which somebody added them by PIN, by ledger account."""
    accounts = Card.objects.filter(line__order=order).values("ledger_account_id")
    return dict(HeldCard.objects.filter(ledger_account_id__in=accounts).values_list("ledger_account_id", "added_at"))


def cards_of(customer_id: UUID) -> tuple[OwnCard, ...]:
    """Every card of an account: those of its orders, the latest first, then those added by their PIN."""
    mine = Card.objects.filter(line__order__claim__customer_id=customer_id).select_related("line__order")
    bought = [_own(card, None) for card in mine.order_by("-line__order__placed_at", "line__position", "index")]
    held = {row.ledger_account_id: row for row in HeldCard.objects.filter(customer_id=customer_id).order_by("pk")}
    found = Card.objects.filter(ledger_account_id__in=held).select_related("line__order").order_by("pk")
    return (*bought, *(_own(card, held[card.ledger_account_id]) for card in found))


def card_of(customer_id: UUID, serial: str) -> OwnCard | None:
    """The card of this serial, where it stands in the customer's account."""
    return next((card for card in cards_of(customer_id) if card.serial == serial), None)


def holdings_of(cards: Collection[OwnCard], *, now: datetime) -> tuple[CardHoldings, ...]:
    """What these cards hold now, in their order."""
    accounts = [card.account_id for card in cards]
    money, ends = balances(accounts), expiries(accounts, now=now)
    found = []
    for card in cards:
        info = pin(card.serial)
        if info is None:
            continue
        found.append(
            CardHoldings(
                card=card,
                state=info.state,
                balance=money[card.account_id],
                expiry=ends.get(card.account_id),
                minutes=allowances(card.account_id, now=now),
            )
        )
    return tuple(found)


def limits_of_card(card: OwnCard) -> OwnLimits:
    """What was set for this card itself."""
    return own_limits(card.account_id)


def calls_of(
    cards: Collection[OwnCard], *, start: datetime | None = None, end: datetime | None = None
) -> tuple[OwnCall, ...]:
    """The calls made with these cards as far as this account may see them, the latest first; of a time, if given."""
    found = [
        OwnCall(card, proof)
        for card in cards
        for proof in calls_of_account(card.account_id, start=_later(card.since, start), end=end)
    ]
    return tuple(sorted(found, key=lambda each: each.proof.started_at, reverse=True))


def months_of(cards: Collection[OwnCard]) -> tuple[date, ...]:
    """The first days of the months with such calls, the latest first."""
    return tuple(
        sorted({day for card in cards for day in months_called(card.account_id, start=card.since)}, reverse=True)
    )


def places_of(cards: Collection[OwnCard], *, at_most: int) -> tuple[CalledPlace, ...]:
    """The places called most with these cards."""
    often: dict[str, CalledPlace] = {}
    for card in cards:
        for place in places_called(card.account_id, start=card.since):
            before = often.get(place.destination.key)
            calls = place.calls + (before.calls if before else 0)
            often[place.destination.key] = CalledPlace(place.destination, place.prefix, calls)
    return tuple(sorted(often.values(), key=lambda each: (-each.calls, each.destination.key))[:at_most])


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [each for each in (one, other) if each is not None]
    return max(known) if known else None


def _own(card: Card, held: HeldCard | None) -> OwnCard:
    return OwnCard(
        serial=held.pin_serial if held else card.pin_serial,
        account_id=card.ledger_account_id,
        order_number="" if held else card.line.order.order_number,
        since=held.added_at if held else None,
        deck_id=card.line.deck_id,
        deck_version=card.line.deck_version,
        guaranteed_until=card.guaranteed_until,
    )
