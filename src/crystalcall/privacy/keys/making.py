"""Makes keys; the caller sees to the connection."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.wrapping import name_in_force, new_key, wrap


def make_missing(subjects: Collection[UUID], *, now: datetime) -> None:
    """Make keys for those of at most `store.PIECE` subjects that have neither key nor tombstone."""
    known = set(DataKey.objects.filter(subject__in=subjects).values_list("subject", flat=True))
    name, day = name_in_force(), now.date()
    missing = [
        DataKey(subject=subject, wrapped=wrap(new_key(), subject), wrapped_by=name, made_on=day)
        for subject in subjects
        if subject not in known
    ]
    if missing:
        # A twin may have made one in this moment: then its key stands, and ours was never used.
        DataKey.objects.bulk_create(missing, ignore_conflicts=True)
