"""What an operator does to a card: each action is one transaction, done once for its key, and its PIN follows.

The order of locks, for all: PINs first, then ledger accounts, then limits. The ledger decides every amount under its
own locks, so that nothing here can spend what a running call holds.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db import transaction

from crystalcall.minutes.calls.queries import day_facts
from crystalcall.minutes.cards.bundles import read_coverage
from crystalcall.minutes.cards.keeping import settle_accounts, settle_pins
from crystalcall.minutes.cards.values import (
    BadBundle,
    BlockedCard,
    CardReplaced,
    CreditMoved,
    CreditRefunded,
    CreditSet,
    DifferentCountries,
    MinutesGiven,
    NotEnough,
    NothingLeft,
    SameCard,
    UnknownSerial,
)
from crystalcall.minutes.ledger import actions as ledger
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.minutes.ledger.values import Insufficient
from crystalcall.minutes.limits import actions as limits
from crystalcall.minutes.limits.values import BadLimits, CountriesDiffer, LimitChanges, OwnLimits
from crystalcall.minutes.pins import actions as pins
from crystalcall.minutes.pins import queries as pin_queries
from crystalcall.minutes.pins.checking import MISSES_REASON
from crystalcall.minutes.pins.values import PinInfo
from crystalcall.rules.pins import PinState

__all__ = [
    "adjust_credit",
    "change_limits",
    "clear_limits",
    "give_minutes",
    "move_credit",
    "refund_credit",
    "replace_pin",
    "settle_pins",
]

T = TypeVar("T")

REPLACED: Final = "replaced by a new PIN at its holder’s wish"
# What its holder may answer with a new PIN: a loss, and a stranger's guesses. Every other block is the shop's.
ITS_HOLDERS: Final = frozenset({REPLACED, MISSES_REASON})


def change_limits(serial: str, changes: LimitChanges, *, now: datetime) -> OwnLimits | BadLimits | UnknownSerial:
    """Set what is named for this card, leave the rest; None takes a limit away."""
    pin = pin_queries.pin(serial)
    return UnknownSerial(serial) if pin is None else limits.change_limits(pin.account_id, changes, now=now)


def clear_limits(serial: str, *, now: datetime) -> OwnLimits | UnknownSerial:
    """Take every limit of this card's own away."""
    pin = pin_queries.pin(serial)
    return UnknownSerial(serial) if pin is None else limits.clear_limits(pin.account_id, now=now)


def give_minutes(
    serial: str, coverage: str, *, seconds: int, valid_days: int | None, key: str, now: datetime
) -> MinutesGiven | BadBundle | UnknownSerial:
    """Give a card free seconds for one group of destinations, for so many days from now or (None) for ever."""
    covered = read_coverage(coverage)
    if covered is None:
        return BadBundle(f"{coverage!r} names no country and kind of line, such as ru-landline, ru-mobile or ru-*")
    expires_at = None if valid_days is None else now + timedelta(days=valid_days)

    def give(pin: PinInfo) -> MinutesGiven:
        account_id = ledger.grant_allowance(
            pin.account_id, covered, seconds, expires_at=expires_at, key=f"{key}:{serial}", now=now
        )
        return MinutesGiven(serial, account_id, covered, seconds, expires_at)

    return _on_card(serial, give, now=now)


def move_credit(
    from_serial: str, to_serial: str, *, amount_micros: int | None, key: str, now: datetime
) -> CreditMoved | NotEnough | NothingLeft | SameCard | BlockedCard | DifferentCountries | UnknownSerial:
    """Move credit (None: all that is spare) between two cards; limits and what they have left today go with it.

    A blocked card can be emptied, since it may be blocked because it was lost; it cannot be filled.
    """
    found = [pin_queries.pin(serial) for serial in (from_serial, to_serial)]
    for serial, pin in zip((from_serial, to_serial), found, strict=True):
        if pin is None:
            return UnknownSerial(serial)
    source, target = (pin for pin in found if pin is not None)
    if source.account_id == target.account_id:
        return SameCard()
    with transaction.atomic():
        # Nested, so that a refusal leaves nothing behind while the caller's own transaction goes on.
        answer = _move(source, target, amount_micros, key=key, now=now)
        if not isinstance(answer, CreditMoved):
            transaction.set_rollback(True)
        return answer


