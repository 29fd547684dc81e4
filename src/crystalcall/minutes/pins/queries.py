"""What is known of PINs, as frozen values without a digit of them."""

from collections.abc import Collection, Iterator
from typing import Final
from uuid import UUID

from crystalcall.minutes.pins.finding import ask_shut_accounts, by_lookups, lookup_of
from crystalcall.minutes.pins.models import Pin
from crystalcall.minutes.pins.sources import slowed_sources
from crystalcall.minutes.pins.values import FoundPin, PinInfo
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.rules.pins import OPEN_STATES, OVER_STATES, PinState

__all__ = [
    "FoundPin",
    "PinInfo",
    "ask_shut_accounts",
    "by_lookups",
    "info_of",
    "lookup_of",
    "open_pins",
    "over_pins",
    "pin",
    "pins_by_serial",
    "pins_of_account",
    "slowed_sources",
]

AT_A_TIME: Final = 5000
_pins: Final = Rowset(Pin)
_INFO: Final = ("serial", "ledger_account_id", "state", "issued_at", "blocked_at", "block_reason")


def pin(serial: str) -> PinInfo | None:
    """The PIN of this serial, or None."""
    row = Pin.objects.filter(serial=serial).first()
    return info_of(row) if row else None


def pins_by_serial(serials: Collection[str]) -> dict[str, PinInfo]:
    """The PINs of these serials; one that there is not is not among them."""
    return {
        serial: PinInfo(serial, account_id, PinState(state), *rest)
        for serial, account_id, state, *rest in _pins.fetch(_INFO, "serial", serials)
    }


def pins_of_account(account_id: UUID) -> tuple[PinInfo, ...]:
    """The PINs that open this account, the oldest first."""
    return tuple(info_of(row) for row in Pin.objects.filter(ledger_account_id=account_id).order_by("pk"))


def open_pins(*, at_a_time: int = AT_A_TIME) -> Iterator[tuple[UUID, ...]]:
    """The accounts of all PINs that can be used, in pieces, for sweeps that compare them with the books."""
    return _accounts_in(OPEN_STATES, at_a_time)


def over_pins(*, at_a_time: int = AT_A_TIME) -> Iterator[tuple[UUID, ...]]:
    """The accounts of all exhausted and expired PINs, in pieces."""
    return _accounts_in(OVER_STATES, at_a_time)


def _accounts_in(states: frozenset[PinState], at_a_time: int) -> Iterator[tuple[UUID, ...]]:
    last, wanted = 0, sorted(state.value for state in states)
    while True:
        rows = Pin.objects.filter(pk__gt=last, state__in=wanted).order_by("pk")
        piece = list(rows.values_list("pk", "ledger_account_id")[:at_a_time])
        if not piece:
            return
        last = piece[-1][0]
        yield tuple(account_id for _, account_id in piece)


def info_of(row: Pin) -> PinInfo:
    """A row of this room as the value that others see."""
    return PinInfo(
        serial=row.serial,
        account_id=row.ledger_account_id,
        state=PinState(row.state),
        issued_at=row.issued_at,
        blocked_at=row.blocked_at,
        block_reason=row.block_reason,
    )
