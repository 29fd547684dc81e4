"""What this room is asked and answers: frozen values, each refusal with its reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crystalcall.minutes.ledger.values import AllowanceInfo, Balance
from crystalcall.minutes.limits.values import OwnLimits
from crystalcall.minutes.pins.values import PinInfo, UnknownSerial
from crystalcall.rules.limits import DayFacts, Limits

__all__ = [
    "BadBundle",
    "BlockedCard",
    "Card",
    "CardReplaced",
    "CreditMoved",
    "CreditRefunded",
    "CreditSet",
    "DifferentCountries",
    "MinutesGiven",
    "NotEnough",
    "NothingLeft",
    "SameCard",
    "UnknownSerial",
]


@dataclass(frozen=True, slots=True)
class Card:
    """A card at one moment: its PIN without the digits, what it holds, what it may do and what it has done today.

    `limits` are its own and the operator's together, `own_limits` what was set for it alone.
    """

    pin: PinInfo
    balance: Balance
    minutes: tuple[AllowanceInfo, ...]
    limits: Limits
    own_limits: OwnLimits
    today: DayFacts


@dataclass(frozen=True, slots=True)
class MinutesGiven:
    """The card has so many more seconds for these destinations."""

    serial: str
    allowance_account_id: UUID
    coverage: str
    seconds: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class BadBundle:
    """No minutes can be given like this: the reason is a sentence's end."""

    reason: str


@dataclass(frozen=True, slots=True)
class CreditMoved:
    """So much went from one card to the other, whose limits became stricter where they had to."""

    from_serial: str
    to_serial: str
    amount_micros: int
    limits_became_stricter: bool


@dataclass(frozen=True, slots=True)
class CreditSet:
    """The card's credit was raised or lowered by hand."""

    serial: str
    amount_micros: int
    balance: Balance


@dataclass(frozen=True, slots=True)
class CreditRefunded:
    """So much unused credit left the card and is owed to its buyer; paying it back is the gateway's part."""

    serial: str
    amount_micros: int


@dataclass(frozen=True, slots=True)
class NotEnough:
    """The card has less to spare; what running calls hold is not spare."""

    serial: str
    available_micros: int


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """The card has no credit to spare."""

    serial: str


@dataclass(frozen=True, slots=True)
class SameCard:
    """Both serials open one account: there is nothing to move."""


@dataclass(frozen=True, slots=True)
class BlockedCard:
    """The card is blocked; credit that went there could not be used."""

    serial: str


@dataclass(frozen=True, slots=True)
class DifferentCountries:
    """The two cards allow no country in common, and credit takes its limits with it."""


@dataclass(frozen=True, slots=True)
class CardReplaced:
    """The old PIN opens nothing any more; the new one opens the same account, with all that is on it."""

    from_serial: str
    to_serial: str
