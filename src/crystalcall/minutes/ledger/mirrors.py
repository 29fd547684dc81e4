"""Accounts and reservations as an open page of the books holds them: plain objects that follow each entry in memory."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from crystalcall.minutes.ledger.models import FLOORED, OPEN
from crystalcall.rules.ledger import ReservationState

ACCOUNT_FIELDS: Final = (
    *("id", "kind", "unit", "debits_posted", "credits_posted", "held"),
    *("holder_id", "coverage", "opened_at", "expires_at", "last_used_at"),
)
RESERVATION_FIELDS: Final = (
    *("id", "account_id", "state", "requested", "amount", "posted"),
    *("balance_before", "opened_at", "expires_at", "settled_at"),
)
_FLOORED: Final = frozenset(FLOORED)


class OpenAccount:
    """An account on an open page: as it will stand once the page is written; amounts in its unit.

    The store's own accounts keep no totals: theirs are always 0 here.
    """

    __slots__ = (*ACCOUNT_FIELDS, "floored", "written")

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.id: UUID
        self.kind: str
        self.unit: str
        self.debits_posted: int
        self.credits_posted: int
        self.held: int
        self.holder_id: UUID | None
        self.coverage: str
        self.opened_at: datetime
        self.expires_at: datetime | None
        self.last_used_at: datetime | None
        self.id, self.kind, self.unit, self.debits_posted, self.credits_posted, self.held = row[:6]
        self.holder_id, self.coverage, self.opened_at, self.expires_at, self.last_used_at = row[6:]
        self.floored = self.kind in _FLOORED
        self.written = self.debits_posted, self.credits_posted, self.held

    @property
    def posted(self) -> int:
        """The balance of an account with a floor; holds are not taken off."""
        return self.credits_posted - self.debits_posted

    @property
    def available(self) -> int:
        """What is neither spent nor held."""
        return self.credits_posted - self.debits_posted - self.held


class OpenReservation:
    """A reservation on an open page: as it will stand once the page is written; amounts in its account's unit."""

    __slots__ = (*RESERVATION_FIELDS, "is_new", "is_supposed")

    def __init__(self, row: tuple[Any, ...], *, is_new: bool = False, is_supposed: bool = False) -> None:
        self.id: UUID
        self.account_id: UUID
        self.state: str
        self.requested: int
        self.amount: int
        self.posted: int | None
        self.balance_before: int | None
        self.opened_at: datetime
        self.expires_at: datetime | None
        self.settled_at: datetime | None
        self.id, self.account_id, self.state, self.requested, self.amount, self.posted = row[:6]
        self.balance_before, self.opened_at, self.expires_at, self.settled_at = row[6:]
        self.is_new = is_new
        self.is_supposed = is_supposed

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.state == OPEN

    def row(self) -> tuple[Any, ...]:
        """Its values in the order of `RESERVATION_FIELDS`."""
        return (
            *(self.id, self.account_id, self.state, self.requested, self.amount, self.posted),
            *(self.balance_before, self.opened_at, self.expires_at, self.settled_at),
        )

    def settle(self, state: ReservationState, now: datetime) -> None:
        """End it; a settled reservation is watched by nobody."""
        self.state = state.value
        self.settled_at = now
        self.expires_at = None
