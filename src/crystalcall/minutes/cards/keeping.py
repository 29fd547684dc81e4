"""PINs say what their accounts hold: set when an operator changes a card, and by a sweep for all the rest.

Nothing depends on the moment at which an exhausted PIN says so, since its balance refuses the call; so calls are not
made slower for it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.minutes.ledger import queries as ledger
from crystalcall.minutes.ledger.books import Books
from crystalcall.minutes.pins import actions as pins
from crystalcall.minutes.pins import queries as pin_queries
from crystalcall.rules.pins import Holdings, PinState, state_for

#: So many accounts are locked together: a moment's work, so that no call waits for it.
LOCKED_TOGETHER: Final = 100


def settle_pins(*, now: datetime) -> int:
    """Mark the PINs of emptied and expired accounts, open those of filled ones again; gives how many were changed.

    It goes through all PINs, so it belongs into quiet hours or long intervals.
    """
    changed = 0
    for accounts in pin_queries.open_pins():
        held = ledger.balances(accounts)
        changed += _settle_some([each for each in accounts if each in held and held[each].posted_micros <= 0], now)
    for accounts in pin_queries.over_pins():
        held = ledger.balances(accounts)
        changed += _settle_some([each for each in accounts if each in held and held[each].posted_micros > 0], now)
    return changed


def mark_expired(account_id: UUID, *, now: datetime) -> bool:
    """Mark the PINs of an account whose credit or minutes have expired, if it holds nothing else."""
    with transaction.atomic():
        pins.lock_accounts_pins([account_id])
        if _state_of(account_id, now) is None:
            return False
        return pins.expire_all([account_id]) > 0


def settle_accounts(account_ids: Collection[UUID], *, now: datetime) -> int:
    """Have the PINs of these accounts say what the accounts hold now; gives how many were changed.

    Inside the caller's transaction, which has locked the PINs first and then the accounts.
    """
    states: dict[PinState | None, list[UUID]] = {}
    for account_id in sorted(account_ids):
        states.setdefault(_state_of(account_id, now), []).append(account_id)
    return (
        pins.exhaust_all(states.get(PinState.EXHAUSTED, ()))
        + pins.expire_all(states.get(PinState.EXPIRED, ()))
        + pins.reopen_all(states.get(None, ()))
    )


def _state_of(account_id: UUID, now: datetime) -> PinState | None:
    """What the PINs of this account are to say; its money is locked, and so are its minutes, which follow its lock."""
    account = Books.open((account_id,), now=now).account(account_id)
    minutes = sum(each.posted_seconds for each in ledger.allowances(account_id, now=now))
    return state_for(Holdings(account.posted, minutes, account.expires_at), now)


def _settle_some(account_ids: Sequence[UUID], now: datetime) -> int:
    changed, rest = 0, iter(account_ids)
    while piece := list(islice(rest, LOCKED_TOGETHER)):
        with transaction.atomic():
            pins.lock_accounts_pins(piece)
            changed += settle_accounts(piece, now=now)
    return changed
