"""What this room is asked and answers: frozen values in which a PIN never shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from crystalcall.rules.pins import PinRefusalReason, PinState


class PinContradictionError(Exception):
    """One key was used to issue PINs for two accounts: a mistake in the program."""


class UnknownSerialError(LookupError):
    """No PIN has this serial."""


class NoFreePinError(Exception):
    """No unused PIN was found after many draws: the store has outgrown its PIN's length."""


class Origin(Struct, frozen=True, gc=False):
    """Where a PIN was typed: the caller's number and the access number that was dialed, as far as they are known.

    `customer_id` where a customer who is signed in typed it; such a source is slowed like a caller.
    """

    caller_number: str | None = None
    access_number: str | None = None
    customer_id: UUID | None = None

    def __repr__(self) -> str:
        return f"Origin(customer_id={self.customer_id!r})"


class TypedPin(Struct, frozen=True, gc=False):
    """What one caller typed, and where."""

    typed: str
    origin: Origin

    def __repr__(self) -> str:
        return f"TypedPin(origin={self.origin!r})"


class FoundPin(Struct, frozen=True, gc=False):
    """A PIN that was found by its keyed hash: whose it is and what may be done with it."""

    serial: str
    account_id: UUID
    state: PinState


@dataclass(frozen=True, slots=True)
class LivePin:
    """A PIN by its row number, for those who go through many."""

    row: int
    serial: str
    account_id: UUID


@dataclass(frozen=True, slots=True)
class IssuedPin:
    """A PIN exists for this account; only `reveal_pin` tells it."""

    serial: str
    account_id: UUID


class PinAccepted(Struct, frozen=True, gc=False):
    """The typed PIN opens this account."""

    serial: str
    account_id: UUID


@dataclass(frozen=True, slots=True)
class PinRefused:
    """The typed PIN opens nothing, and why; `retry_after_seconds` is given with too_many_tries alone."""

    reason: PinRefusalReason
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class PinInfo:
    """A PIN without its digits; `blocked_at` and `block_reason` are given while it is blocked."""

    serial: str
    account_id: UUID
    state: PinState
    issued_at: datetime
    blocked_at: datetime | None = None
    block_reason: str = ""


@dataclass(frozen=True, slots=True)
class UnknownSerial:
    """No PIN has this serial."""

    serial: str
