"""What can be told of the key store: figures, and whether a subject's key stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.store import reached
from crystalcall.privacy.keys.wrapping import name_in_force

AT_ONCE: Final = 500


class KeyState(StrEnum):
    """How it stands with a subject's key."""

    NONE = "none"
    STANDS = "stands"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class KeyStoreFigures:
    """How many keys there are, how many of them lie under another outer key than that in force, how many are gone."""

    outer_key: str
    keys: int
    under_another: int
    destroyed: int


def figures() -> KeyStoreFigures:
    """The key store in figures."""
    name = name_in_force()
    counted = reached(
        lambda: DataKey.objects.aggregate(
            keys=Count("pk", filter=Q(wrapped__isnull=False)),
            under_another=Count("pk", filter=Q(wrapped__isnull=False) & ~Q(wrapped_by=name)),
            destroyed=Count("pk", filter=Q(destroyed_on__isnull=False)),
        )
    )
    return KeyStoreFigures(name, counted["keys"], counted["under_another"], counted["destroyed"])


def state_of(subject: UUID) -> KeyState:
    """Whether a subject's key stands, was destroyed, or was never made."""
    found = reached(lambda: list(DataKey.objects.filter(subject=subject).values_list("destroyed_on", flat=True)))
    if not found:
        return KeyState.NONE
    return KeyState.STANDS if found == [None] else KeyState.DESTROYED


def destroyed_on(day: date) -> tuple[UUID, ...]:
    """Whose keys were destroyed on a day (UTC)."""
    rows = DataKey.objects.filter(destroyed_on=day).order_by("subject").values_list("subject", flat=True)
    return reached(lambda: tuple(rows))


def destroyed_among(subjects: Collection[UUID]) -> frozenset[UUID]:
    """Those of these subjects whose keys were destroyed."""
    wanted, found = list(subjects), set[UUID]()
    for start in range(0, len(wanted), AT_ONCE):
        rows = DataKey.objects.filter(subject__in=wanted[start : start + AT_ONCE], destroyed_on__isnull=False)
        found.update(reached(partial(list, rows.values_list("subject", flat=True))))
    return frozenset(found)
