"""Every row lock of this room.

The order, for all: sources of misses by their keyed hash, then PINs by id, and only then a ledger account.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.privacy.policy.queries import current_number


def lock_recent_source(source: bytes, *, missed_after: datetime) -> PinMissSource | None:
    """The source's row if it missed after that moment, locked until the caller's transaction ends.

    Callers who never miss have no row, and so wait for nobody.
    """
    rows = PinMissSource.objects.select_for_update().filter(source=source, last_miss_at__gt=missed_after)
    return rows.first()


def lock_or_make_source(source: bytes, *, now: datetime) -> tuple[PinMissSource, bool]:
    """The source's row, locked, and whether it was made now with a first miss."""
    return PinMissSource.objects.select_for_update().get_or_create(
        source=source, defaults={"misses": 1, "last_miss_at": now, "policy_version": current_number()}
    )


def lock_concerned(concerns: Collection[bytes]) -> list[Pin]:
    """The PINs that begin with one of these groups of digits, locked, by id."""
    return list(Pin.objects.select_for_update().filter(concern__in=list(concerns)).order_by("pk"))


def lock_pins_of(account_ids: Collection[UUID]) -> list[Pin]:
    """The PINs of these accounts, locked, by id."""
    return list(Pin.objects.select_for_update().filter(ledger_account_id__in=account_ids).order_by("pk"))


def lock_pin(serial: str) -> Pin | None:
    """The PIN of this serial, locked, or None."""
    return Pin.objects.select_for_update().filter(serial=serial).first()
