"""Typed PINs are checked, and guessing is slowed.

A refusal is a value, not an exception: the caller's transaction commits, and the counted miss with it. A source that is
slowed is refused before its PIN is looked at, so that the answer never says whether it was right.

PINs that are checked together are judged as if their misses had come first: who sends five hundred guesses at once gets
no more of them than who sends one after the other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.minutes.pins.blocking import block_locked
from crystalcall.minutes.pins.finding import ask_by_lookups
from crystalcall.minutes.pins.issuing import CONCERN_CONTEXT, LOOKUP_CONTEXT
from crystalcall.minutes.pins.locks import lock_concerned, lock_or_make_source, lock_recent_source
from crystalcall.minutes.pins.models import BLOCKED, Pin, PinMissSource
from crystalcall.minutes.pins.sources import REMEMBERED, Source, ask_waits_of, source_of
from crystalcall.minutes.pins.standing import activate_all
from crystalcall.minutes.pins.values import FoundPin, Origin, PinAccepted, PinRefused, TypedPin
from crystalcall.plumbing.sealing import blind_index
from crystalcall.plumbing.together import together
from crystalcall.rules.pins import (
    CONCERN_MISSES,
    PinRefusalReason,
    PinState,
    concern_blocks,
    concern_prefix,
    next_concern_misses,
    next_misses,
    normalize,
    refusal_for,
    retry_after_seconds,
)

MISSES_REASON: Final = f"{CONCERN_MISSES} misses within a day began like this PIN"


@dataclass(slots=True, eq=False)
class _Try:
    """One typed PIN on its way to an answer; `pin` is None where it is none, `found` where it opens nothing."""

    source: Source | None = field(repr=False)
    pin: str | None = field(repr=False)
    lookup: bytes | None = field(repr=False)
    found: FoundPin | None = None
    wait_seconds: int = 0


@sensitive_variables("typed")
def check_pin(typed: str, *, origin: Origin, now: datetime, is_use: bool = True) -> PinAccepted | PinRefused:
    """Whether what was typed opens an account, and which; a miss counts against its source and the PINs it concerns.

    too_many_tries comes with the seconds to wait, whether or not the PIN was right; elsewhere the right PIN
    still opens. With neither number known nobody is slowed, because everybody would be. Where it `is_use`, a PIN that
    was never used is active from now on; looking at a card is no use.
    """
    return check_pins([TypedPin(typed, origin)], now=now, is_use=is_use)[0]


@sensitive_variables("asked", "typed")
def check_pins(asked: Sequence[TypedPin], *, now: datetime, is_use: bool = True) -> list[PinAccepted | PinRefused]:
    """The same for many at once, each as `check_pin` says, in a handful of statements as long as nobody misses.

    It locks sources and PINs only where somebody missed; so it belongs before any lock on a ledger account.
    """
    with transaction.atomic():
        with together():
            typed = PinsAsked(asked)
        return typed.check(range(len(asked)), now=now, is_use=is_use)


class PinsAsked:
    """PINs that were typed together, asked for among the statements of `together`; `check` says what they open."""

    __slots__ = ("_find", "_tries", "_wait")

    @sensitive_variables("asked", "pins")
    def __init__(self, asked: Sequence[TypedPin]) -> None:
        pins = [normalize(each.typed) for each in asked]
        self._tries = [
            _Try(source_of(each.origin), pin, None if pin is None else blind_index(pin, LOOKUP_CONTEXT))
            for each, pin in zip(asked, pins, strict=True)
        ]
        self._find = ask_by_lookups([a_try.lookup for a_try in self._tries if a_try.lookup is not None])
        self._wait = ask_waits_of(a_try.source for a_try in self._tries if a_try.source is not None)

    @sensitive_variables("tries", "a_try")
    def check(self, places: Collection[int], *, now: datetime, is_use: bool = True) -> list[PinAccepted | PinRefused]:
        """What those at these places open, as `check_pins` says; nobody else's misses are counted.

        Inside the transaction in which they were asked for.
        """
        found, waits = self._find(), self._wait(now)
        tries = [self._tries[place] for place in places]
        for a_try in tries:
            a_try.found = None if a_try.lookup is None else found.get(a_try.lookup)
            if waits and a_try.source is not None:
                a_try.wait_seconds = waits.get(a_try.source.fingerprint, 0)
        if any(a_try.found is None for a_try in tries):
            _count_misses(tries, now)
        answers = [_answer(a_try) for a_try in tries]
        if is_use:
            activate_all({serial for a_try in tries if (serial := _first_used(a_try))}, now)
        return answers


def forget_old_misses(*, now: datetime) -> int:
    """Delete the sources of misses that no rule remembers any more; gives how many."""
    deleted, _ = PinMissSource.objects.filter(last_miss_at__lte=now - REMEMBERED).delete()
    return deleted


def _first_used(a_try: _Try) -> str | None:
    """The serial of a PIN that opens its account for the first time."""
    found = a_try.found
    is_first = found is not None and found.state is PinState.ISSUED and not a_try.wait_seconds
    return found.serial if found is not None and is_first else None


def _answer(a_try: _Try) -> PinAccepted | PinRefused:
    if a_try.wait_seconds:
        return PinRefused(PinRefusalReason.TOO_MANY_TRIES, a_try.wait_seconds)
    if a_try.found is None:
        return PinRefused(PinRefusalReason.UNKNOWN_PIN)
    refusal = refusal_for(a_try.found.state)
    return PinAccepted(a_try.found.serial, a_try.found.account_id) if refusal is None else PinRefused(refusal)


@sensitive_variables("tries", "counted", "prefixes")
def _count_misses(tries: Sequence[_Try], now: datetime) -> None:
    """Count every miss that no wait turned away; what hits meanwhile is judged by the state after them."""
    counted = _count_sources(tries, now)
    prefixes: dict[bytes, int] = defaultdict(int)
    for a_try in counted:
        if a_try.pin is not None:
            prefixes[blind_index(concern_prefix(a_try.pin), CONCERN_CONTEXT)] += 1
    states = {}
    for row in lock_concerned(prefixes):
        _count_concern(row, prefixes[bytes(row.concern)], now)
        states[row.serial] = PinState(row.state)
    for a_try in tries:
        if a_try.found is not None and a_try.found.serial in states:
            found = a_try.found
            a_try.found = FoundPin(found.serial, found.account_id, states[found.serial])


def _count_sources(tries: Sequence[_Try], now: datetime) -> list[_Try]:
    """Take each source that missed through its tries in their order, sources in one order; gives the counted misses."""
    by_source: dict[bytes, tuple[Source, list[_Try]]] = {}
    counted = []
    for a_try in tries:
        if a_try.source is not None:
            by_source.setdefault(a_try.source.fingerprint, (a_try.source, []))[1].append(a_try)
        elif a_try.found is None:
            counted.append(a_try)
    for fingerprint in sorted(by_source):
        source, mine = by_source[fingerprint]
        if any(a_try.found is None for a_try in mine):
            counted += _count_source(source, mine, now)
    return counted


def _count_source(source: Source, tries: Iterable[_Try], now: datetime) -> list[_Try]:
    counted = []
    row = lock_recent_source(source.fingerprint, missed_after=now - REMEMBERED)
    for a_try in tries:
        a_try.wait_seconds = retry_after_seconds(row.misses, row.last_miss_at, now, source.slowing) if row else 0
        if a_try.wait_seconds or a_try.found is not None:
            continue
        row = _one_more_miss(row, source, now)
        counted.append(a_try)
    return counted


def _one_more_miss(row: PinMissSource | None, source: Source, now: datetime) -> PinMissSource:
    made = False
    if row is None:
        row, made = lock_or_make_source(source.fingerprint, now=now)
    if not made:
        row.misses = next_misses(row.misses, row.last_miss_at, now, source.slowing)
        row.last_miss_at = now
        row.save(update_fields=["misses", "last_miss_at"])
    return row


def _count_concern(row: Pin, misses: int, now: datetime) -> None:
    if row.state == BLOCKED:
        return
    for _ in range(misses):
        row.concern_misses, row.concern_since = next_concern_misses(row.concern_misses, row.concern_since, now)
        if concern_blocks(row.concern_misses):
            block_locked(row, reason=MISSES_REASON, now=now)
            return
    row.save(update_fields=["concern_misses", "concern_since"])
