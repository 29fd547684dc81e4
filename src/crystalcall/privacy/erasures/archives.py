"""Destructions in the archive: written into the replay ledger before the keys go, and done again after a restore.

The archive's keys leave nothing behind that a file of keys from before could be held against; a pair is named by its
public half and a lot by its id, so that what the same person has sealed since is not touched.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.keys.marks import mark, named_lots, named_pairs, unmarked
from crystalcall.privacy.keys.wraps import destroy_lot_keys, destroy_pairs
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import banded

Clearing: TypeAlias = Callable[[datetime], None]
_clearing: Final[list[Clearing]] = []


def set_clearing(clearing: Clearing) -> None:
    """Have this delete the rows that no key opens any more; it is the archive's, which this room does not know."""
    _clearing[:] = [clearing]


@contextmanager
def noted(keys: Collection[str], *, now: datetime) -> Iterator[None]:
    """Destroy within: first it stands in the replay ledger, and where a crash cuts it short `destroy_again` ends it.

    `keys` are pairs by their public halves and lots by the digits of their ids. Errors: as `ledger.append_archive`.
    """
    line = ledger.append_archive(keys, now=now) if keys else None
    yield
    if line is not None:
        mark([line.hash])


def destroy_again(destroyed: Iterable[ledger.ArchiveLine], *, now: datetime) -> int:
    """Destroy what these lines say was destroyed and this key store still has; gives how many keys these were."""
    lines = {line.hash: line for line in destroyed}
    missing = unmarked(list(lines))
    wanted = {key for each in missing for key in lines[each].what}
    if not missing:
        return 0
    pairs, lots = _found(named_pairs(), wanted), _found(named_lots(), wanted)
    destroy_lot_keys(lots)
    destroy_pairs(pairs)
    mark(missing)
    if keys := len(pairs) + len(lots):
        enter(EntryKind.ARCHIVE_DESTROYED, {"why": "replayed", "values": banded(keys, people=keys)}, now=now)
        clear(now)
    return keys


def clear(now: datetime) -> None:
    """Delete what no key opens and what is over, which a restored database brought back."""
    for each in _clearing:
        each(now)


def _found(named: Iterator[tuple[str, UUID]], wanted: Collection[str]) -> list[UUID]:
    return [each for name, each in named if ledger.hash_of_key(name) in wanted]
