"""PINs follow what their account holds: used first, exhausted or expired, and open again after a top-up.

The state is for people and for a clear refusal; what a call may spend is decided by the account alone. Whoever changes
an account and its PINs in one transaction takes the PINs first: a checked PIN is locked before the account it opens.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from crystalcall.minutes.pins.locks import lock_pins_of
from crystalcall.minutes.pins.models import BLOCKED, Pin
from crystalcall.minutes.pins.values import LivePin
from crystalcall.rules.pins import OPEN_STATES, OVER_STATES, PinState

_OPEN: Final = sorted(state.value for state in OPEN_STATES)
_OVER: Final = sorted(state.value for state in OVER_STATES)


def activate_all(serials: Collection[str], now: datetime) -> int:
    """Note the first use of these PINs; gives how many were new.

    One that is not "issued" any more stays as it is, so a block that came in between is not undone.
    """
    if not serials:
        return 0
    rows = Pin.objects.filter(serial__in=serials, state=PinState.ISSUED.value)
    return rows.update(state=PinState.ACTIVE.value, activated_at=now)


def lock_accounts_pins(account_ids: Collection[UUID]) -> tuple[LivePin, ...]:
    """Lock the PINs of these accounts until the caller's transaction ends: before the accounts themselves."""
    return tuple(LivePin(row.pk, row.serial, row.ledger_account_id) for row in lock_pins_of(account_ids))


def exhaust_all(account_ids: Collection[UUID]) -> int:
    """The accounts hold nothing any more: their PINs say so, blocked ones once they are unblocked."""
    return _move(_OPEN, PinState.EXHAUSTED, account_ids)


def expire_all(account_ids: Collection[UUID]) -> int:
    """What the accounts held has expired: their PINs open nothing until a top-up."""
    return _move([*_OPEN, PinState.EXHAUSTED.value], PinState.EXPIRED, account_ids)


def reopen_all(account_ids: Collection[UUID]) -> int:
    """The accounts hold something again: their exhausted and expired PINs are what they were before."""
    before = Case(
        When(activated_at__isnull=True, then=Value(PinState.ISSUED.value)), default=Value(PinState.ACTIVE.value)
    )
    with transaction.atomic():
        mine = _pins_of(account_ids)
        changed = mine.filter(state__in=_OVER).update(state=before)
        return changed + mine.filter(state=BLOCKED, blocked_from__in=_OVER).update(blocked_from=before)


def _move(origins: list[str], state: PinState, account_ids: Collection[UUID]) -> int:
    with transaction.atomic():
        mine = _pins_of(account_ids)
        changed = mine.filter(state__in=origins).update(state=state.value)
        return changed + mine.filter(state=BLOCKED, blocked_from__in=origins).update(blocked_from=state.value)


def _pins_of(account_ids: Collection[UUID]) -> "QuerySet[Pin]":
    return Pin.objects.filter(ledger_account_id__in=account_ids)
