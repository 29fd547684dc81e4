"""What stands in a customer's account: orders, cards, and the calls made with them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from crystalcall.minutes.calls.queries import (
    CalledPlace,
    CallProof,
    MadeCall,
    made_calls,
    months_called,
    places_called,
    proofs_of,
)
from crystalcall.minutes.ledger.queries import allowances_of, balances, expiries
from crystalcall.minutes.ledger.values import AllowanceInfo, Balance, Expiry
from crystalcall.minutes.limits.queries import own_limits
from crystalcall.minutes.limits.values import OwnLimits
from crystalcall.minutes.pins.queries import pins_by_serial
from crystalcall.minutes.speed_dial.queries import entries_of
from crystalcall.minutes.speed_dial.values import Entry
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ordering import OrderState
from crystalcall.rules.pins import PinState
from crystalcall.shop.orders.models import Card, HeldCard, Order, OrderClaim
from crystalcall.shop.orders.values import ClaimWay

_held: Final = Rowset(HeldCard)
_HELD: Final = ("ledger_account_id", "pin_serial", "added_at")
#: The fields of `OwnCard`, but for `since`.
_CARD: Final = (
    *("pin_serial", "ledger_account_id", "line__order__order_number"),
    *("line__deck_id", "line__deck_version", "guaranteed_until"),
)


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

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on it; what a running call holds is, since what that does not use comes back."""
        return not (self.balance.posted_micros or any(one.posted_seconds for one in self.minutes))

    @property
    def is_calling(self) -> bool:
        """Whether a call in progress holds some of it."""
        return bool(self.balance.held_micros or any(one.held_seconds for one in self.minutes))


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


def added_since(accounts: Collection[UUID]) -> dict[UUID, datetime]:
    """Since when cards stand in an account to which somebody added them by PIN, by ledger account."""
    return dict(_held.fetch(("ledger_account_id", "added_at"), "ledger_account_id", accounts))


def cards_of(customer_id: UUID) -> tuple[OwnCard, ...]:
    """Every card of an account: those of its orders, the latest first, then those added by their PIN."""
    mine = Card.objects.filter(line__order__claim__customer_id=customer_id)
    rows = mine.order_by("-line__order__placed_at", "line__position", "index").values_list(*_CARD)
    bought = [OwnCard(serial, account, number, None, *rest) for serial, account, number, *rest in rows]
    held = {
        row[0]: row
        for row in _held.fetch(("ledger_account_id", "pin_serial", "added_at"), "customer_id", [customer_id])
    }
    found = Card.objects.filter(ledger_account_id__in=held).order_by("pk").values_list(*_CARD) if held else ()
    # Of what somebody else bought: only what the card says of itself.
    added = [
        OwnCard(held[account][1], account, "", held[account][2], *rest) for _serial, account, _number, *rest in found
    ]
    return (*bought, *added)


def bought_cards_of(customer_id: UUID) -> tuple[OwnCard, ...]:
    """Those cards of an account that this very person bought, signed in or before as a guest, the latest first."""
    ways = (ClaimWay.BOUGHT.value, ClaimWay.MAILBOX.value)
    mine = Card.objects.filter(line__order__claim__customer_id=customer_id, line__order__claim__way__in=ways)
    rows = mine.order_by("-line__order__placed_at", "line__position", "index").values_list(*_CARD)
    return tuple(OwnCard(serial, account, number, None, *rest) for serial, account, number, *rest in rows)


def short_codes_of(card: OwnCard) -> tuple[Entry, ...]:
    """The speed dial of a card, by code."""
    return entries_of([card.account_id], purpose=Purpose.CUSTOMER_SERVICE).get(card.account_id, ())


def card_of(customer_id: UUID, serial: str) -> OwnCard | None:
    """The card of this serial, where it stands in the customer's account."""
    return next((card for card in cards_of(customer_id) if card.serial == serial), None)


def holdings_of(cards: Collection[OwnCard], *, now: datetime) -> tuple[CardHoldings, ...]:
    """What these cards hold now, in their order."""
    accounts = [card.account_id for card in cards]
    money, ends, minutes = balances(accounts), expiries(accounts, now=now), allowances_of(accounts, now=now)
    pins = pins_by_serial([card.serial for card in cards])
    return tuple(
        CardHoldings(
            card=card,
            state=pins[card.serial].state,
            balance=money[card.account_id],
            expiry=ends.get(card.account_id),
            minutes=minutes.get(card.account_id, ()),
        )
        for card in cards
        if card.serial in pins
    )


def limits_of_card(card: OwnCard) -> OwnLimits:
    """What was set for this card itself."""
    return own_limits(card.account_id)


def made_with(
    cards: Collection[OwnCard], *, start: datetime | None = None, end: datetime | None = None
) -> tuple[MadeCall, ...]:
    """The calls made with these cards as far as this account may see them, the latest first; of a time, if given."""
    return made_calls(_since(cards), start=start, end=end)


def calls_of(cards: Collection[OwnCard], made: Sequence[MadeCall]) -> tuple[OwnCall, ...]:
    """These calls with their proofs, in their order."""
    by_account = {card.account_id: card for card in reversed([*cards])}
    return tuple(OwnCall(by_account[call.account_id], proof) for call, proof in proofs_of(made))


def months_of(cards: Collection[OwnCard]) -> tuple[date, ...]:
    """The first days of the months with such calls, the latest first."""
    return tuple(sorted(months_called(_since(cards)), reverse=True))


def places_of(cards: Collection[OwnCard], *, at_most: int) -> tuple[CalledPlace, ...]:
    """The places called most with these cards."""
    return places_called(_since(cards), at_most=at_most)


def _since(cards: Collection[OwnCard]) -> dict[UUID, datetime | None]:
    # A card that was bought counts as that, also where its PIN was added: the first of two is the one.
    return {card.account_id: card.since for card in reversed([*cards])}
