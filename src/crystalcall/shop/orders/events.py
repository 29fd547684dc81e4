"""What orders tell: facts in the past tense, ids only."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class OrderPlaced(Event):
    """A buyer asked for something and has not paid yet."""

    NAME: ClassVar[str] = "shop.order.placed"
    order_number: str


@dataclass(frozen=True)
class OrderPaid(Event):
    """The gateway has the money of this order."""

    NAME: ClassVar[str] = "shop.order.paid"
    order_number: str


@dataclass(frozen=True)
class OrderFulfilled(Event):
    """Every card of this order carries its credit and has its PIN."""

    NAME: ClassVar[str] = "shop.order.fulfilled"
    order_number: str
