"""What orders take and give: frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from crystalcall.customers.contact_details import ContactProblemReason
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.cart.values import Cart


class PlacingProblemReason(StrEnum):
    """Why an order cannot be placed, apart from the buyer's own details."""

    CART_EMPTY = "cart_empty"
    CART_CHANGED = "cart_changed"
    FORM_BROKEN = "form_broken"
    NO_RATES = "no_rates"


@dataclass(frozen=True, slots=True)
class PlacingProblem:
    """What is wrong with one part of the form: "cart", "name", "email", "telephone", "language" or "form"."""

    field: str
    reason: PlacingProblemReason | ContactProblemReason


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """A buyer's wish as it came from the form.

    ``placing_key`` is the random token (22 characters or more) that the form carried: the same form sent twice
    is one order. ``cart`` is what `read_cart` made of the address.
    """

    placing_key: str = field(repr=False)
    cart: Cart
    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str | None = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The order stands; ``token`` opens its page and is as good as the PINs that will be on it."""

    token: str = field(repr=False)
    order_number: str


@dataclass(frozen=True, slots=True)
class CannotPlace:
    """Nothing was placed; everything that is wrong, at once."""

    problems: tuple[PlacingProblem, ...]


@dataclass(frozen=True, slots=True)
class AlreadyPaid:
    """The gateway has the money of this order, or reviews it: a second payment is not offered."""

    order_number: str
    state: OrderState


@dataclass(frozen=True, slots=True)
class NotPayable:
    """The order cannot be paid: it is closed, or there is none (``state`` None)."""

    state: OrderState | None


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """The order was fulfilled by this call."""

    order_number: str
    cards: int


@dataclass(frozen=True, slots=True)
class RevealedCard:
    """A card's public serial and its secret PIN."""

    serial: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as it was ordered, in micros of a dollar."""

    sku: str
    quantity: int
    unit_price_micros: int
    line_price_micros: int
    unit_credit_micros: int
    deck_id: int
    deck_version: int


@dataclass(frozen=True, slots=True)
class OrderLetter:
    """What a mail about an order needs; ``token`` goes into its link. No personal detail is here."""

    order_number: str
    token: str = field(repr=False)
    state: OrderState
    language: str
    customer_id: UUID | None
    total_micros: int
    lines: tuple[LineView, ...]
    fulfilled_at: datetime | None
