"""Many PINs found by their keyed hashes at once; nothing here counts a miss or slows a guesser, see `checking`."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from crystalcall.minutes.pins.issuing import LOOKUP_CONTEXT
from crystalcall.minutes.pins.models import Pin
from crystalcall.minutes.pins.values import FoundPin
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.sealing import blind_index
from crystalcall.rules.pins import PinState, normalize

_PINS: Final = Rowset(Pin)
_STATES: Final = {state.value: state for state in PinState}


@sensitive_variables("typed", "pin")
def lookup_of(typed: str) -> bytes | None:
    """The keyed hash by which a typed PIN is found; None where the text is no PIN."""
    pin = normalize(typed)
    return None if pin is None else blind_index(pin, LOOKUP_CONTEXT)


def by_lookups(lookups: Collection[bytes]) -> dict[bytes, FoundPin]:
    """The PINs with these keyed hashes, in whatever state, by one statement; hashes without a PIN are left out."""
    return ask_by_lookups(lookups)()


def ask_by_lookups(lookups: Collection[bytes]) -> Callable[[], dict[bytes, FoundPin]]:
    """Ask for the same among the statements of `together`; what is given reads the answer."""
    answer = _PINS.ask(("lookup", "serial", "ledger_account_id", "state"), "lookup", set(lookups))
    return lambda: {
        bytes(lookup): FoundPin(serial, account_id, _STATES[state])
        for lookup, serial, account_id, state in answer.rows()
    }


def ask_shut_accounts(account_ids: Collection[UUID]) -> Callable[[], dict[UUID, datetime | None]]:
    """Ask, among the statements of `together`, which of these accounts have a blocked PIN; what is given reads it.

    Each comes with the issue of its oldest PIN that is not blocked: whoever began to spend before that did so with a
    PIN that is blocked now, such as a lost one that was replaced. None: every PIN is blocked, and nobody may go on.
    """
    answer = _PINS.ask(("ledger_account_id", "state", "issued_at"), "ledger_account_id", account_ids)

    def read() -> dict[UUID, datetime | None]:
        found = answer.rows()
        shut: dict[UUID, datetime | None] = {
            account_id: None for account_id, state, _ in found if state == PinState.BLOCKED.value
        }
        for account_id, state, issued_at in found:
            if account_id in shut and state != PinState.BLOCKED.value:
                oldest = shut[account_id]
                shut[account_id] = issued_at if oldest is None else min(oldest, issued_at)
        return shut

    return read
