"""What orders take and give: frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from crystalcall.customers.contact_details import ContactProblemReason
from crystalcall.minutes.ledger.values import AllowanceInfo, Balance, Expiry
from crystalcall.privacy.erasures.values import Erased
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.cart.values import Cart


class NoticeTopic(StrEnum):
    """What a buyer asked to be told of by mail; each is asked for and ended by itself."""

    PRICES = "prices"
    POLICY = "policy"


class PlacingProblemReason(StrEnum):
    """Why an order cannot be placed, apart from the buyer's own details."""

    CART_EMPTY = "cart_empty"
    CART_CHANGED = "cart_changed"
    FORM_BROKEN = "form_broken"
    NO_RATES = "no_rates"


class ClaimWay(StrEnum):
    """How an order came into a customer's account."""

    BOUGHT = "bought"
    """Ordered while signed in."""
    ADDRESS = "address"
    """By its secret address, which shows the order to whoever has it: it joins the order, and nobody's past."""
    MAILBOX = "mailbox"
    """Bought as a guest with the very address that the customer confirmed: the same person."""


@dataclass(frozen=True, slots=True)
class PlacingProblem:
    """What is wrong with one part of the form: "cart", "name", "email", "telephone", "language" or "form"."""

    field: str
    reason: PlacingProblemReason | ContactProblemReason


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """A buyer's wish as it came from the form.

    ``placing_key`` is the random token (22 characters or more) that the form carried: the same form sent twice
    is one order. ``cart`` is what `read_cart` made of the address. ``price_notices`` and ``policy_notices``: the
    buyer ticked the box that asks for a mail before prices rise, or when the privacy policy changes. ``customer_id`` is
    who is signed in; None for a guest.
    """

    placing_key: str = field(repr=False)
    cart: Cart
    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str | None = field(repr=False)
    language: str
    price_notices: bool = False
    policy_notices: bool = False
    customer_id: UUID | None = None

    @property
    def topics(self) -> tuple[NoticeTopic, ...]:
        """What the buyer asked to be told of."""
        asked = {NoticeTopic.PRICES: self.price_notices, NoticeTopic.POLICY: self.policy_notices}
        return tuple(topic for topic, is_asked in asked.items() if is_asked)


class NobodySignedInError(LookupError):
    """Somebody signed in has no details on file: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """The wish of a customer who is signed in: a cart, under the random key of its form, with the details on file."""

    placing_key: str = field(repr=False)
    cart: Cart
    customer_id: UUID
    language: str
    topics: frozenset[NoticeTopic] = frozenset()


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
class NoticesStopped:
    """No notices of this kind go to this mailbox any more; ``wishes`` is how many orders' wishes this call ended."""

    wishes: int


@dataclass(frozen=True, slots=True)
class UnknownLink:
    """No mail of ours ever held this link."""


@dataclass(frozen=True, slots=True)
class NoticeLink:
    """What the page behind a stop link shows; the address is masked."""

    topic: NoticeTopic
    stopped: bool
    masked_email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardStock:
    """What is left on a card: money with the end of its credit, and minutes that have not expired.

    ``expiry`` is None where the credit never ends; minutes carry an end of their own.
    """

    serial: str
    ledger_account_id: UUID
    guaranteed_until: datetime
    balance: Balance
    expiry: Expiry | None
    minutes: tuple[AllowanceInfo, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """So much of a card ends (or ended) at a moment: micros of credit, or seconds for the places of ``coverage``."""

    serial: str
    coverage: str
    amount: int
    ends_at: datetime
    by_dormancy: bool


@dataclass(frozen=True, slots=True)
class OrderStock:
    """A fulfilled order with what is left on its cards; ``token`` goes into its link."""

    order_number: str
    token: str = field(repr=False)
    language: str
    customer_id: UUID | None
    fulfilled_at: datetime
    cards: tuple[CardStock, ...]


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
    policy_version: int = 1


class ClaimRefusal(StrEnum):
    """Why an order did not come into an account."""

    UNKNOWN = "unknown"
    """No order has this address."""
    YOURS_ALREADY = "yours_already"
    IN_ANOTHER_ACCOUNT = "in_another_account"


@dataclass(frozen=True, slots=True)
class Claimed:
    """The order stands in the customer's account from now on."""

    order_number: str
    way: ClaimWay


@dataclass(frozen=True, slots=True)
class ClaimRefused:
    """Nothing was joined, and why."""

    reason: ClaimRefusal


class CardNotAddedReason(StrEnum):
    """Why a card whose PIN was right did not come into an account."""

    YOURS_ALREADY = "yours_already"
    IN_ANOTHER_ACCOUNT = "in_another_account"


@dataclass(frozen=True, slots=True)
class CardAdded:
    """The card stands in the account from now on."""

    serial: str


@dataclass(frozen=True, slots=True)
class CardNotAdded:
    """The PIN was right, and nothing changed."""

    reason: CardNotAddedReason


@dataclass(frozen=True, slots=True)
class CardGone:
    """The card is out of the account, and works on."""

    serial: str


@dataclass(frozen=True, slots=True)
class CardStays:
    """The card stays as it is: it belongs to its order, or the shop blocked it."""

    serial: str


@dataclass(frozen=True, slots=True)
class NotYourCard:
    """No card with this serial stands in the account."""

    serial: str


class BalanceWay(StrEnum):
    """What somebody who deletes their account wants of what is left on the cards they bought."""

    NEW_PINS = "new_pins"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class LeftCard:
    """A card that works on for whoever has this PIN; told once.

    `held_micros` and `held_seconds` are what a call in progress holds of it: what that does not use comes back to it.
    """

    serial: str
    pin: str = field(repr=False)
    balance_micros: int
    minutes_seconds: int
    held_micros: int = 0
    held_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """The person is forgotten. `cards` are what they take along, `owed_micros` what they are paid back."""

    erased: Erased
    cards: tuple[LeftCard, ...]
    owed_micros: int
