"""Where a PIN was typed, as a keyed hash, and how long such a source must wait after its misses."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from crystalcall.minutes.pins.models import PinMissSource
from crystalcall.minutes.pins.values import Origin
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.sealing import blind_index
from crystalcall.rules.pins import CALLER_SLOWING, WITHHELD_SLOWING, Slowing, retry_after_seconds

SOURCE_CONTEXT: Final = "pins.miss_source"
# Longer than any source is remembered by the rules.
REMEMBERED: Final = max(slowing.longest_wait + slowing.window for slowing in (CALLER_SLOWING, WITHHELD_SLOWING))
_SOURCES: Final = Rowset(PinMissSource)


class Source(NamedTuple):
    """A pair of numbers as a keyed hash, and how it is slowed."""

    fingerprint: bytes
    slowing: Slowing


def source_of(origin: Origin) -> Source | None:
    """The source that an origin counts for; None where nothing is known, because everybody would be slowed."""
    if origin.customer_id is not None:
        return Source(blind_index(f"customer|{origin.customer_id}", SOURCE_CONTEXT), CALLER_SLOWING)
    if origin.caller_number is None and origin.access_number is None:
        return None
    caller, access = _digits(origin.caller_number), _digits(origin.access_number)
    if not caller and not access:
        return None
    slowing = CALLER_SLOWING if caller else WITHHELD_SLOWING
    return Source(blind_index(f"{caller}|{access}", SOURCE_CONTEXT), slowing)


def slowed_sources(origins: Collection[Origin], now: datetime) -> dict[Origin, int]:
    """Those of the origins that must wait, with the whole seconds they must: by one statement, without a lock."""
    sources = {origin: source for origin in set(origins) if (source := source_of(origin)) is not None}
    waits = ask_waits_of(sources.values())(now)
    return {origin: waits[source.fingerprint] for origin, source in sources.items() if source.fingerprint in waits}


def ask_waits_of(sources: Iterable[Source]) -> Callable[[datetime], dict[bytes, int]]:
    """Ask, among the statements of `together`, which sources must wait; what is given reads the answer for a moment.

    That is the whole seconds that each must wait, by its keyed hash; those that need not are left out.
    """
    slowings = {source.fingerprint: source.slowing for source in sources}
    answer = _SOURCES.ask(("source", "misses", "last_miss_at"), "source", slowings)

    def read(now: datetime) -> dict[bytes, int]:
        waits = {
            bytes(source): retry_after_seconds(misses, last, now, slowings[bytes(source)])
            for source, misses, last in answer.rows()
        }
        return {source: wait for source, wait in waits.items() if wait}

    return read


def _digits(number: str | None) -> str:
    """One number however it was written; "anonymous" and the like have no digits and count as withheld."""
    plain = (number or "").removeprefix("+")
    # Nearly always: switches send E.164.
    return plain if plain.isdecimal() else "".join(character for character in plain if character.isdecimal())
