"""What the books tell the rooms above them."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class CreditExpiring(Event):
    """Credit or minutes of a card will lapse on a day; told once for each end.

    `account` is the card's money account (for minutes: their holder), `on` the day in UTC as "2026-11-30".
    """

    NAME: ClassVar[str] = "minutes.credit.expiring"
    account: str
    on: str


@dataclass(frozen=True)
class CreditExpired(Event):
    """Credit or minutes of a card have lapsed on a day, and a transfer says how much.

    `account` is the card's money account (for minutes: their holder), `on` the day in UTC as "2026-11-30".
    """

    NAME: ClassVar[str] = "minutes.credit.expired"
    account: str
    on: str
