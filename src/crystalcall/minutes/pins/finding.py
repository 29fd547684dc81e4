"""Many PINs found by their keyed hashes at once; nothing here counts a miss or slows a guesser, see `checking`."""

from collections.abc import Collection
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
    found = _PINS.fetch(("lookup", "serial", "ledger_account_id", "state"), "lookup", list(set(lookups)))
    return {bytes(lookup): FoundPin(serial, account_id, _STATES[state]) for lookup, serial, account_id, state in found}


def blocked_accounts(account_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the accounts whose every PIN is blocked: nobody may go on spending there."""
    found = _PINS.fetch(("ledger_account_id", "state"), "ledger_account_id", account_ids)
    open_ones = {account_id for account_id, state in found if state != PinState.BLOCKED.value}
    return frozenset(account_id for account_id, _ in found) - open_ones
