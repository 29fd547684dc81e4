"""What stood there before a correction: while a hold stands, it is kept, and nothing that the hold wants is lost.

The correction itself counts at once, for the person's sake. What it replaces is sealed, each value under a key of its
own, which ends with the last hold over its customer. Nothing but an obligation of the law opens it (clause C10), so it
stands in no export of the person's own, which would betray the hold.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.holds.models import HeldName, HeldValue
from crystalcall.privacy.holds.values import PriorValue
from crystalcall.privacy.keepers import Counts, Erasing, Keeper, NameKind, Person
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import KeyDestroyedError, seal_field
from crystalcall.privacy.purposes import Purpose

FIELD: Final = "privacy.HeldValue.sealed_content"


class HoldsKeeper(Keeper):
    """Nothing of it is told; whoever is forgotten loses it with the rest, where a restored backup brought it back."""

    room = "holds"

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Destroy what stood there before: a hold would have kept the erasure waiting."""
        return {"values_before": _destroy_of(person.ids(NameKind.CUSTOMER), now=erasing.now)}


def keep_prior(customer: UUID, values: Mapping[str, str], *, now: datetime, collected_under: int) -> int:
    """Keep what is about to change, by declared field, where a hold holds this customer; gives how many values.

    In the transaction that changes it, which has taken `lock_people` first: of a hold and a correction at the same
    moment either the hold finds what is new, or the correction finds the hold.
    """
    if not values or not is_customer_held(customer):
        return 0
    rows = [
        HeldValue(id=uuid4(), subject=customer, field=field, changed_at=now, policy_version=collected_under)
        for field in sorted(values)
    ]
    for row in rows:
        row.sealed_content = seal_field(FIELD, row.pk, values[row.field])
    HeldValue.objects.bulk_create(rows)
    return len(rows)


def prior_values(customer: UUID, *, purpose: Purpose) -> tuple[PriorValue, ...]:
    """What stood there before, oldest first; none for any other purpose than an obligation of the law."""
    if purpose is not Purpose.LEGAL_OBLIGATION:
        return ()
    rows = HeldValue.objects.filter(subject=customer).order_by("changed_at", "field", "pk")
    return tuple(value for row in rows if (value := _opened(row, purpose)) is not None)


def prior_fields(customer: UUID) -> tuple[tuple[str, datetime], ...]:
    """Which fields were changed and when, while a hold stood; without what stood there."""
    rows = HeldValue.objects.filter(subject=customer).order_by("changed_at", "field", "pk")
    return tuple(rows.values_list("field", "changed_at"))


def is_customer_held(customer: UUID) -> bool:
    """Whether a standing hold holds this customer."""
    return HeldName.objects.filter(kind=NameKind.CUSTOMER.value, name=str(customer)).exists()


def end_prior(now: datetime) -> int:
    """Destroy what stood there before of everybody whom no hold holds any more; gives how many values.

    The night comes by as well: so a crash right after the release of a hold leaves nothing for ever.
    """
    subjects = list(HeldValue.objects.order_by("subject").values_list("subject", flat=True).distinct())
    ended = 0
    for subject in subjects:
        with transaction.atomic():
            lock_people((subject,))
            if not is_customer_held(subject):
                ended += _destroy_of((subject,), now=now)
    return ended


def _destroy_of(subjects: tuple[UUID, ...], *, now: datetime) -> int:
    rows = HeldValue.objects.filter(subject__in=subjects)
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        rows.delete()
        # Last, because nothing brings a key back; rows that a failing commit leaves open for nobody.
        destroy(ids, now=now)
    return len(ids)


def _opened(row: HeldValue, purpose: Purpose) -> PriorValue | None:
    try:
        text = open_field(FIELD, row.pk, row.sealed_content, purpose=purpose, collected_under=row.policy_version)
    except KeyDestroyedError:
        return None
    return PriorValue(row.field, text, row.changed_at, row.policy_version)
