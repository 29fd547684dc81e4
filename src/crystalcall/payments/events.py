"""Facts of this room: past tense, ids only."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class PaymentCaptured(Event):
    """The order is paid; told once for an order, ever."""

    NAME: ClassVar[str] = "payments.payment.captured"
    order_number: str
    payment_id: int


@dataclass(frozen=True)
class PaymentHeld(Event):
    """The gateway reviews a payment of the order; told once for a transaction."""

    NAME: ClassVar[str] = "payments.payment.held"
    order_number: str
    payment_id: int


@dataclass(frozen=True)
class PaymentDeclined(Event):
    """A payment of the order came to nothing; told once for a transaction. The buyer may try again."""

    NAME: ClassVar[str] = "payments.payment.declined"
    order_number: str
    payment_id: int
