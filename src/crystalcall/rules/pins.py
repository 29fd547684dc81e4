"""PINs: how a typed one is read, and how guessing is slowed and stopped.

Twelve digits without a leading zero are 9 * 10**11 possible PINs. Two guards stand before them, and neither stops a
whole switch:

* a caller who misses is slowed: from the fifth miss on, each miss doubles a wait (30 s, 60 s, ... an hour);
* a PIN whose first eight digits are known to a guesser has only 10,000 possible ends: ten misses within a day that
  begin like an existing PIN block that PIN.

Everything here is a pure function of counts and times; the counts are kept by the room.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

PIN_DIGITS: Final = 12
CONCERN_DIGITS: Final = 8
PIN_LEAST: Final = 10 ** (PIN_DIGITS - 1)
PIN_COUNT: Final = 9 * PIN_LEAST

# Nobody types a PIN with more separators than this; a longer text is not read at all.
MAX_TYPED_LENGTH: Final = 64
# Dashes of every length, dots, slashes and marks without width: what people and mail programs put between groups of
# digits. Spaces are recognised by themselves.
_SEPARATORS: Final = frozenset(
    "-.,/_()\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\uff0e\u200b\u200c\u200d\u2060\ufeff"
)
# Typed at a telephone, "#" says "that was all".
_TERMINATOR: Final = "#"

CONCERN_WINDOW: Final = timedelta(hours=24)
CONCERN_MISSES: Final = 10


class PinState(StrEnum):
    """What may be done with a PIN."""

    ISSUED = "issued"
    ACTIVE = "active"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    BLOCKED = "blocked"


#: The PIN can be used, as far as it goes.
OPEN_STATES: Final = frozenset({PinState.ISSUED, PinState.ACTIVE})
#: The account behind the PIN holds nothing; a top-up opens it again.
OVER_STATES: Final = frozenset({PinState.EXHAUSTED, PinState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the account of a PIN holds at one moment.

    Args:
        credit_micros: posted money, what running calls hold included.
        minutes_seconds: unexpired minutes of bundles, what running calls hold included.
        credit_expires_at: when the money expires or did; None for never.
    """

    credit_micros: int
    minutes_seconds: int
    credit_expires_at: datetime | None = None


def state_for(holdings: Holdings, now: datetime) -> PinState | None:
    """EXHAUSTED or EXPIRED where the account holds nothing that can be used; None where it holds something.

    What a running call holds is not gone yet: it may come back. Money past its expiry is there until the books have
    taken it, and so the PIN is open until then.
    """
    if holdings.credit_micros > 0 or holdings.minutes_seconds > 0:
        return None
    expires_at = holdings.credit_expires_at
    return PinState.EXPIRED if expires_at is not None and expires_at <= now else PinState.EXHAUSTED


class PinRefusalReason(StrEnum):
    """Why a typed PIN opens nothing; the words are those of the switch API."""

    UNKNOWN_PIN = "unknown_pin"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True, slots=True)
class Slowing:
    """How quickly one source of misses is slowed.

    Fewer than `free_misses` cost nothing; that many start a wait of `first_wait`, each further one doubles it, up to
    `longest_wait`. A source without a miss for `window` after its wait is forgotten.
    """

    free_misses: int
    window: timedelta
    first_wait: timedelta
    longest_wait: timedelta


CALLER_SLOWING: Final = Slowing(
    free_misses=5, window=timedelta(minutes=10), first_wait=timedelta(seconds=30), longest_wait=timedelta(hours=1)
)
# Callers who withhold their number share one count for each access number: it starts later and never waits long,
# because a guesser must not be able to shut out every other such caller.
WITHHELD_SLOWING: Final = Slowing(
    free_misses=20, window=timedelta(minutes=10), first_wait=timedelta(seconds=5), longest_wait=timedelta(seconds=60)
)


def normalize(typed: str) -> str | None:
    """The twelve digits that were meant, or None where the text is no PIN.

    Spaces, dashes and other separators are dropped, digits of any script are read as 0-9, one "#" at the end is the
    telephone's "that was all". Anything else makes it no PIN.
    """
    if len(typed) == PIN_DIGITS and typed.isascii() and typed.isdecimal():
        return typed
    if len(typed) > MAX_TYPED_LENGTH:
        return None
    text = typed.strip().removesuffix(_TERMINATOR)
    digits: list[str] = []
    for character in text:
        if character.isdecimal():
            digits.append(str(int(character)))
        elif not (character.isspace() or character in _SEPARATORS):
            return None
    return "".join(digits) if len(digits) == PIN_DIGITS else None


def concern_prefix(pin: str) -> str:
    """The first eight digits: a miss with these concerns every PIN that begins with them."""
    return pin[:CONCERN_DIGITS]


def pin_from_draw(draw: int) -> str:
    """The PIN for a number drawn evenly from 0 .. PIN_COUNT - 1: twelve digits, no leading zero.

    Raises:
        ValueError: the number lies outside that range.
    """
    if not 0 <= draw < PIN_COUNT:
        raise ValueError("a draw lies between 0 and PIN_COUNT - 1")
    return str(PIN_LEAST + draw)


def wait_after(misses: int, slowing: Slowing) -> timedelta:
    """How long a source must wait after its so-manieth miss: nothing, then doubling, then the longest wait."""
    surplus = misses - slowing.free_misses
    if surplus < 0:
        return timedelta(0)
    # Beyond 2**20 first waits every limit is reached; the bound keeps a counter that ran for years from overflowing.
    return min(slowing.first_wait * (1 << min(surplus, 20)), slowing.longest_wait)


def is_forgotten(misses: int, last_miss_at: datetime, now: datetime, slowing: Slowing) -> bool:
    """Whether a source has been quiet long enough, after its wait, to start again from nothing."""
    return now - last_miss_at >= wait_after(misses, slowing) + slowing.window


def next_misses(misses: int, last_miss_at: datetime, now: datetime, slowing: Slowing) -> int:
    """The count after one more miss: one where the earlier ones are forgotten."""
    return 1 if is_forgotten(misses, last_miss_at, now, slowing) else misses + 1


def retry_after_seconds(misses: int, last_miss_at: datetime, now: datetime, slowing: Slowing) -> int:
    """Whole seconds, rounded up, until this source may try again; 0 when it may now.

    A clock that was set back never makes the wait longer than it was at the miss.
    """
    wait = wait_after(misses, slowing)
    left = min(last_miss_at + wait - now, wait)
    return max(0, -(-left // timedelta(seconds=1)))


def next_concern_misses(misses: int, first_miss_at: datetime | None, now: datetime) -> tuple[int, datetime]:
    """The count of misses that concern a PIN after one more, and when that count began; a day later it starts anew."""
    if first_miss_at is None or now - first_miss_at >= CONCERN_WINDOW:
        return 1, now
    return misses + 1, first_miss_at


def concern_blocks(misses: int) -> bool:
    """Whether so many misses within one window block the PIN that they concern."""
    return misses >= CONCERN_MISSES


def refusal_for(state: PinState) -> PinRefusalReason | None:
    """Why a rightly typed PIN in this state opens nothing; an exhausted one opens, and its balance says the rest."""
    if state is PinState.BLOCKED:
        return PinRefusalReason.BLOCKED
    if state is PinState.EXPIRED:
        return PinRefusalReason.EXPIRED
    return None
