"""A typed PIN is checked, and guessing is slowed.

A refusal is a value, not an exception: the caller's transaction commits, and the counted miss with it. A source that is
slowed is refused before its PIN is looked at, so that the answer never says whether it was right.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.minutes.pins.blocking import block_locked
from crystalcall.minutes.pins.issuing import CONCERN_CONTEXT, LOOKUP_CONTEXT
from crystalcall.minutes.pins.locks import lock_concerned, lock_or_make_source, lock_recent_source
from crystalcall.minutes.pins.models import BLOCKED, Pin, PinMissSource
from crystalcall.minutes.pins.values import Origin, PinAccepted, PinRefused
from crystalcall.plumbing.sealing import blind_index
from crystalcall.rules.pins import (
    CALLER_SLOWING,
    CONCERN_MISSES,
    WITHHELD_SLOWING,
    PinRefusalReason,
    PinState,
    Slowing,
    concern_blocks,
    concern_prefix,
    next_concern_misses,
    next_misses,
    normalize,
    refusal_for,
    retry_after_seconds,
)

SOURCE_CONTEXT: Final = "pins.miss_source"
MISSES_REASON: Final = f"{CONCERN_MISSES} misses within a day began like this PIN"
# Longer than any source is remembered by the rules.
REMEMBERED: Final = max(slowing.longest_wait + slowing.window for slowing in (CALLER_SLOWING, WITHHELD_SLOWING))


@dataclass(frozen=True, slots=True)
class _Source:
    """A pair of numbers as a keyed hash, and how it is slowed."""

    index: bytes = field(repr=False)
    slowing: Slowing


@sensitive_variables("typed", "pin")
def check_pin(typed: str, *, origin: Origin, now: datetime) -> PinAccepted | PinRefused:
    """Whether what was typed opens an account, and which; a miss counts against its source and the PINs it concerns.

    too_many_tries comes with the seconds to wait, whether or not the PIN was right; elsewhere the right PIN
    still opens. With neither number known nobody is slowed, because everybody would be.
    """
    source = _source_of(origin)
    with transaction.atomic():
        wait = _wait_seconds(source, now) if source else 0
        if wait:
            return PinRefused(PinRefusalReason.TOO_MANY_TRIES, wait)
        pin = normalize(typed)
        row = Pin.objects.filter(lookup=blind_index(pin, LOOKUP_CONTEXT)).first() if pin else None
        if row is None:
            _count_miss(source, pin, now)
            return PinRefused(PinRefusalReason.UNKNOWN_PIN)
        refusal = refusal_for(PinState(row.state))
        if refusal is not None:
            return PinRefused(refusal)
        # The first use; a block that came in between is not undone, because it is no longer "issued".
        Pin.objects.filter(pk=row.pk, state=PinState.ISSUED.value).update(state=PinState.ACTIVE.value, activated_at=now)
        return PinAccepted(row.serial, row.ledger_account_id)


def forget_old_misses(*, now: datetime) -> int:
    """Delete the sources of misses that no rule remembers any more; gives how many."""
    deleted, _ = PinMissSource.objects.filter(last_miss_at__lte=now - REMEMBERED).delete()
    return deleted


def _source_of(origin: Origin) -> _Source | None:
    caller, access = _digits(origin.caller_number), _digits(origin.access_number)
    if not caller and not access:
        return None
    slowing = CALLER_SLOWING if caller else WITHHELD_SLOWING
    return _Source(blind_index(f"{caller}|{access}", SOURCE_CONTEXT), slowing)


def _digits(number: str | None) -> str:
    """One number however it was written; "anonymous" and the like have no digits and count as withheld."""
    return "".join(character for character in number or "" if character.isdecimal())


def _wait_seconds(source: _Source, now: datetime) -> int:
    row = lock_recent_source(source.index, missed_after=now - REMEMBERED)
    return retry_after_seconds(row.misses, row.last_miss_at, now, source.slowing) if row else 0


@sensitive_variables("pin")
def _count_miss(source: _Source | None, pin: str | None, now: datetime) -> None:
    if source is not None:
        row, made = lock_or_make_source(source.index, now=now)
        if not made:
            row.misses = next_misses(row.misses, row.last_miss_at, now, source.slowing)
            row.last_miss_at = now
            row.save(update_fields=["misses", "last_miss_at"])
    if pin is None:
        return
    for concerned in lock_concerned(blind_index(concern_prefix(pin), CONCERN_CONTEXT)):
        _count_concern(concerned, now)


def _count_concern(row: Pin, now: datetime) -> None:
    if row.state == BLOCKED:
        return
    row.concern_misses, row.concern_since = next_concern_misses(row.concern_misses, row.concern_since, now)
    if concern_blocks(row.concern_misses):
        block_locked(row, reason=MISSES_REASON, now=now)
    else:
        row.save(update_fields=["concern_misses", "concern_since"])
