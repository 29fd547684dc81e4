"""A replay ledger that was lost is written anew from what else is known, as far as that goes, and says what it lacks.

The database knows each erasure by the hash of its line, the way and the moment; the key store has a tombstone for each
key that was destroyed, by the day. So a line is found again: whoever's hashes, put into a line of that moment, give the
very hash that was lost, and nobody else. A line of a day too busy to be searched, of an erasure that a restored backup
had done again (its first moment is not known), or of destroyed keys of the archive is not found.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations, islice
from math import comb
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.erasures.models import Erasure, SuspendedSubject
from crystalcall.privacy.erasures.values import Rebuilt
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.keys import marks
from crystalcall.privacy.keys.queries import destroyed_on
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.rules.privacy.canonical import Facts, banded

TRIES: Final = 300_000
"""So many lines are tried for one erasure: about two seconds of work."""
AROUND: Final = 8
"""How many places of the old chain are tried beside the one that the moments suggest."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line may have stood in the old chain."""

    number: int
    before: str


def rebuild(by: str, *, accept_loss: bool = False, now: datetime) -> Rebuilt:
    """Write lines for the erasures that this database carried out and the ledger lacks; enter what was done.

    `by` is the officer's fingerprint. What is merely too old needs no line: the night after a restore finds it again.
    A child's is found by the suspicion that stays, where the search does not find it. With `accept_loss` what cannot
    be found is missed no more. Errors: ledger.LedgerBrokenError, where what there is must be put aside first; OSError.
    """
    known = _known_lines()
    lost = [row for row in Erasure.objects.order_by("erased_at", "pk") if row.line_hash not in known]
    lost_marks = marks.marks() - known
    if not lost and not lost_marks:
        return Rebuilt(0, 0, 0, 0)
    hashes = list(Erasure.objects.order_by("erased_at", "pk").values_list("line_hash", flat=True))
    found = {row.pk: who for row in lost if (who := _who(row, hashes, lost_marks)) is not None}
    missed = [row for row in lost if row.pk not in found]
    for row in lost:
        if row.pk in found or accept_loss:
            _write(row, *found.get(row.pk, ((), False)))
    if accept_loss:
        marks.forget(lost_marks)
    facts: Facts = {"lines": banded(len(found)), "lost": banded(len(missed) + len(lost_marks))}
    with transaction.atomic():
        enter(EntryKind.LEDGER_REBUILT, {**facts, "accepted": accept_loss, "officer": by}, now=now)
    return Rebuilt(len(lost), len(found), len(missed), len(lost_marks), tuple(sorted({_day(row) for row in missed})))


def _known_lines() -> frozenset[str]:
    return frozenset(line.hash for line in ledger.lines()) | {line.hash for line in ledger.archive_lines()}


def _write(row: Erasure, who: Collection[UUID], nothing_sealed: bool) -> None:  # noqa: FBT001 - as a line has it
    """A line of the new chain, of the old moment; the erasure is known by it from now on."""
    line = ledger.append(who, Way(row.way), now=row.erased_at, nothing_sealed=nothing_sealed)
    Erasure.objects.filter(pk=row.pk).update(line_hash=line.hash)


def _who(row: Erasure, hashes: list[str], lost_marks: Collection[str]) -> tuple[tuple[UUID, ...], bool] | None:
    """Who was forgotten by a line that is lost, and whether nothing was to be sealed; None where it is not found."""
    way, people = Way(row.way), int(row.counts.get("customers", 0))
    if way is Way.RETENTION or not people:
        return (), False
    gone = destroyed_on(_day(row))
    children = _children(gone)
    candidates = children if way is Way.CHILD else tuple(each for each in gone if each not in children)
    if not row.replayed and comb(len(candidates), people) <= TRIES:
        tried = _lines(row, combinations(candidates, people), list(_places(row, hashes, lost_marks)))
        for who, line in islice(tried, TRIES):
            if ledger.hash_of_line(line) == row.line_hash:
                return who, line.nothing_sealed
    # Whatever a suspected child's key was, it was destroyed because the child was forgotten.
    return (children, False) if way is Way.CHILD and len(children) >= people else None


def _lines(
    row: Erasure, groups: Iterable[tuple[UUID, ...]], places: list[_Place]
) -> Iterator[tuple[tuple[UUID, ...], ledger.Line]]:
    for who in groups:
        hashed = tuple(sorted(ledger.hash_of(each) for each in who))
        for place in places:
            for wish in (False, True):
                yield who, ledger.Line(place.number, row.erased_at, Way(row.way), hashed, place.before, "", wish)


def _places(row: Erasure, hashes: list[str], lost_marks: Collection[str]) -> Iterator[_Place]:
    """Where the line may have stood, the likeliest first: behind the erasure before it in time."""
    index = hashes.index(row.line_hash)
    near = list(reversed(hashes[max(0, index - AROUND) : index])) or [ledger.GENESIS]
    earlier = [*near, *lost_marks, *hashes[index + 1 : index + 1 + AROUND], ledger.GENESIS]
    span = range(max(1, index + 1 - AROUND), index + 2 + AROUND + len(lost_marks))
    numbers = sorted(span, key=lambda number: abs(number - index - 1))
    yield from (_Place(number, before) for before in dict.fromkeys(earlier) for number in numbers)


def _children(gone: Collection[UUID]) -> tuple[UUID, ...]:
    suspected = set(SuspendedSubject.objects.filter(pk__in=[str(each) for each in gone]).values_list("pk", flat=True))
    return tuple(each for each in gone if str(each) in suspected)


def _day(row: Erasure) -> date:
    return row.erased_at.astimezone(UTC).date()
