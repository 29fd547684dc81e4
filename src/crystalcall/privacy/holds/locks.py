"""The holds' locks: whoever is to be held or erased first, then one hold at a time, before the register's head."""

import hashlib
from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import connection

from crystalcall.privacy.holds.models import LegalHold

_ALL: Final = "SELECT pg_advisory_xact_lock(name) FROM unnest(%s::bigint[]) AS name"


def lock_hold(reference: str) -> LegalHold | None:
    """The hold of this reference, locked until the transaction ends; None where there is none."""
    return LegalHold.objects.select_for_update().filter(reference=reference).first()


def lock_people(customers: Collection[UUID]) -> None:
    """Until the caller's transaction ends, nobody else holds or erases these customers.

    A name is locked, not a row: an erasure deletes the rows, and who waited for one would go on as if it still stood.
    On SQLite a writing transaction is alone anyway.
    """
    if connection.vendor != "postgresql":
        return
    # In one order, so that two who want the same people wait for each other and never both.
    names = sorted({_name_of(customer) for customer in customers})
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [names])


def _name_of(customer: UUID) -> int:
    digest = hashlib.sha256(b"privacy.person" + customer.bytes).digest()
    return int.from_bytes(digest[:8], signed=True)
