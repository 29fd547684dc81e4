"""Keys are made before something is sealed, and destroyed once and for ever."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from crystalcall.privacy.keys import sealing
from crystalcall.privacy.keys.making import make_missing
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.routing import KEY_STORE
from crystalcall.privacy.keys.store import pieces, reached, scrub

__all__ = ["destroy", "ensure"]


def ensure(subjects: Collection[UUID], *, now: datetime) -> None:
    """Make a key for each subject that has none; one that was destroyed stays destroyed.

    The keys are in their store when this returns, whatever becomes of the caller's transaction: a key too many harms
    nobody, a key too few would lose what it sealed.
    """
    wanted = sorted(set(subjects))
    for piece in pieces(wanted):
        reached(lambda piece=piece: make_missing(piece, now=now))  # type: ignore[misc]  # a default binds the piece


def destroy(subjects: Collection[UUID], *, now: datetime) -> int:
    """Destroy the keys of these subjects and leave tombstones; gives how many keys there were.

    A subject that never had a key gets a tombstone all the same, so that none is made after an erasure. What the keys
    sealed opens nowhere any more, in no backup either. Other processes may seal with a key they remember for
    `sealing.REMEMBERED_SECONDS` at most, and nobody can open that.
    """
    wanted = sorted(set(subjects))
    destroyed = sum(reached(lambda piece=piece: _destroy(piece, now.date())) for piece in pieces(wanted))  # type: ignore[misc]
    sealing.forget(wanted)
    if wanted:
        reached(scrub)
    return destroyed


def _destroy(subjects: Collection[UUID], day: date) -> int:
    with transaction.atomic(using=KEY_STORE):
        # Tombstones first: where a twin makes a key in this moment, it has either made it (and it is destroyed below)
        # or finds the tombstone.
        DataKey.objects.bulk_create(
            [DataKey(subject=subject, destroyed_on=day) for subject in subjects], ignore_conflicts=True
        )
        return DataKey.objects.filter(subject__in=subjects, destroyed_on__isnull=True).update(
            wrapped=None, wrapped_by="", destroyed_on=day
        )
