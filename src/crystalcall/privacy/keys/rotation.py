"""Changing the outer key: every key is wrapped anew, and every value sealed under the outer key itself is sealed anew.

Each piece is a transaction, nothing is done twice, and whatever still lies under the old key opens until the end: a run
that was killed is simply run again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models, transaction

from crystalcall.plumbing import sealing as outer
from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.privacy.keys.actions import ensure
from crystalcall.privacy.keys.columns import OuterColumn, PersonColumn, outer_columns, person_columns
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.opening import openers
from crystalcall.privacy.keys.routing import KEY_STORE
from crystalcall.privacy.keys.sealing import KeyDestroyedError, forget_all, sealers
from crystalcall.privacy.keys.store import PIECE, SEALED
from crystalcall.privacy.keys.wrapping import name_in_force, unwrap, wrap

Tell: TypeAlias = Callable[[str, int, int], None]
"""Told what is worked on, how many of it are done, and of how many."""

KEYS: Final = "keys"
"""What `Tell` is told while keys are wrapped anew; else it is a column's name."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What came of one run: sealed or wrapped anew, right before, destroyed and left alone, and opened by no key."""

    renewed: int = 0
    right: int = 0
    destroyed: int = 0
    broken: int = 0

    def __add__(self, other: "Resealed") -> "Resealed":
        return Resealed(
            self.renewed + other.renewed,
            self.right + other.right,
            self.destroyed + other.destroyed,
            self.broken + other.broken,
        )


RENEWED: Final = Resealed(renewed=1)
RIGHT: Final = Resealed(right=1)
DESTROYED: Final = Resealed(destroyed=1)
BROKEN: Final = Resealed(broken=1)


def rewrap(tell: Tell) -> Resealed:
    """Put every key under the outer key in force."""
    keys = DataKey.objects.filter(wrapped__isnull=False)
    name = name_in_force()
    stale = keys.exclude(wrapped_by=name)
    whole, done = stale.count(), 0
    found = Resealed(right=keys.filter(wrapped_by=name).count())
    for piece in _pieces(stale):
        with transaction.atomic(using=KEY_STORE):
            for key in piece:
                found += _rewrapped(key, name)
        done += len(piece)
        tell(KEYS, done, max(whole, done))
    forget_all()
    return found


def reseal_persons(tell: Tell, *, now: Any) -> Resealed:
    """Seal under persons' own keys what still lies under the outer key."""
    found = Resealed()
    for column in person_columns():
        found += _through(column, lambda piece, column=column: _reseal_persons(column, piece, now), tell)  # type: ignore[misc]
    return found


def reseal_outer(tell: Tell) -> Resealed:
    """Seal under the outer key in force what lies under the one before it."""
    found = Resealed()
    for column in outer_columns():
        found += _through(column, lambda piece, column=column: _reseal_outer(column, piece), tell)  # type: ignore[misc]
    return found


def _rewrapped(key: DataKey, name: str) -> Resealed:
    try:
        opened = unwrap(bytes(key.wrapped or b""), key.subject, key.wrapped_by)
    except SealBrokenError:
        return BROKEN
    # Only where it still is what was read: a key that was destroyed meanwhile stays destroyed.
    same = DataKey.objects.filter(subject=key.subject, wrapped_by=key.wrapped_by, destroyed_on__isnull=True)
    return RENEWED if same.update(wrapped=wrap(opened, key.subject), wrapped_by=name) else DESTROYED


def _through(
    column: PersonColumn | OuterColumn, work: Callable[[list[Any]], Iterator[Resealed]], tell: Tell
) -> Resealed:
    rows = column.model._default_manager.filter(**{f"{column.column}__isnull": False})  # noqa: SLF001 - as documented
    if isinstance(column, OuterColumn):
        rows = rows.select_related(*column.related)
    whole, done, found = rows.count(), 0, Resealed()
    for piece in _pieces(rows):
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            for outcome in work(piece):
                found += outcome
        done += len(piece)
        tell(column.field, done, max(whole, done))
    return found


def _reseal_persons(column: PersonColumn, piece: list[Any], now: Any) -> Iterator[Resealed]:
    stale = [row for row in piece if bytes(getattr(row, column.column))[:1] != SEALED]
    yield Resealed(right=len(piece) - len(stale))
    subjects: set[UUID] = {getattr(row, column.subject) for row in stale}
    ensure(subjects, now=now)
    opening, sealing = openers(subjects), sealers(subjects)
    for row in stale:
        subject, old, place = getattr(row, column.subject), bytes(getattr(row, column.column)), column.row(row)
        try:
            text = opening[subject].unseal(column.field, old, place)
        except KeyDestroyedError:
            yield DESTROYED
        except SealBrokenError:
            yield BROKEN
        else:
            yield _replace(row, column.column, old, sealing[subject].seal(column.field, text, place))


def _reseal_outer(column: OuterColumn, piece: list[Any]) -> Iterator[Resealed]:
    for row in piece:
        old, context = bytes(getattr(row, column.column)), column.context(row)
        try:
            if outer.is_under_the_key_in_force(old, context):
                yield RIGHT
            else:
                yield _replace(row, column.column, old, outer.seal(outer.unseal(old, context), context))
        except SealBrokenError:
            yield BROKEN


def _replace(row: models.Model, column: str, old: bytes, new: bytes) -> Resealed:
    """Write the new seal where the old one still stands: what somebody changed meanwhile is newer than ours."""
    same = type(row)._default_manager.filter(pk=row.pk, **{column: old})  # noqa: SLF001 - as documented
    return RENEWED if same.update(**{column: new}) else RIGHT


def _pieces(rows: "models.QuerySet[Any]") -> Iterator[list[Any]]:
    """The rows in the order of their keys, in pieces; no row twice, however long it takes."""
    ordered = rows.order_by("pk")
    piece = list(ordered[:PIECE])
    while piece:
        yield piece
        piece = list(ordered.filter(pk__gt=piece[-1].pk)[:PIECE])
