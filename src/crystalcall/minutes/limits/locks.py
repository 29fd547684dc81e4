"""Every lock of this room.

The order in the house: sources of misses, PINs, ledger accounts, limits by account id, and the shop's guard last.
"""

from typing import Final
from uuid import UUID

from django.db import connection

from crystalcall.minutes.limits.models import AccountLimits

# Any number will do, as long as nothing else in this database uses it: "limits" on a telephone's keys.
SHOP_RISK_LOCK: Final = 546_487


def lock_limits(*account_ids: UUID) -> dict[UUID, AccountLimits]:
    """The rows of these accounts that exist, by id, locked until the caller's transaction ends."""
    rows = AccountLimits.objects.select_for_update().filter(pk__in=set(account_ids)).order_by("pk")
    return {row.pk: row for row in rows}


def lock_shop_risk() -> None:
    """Until the caller's transaction ends, nobody else counts the shop's calls to ranges of risk.

    On SQLite a writing transaction is alone anyway.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SHOP_RISK_LOCK])