def replace_pin(serial: str, *, now: datetime) -> CardReplaced | BlockedCard | UnknownSerial:
    """Block a lost card's PIN and issue a new one for the same account: credit, minutes, limits and promises stay.

    Nothing is moved, so nothing can be lost on the way, and what a running call holds comes back to the same account. A
    PIN that the shop blocked is not replaced, nor one that was replaced before.
    """
    found = pin_queries.pin(serial)
    if found is None:
        return UnknownSerial(serial)
    with transaction.atomic():
        pins.lock_accounts_pins([found.account_id])
        mine = pin_queries.pins_of_account(found.account_id)
        shut = [each for each in mine if each.state is PinState.BLOCKED]
        if mine[-1].serial != serial or any(each.block_reason not in ITS_HOLDERS for each in shut):
            return BlockedCard(serial)
        for each in mine:
            pins.block_pin(each.serial, reason=REPLACED, now=now)
        issued = pins.issue_pin(found.account_id, key=f"replaces:{serial}", now=now)
        settle_accounts([found.account_id], now=now)
    return CardReplaced(serial, issued.serial)


def adjust_credit(
    serial: str, *, amount_micros: int, reason: str, key: str, now: datetime
) -> CreditSet | NotEnough | UnknownSerial:
    """Raise or (with a negative amount) lower a card's credit by hand, for a reason that stays in the books."""

    def adjust(pin: PinInfo) -> CreditSet | NotEnough:
        done = ledger.adjust(pin.account_id, amount_micros, reason=reason, key=key, now=now)
        if isinstance(done, Insufficient):
            return NotEnough(serial, done.available)
        return CreditSet(serial, amount_micros, ledger_queries.balance(pin.account_id))

    return _on_card(serial, adjust, now=now)


def refund_credit(
    serial: str, *, amount_micros: int | None, key: str, now: datetime
) -> CreditRefunded | NotEnough | NothingLeft | UnknownSerial:
    """Take unused credit (None: all that is spare) off a card; from then on the shop owes it to the buyer."""

    def refund(pin: PinInfo) -> CreditRefunded | NotEnough | NothingLeft:
        wanted = amount_micros or ledger_queries.balance(pin.account_id).available_micros
        if wanted <= 0:
            return NothingLeft(serial)
        done = ledger.refund_unused(pin.account_id, wanted, key=key, now=now)
        if isinstance(done, Insufficient):
            return NotEnough(serial, done.available)
        return CreditRefunded(serial, done.amount)

    return _on_card(serial, refund, now=now)


def _on_card(serial: str, act: Callable[[PinInfo], T], *, now: datetime) -> T | UnknownSerial:
    """Do something to the account of this card, and have its PINs follow, in one transaction."""
    pin = pin_queries.pin(serial)
    if pin is None:
        return UnknownSerial(serial)
    with transaction.atomic():
        pins.lock_accounts_pins([pin.account_id])
        answer = act(pin)
        settle_accounts([pin.account_id], now=now)
        return answer


def _move(
    source: PinInfo, target: PinInfo, amount_micros: int | None, *, key: str, now: datetime
) -> CreditMoved | NotEnough | NothingLeft | BlockedCard | DifferentCountries:
    both = [source.account_id, target.account_id]
    pins.lock_accounts_pins(both)
    standing = pin_queries.pin(target.serial)
    if standing is None or standing.state is PinState.BLOCKED:
        return BlockedCard(target.serial)
    moved = ledger.move_credit(source.account_id, target.account_id, amount_micros, key=key, now=now)
    if isinstance(moved, Insufficient):
        return NotEnough(source.serial, moved.available) if moved.available else NothingLeft(source.serial)
    facts = day_facts(both, now)
    carried = limits.carry_over(
        *both, source_facts=facts[source.account_id], target_facts=facts[target.account_id], now=now
    )
    if isinstance(carried, CountriesDiffer):
        return DifferentCountries()
    settle_accounts(both, now=now)
    return CreditMoved(source.serial, target.serial, moved.amount, limits_became_stricter=carried.became_stricter)
