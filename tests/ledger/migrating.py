"""A database of the first version, filled as that version did, and migrated; started by test_ledger_migration.py.

Works on the empty database that its environment names, and prints what is there afterwards as JSON.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import django

django.setup()  # before anything below can load

from django.db import DatabaseError, connection, transaction  # noqa: E402 - see above
from django.db.migrations.executor import MigrationExecutor  # noqa: E402 - see above

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DOLLAR = 1_000_000


def migrated(name: str) -> Any:
    """The models as they are after the ledger's migration of this name."""
    executor = MigrationExecutor(connection)
    executor.migrate([("ledger", name)])
    return MigrationExecutor(connection).loader.project_state([("ledger", name)]).apps


def fill(apps: Any) -> dict[str, UUID]:
    """A caller with a dollar, of which one call took 30 cents and another holds 20."""
    accounts = apps.get_model("ledger", "LedgerAccount").objects
    transfers = apps.get_model("ledger", "Transfer").objects
    reservations = apps.get_model("ledger", "Reservation").objects
    clearing = accounts.create(key="system:gateway_clearing", kind="gateway_clearing", opened_at=NOW)
    revenue = accounts.create(key="system:call_revenue", kind="call_revenue", opened_at=NOW)
    totals = {"credits_posted_micros": DOLLAR, "debits_posted_micros": 300_000, "held_micros": 200_000}
    card = accounts.create(key="order:1", kind="customer_credit", opened_at=NOW, **totals)
    hold = {"account": card, "requested_micros": 400_000, "opened_at": NOW, "expires_at": NOW}
    over = {"state": "posted", "settled_at": NOW, "posted_micros": 300_000, "balance_before_micros": DOLLAR}
    posted = reservations.create(key="call:1", amount_micros=400_000, **hold, **over)
    running = reservations.create(key="call:2", amount_micros=200_000, **hold)
    sale = {"debit_account": clearing, "credit_account": card, "amount_micros": DOLLAR, "code": "order.sale"}
    transfers.create(idempotency_key="order:1", created_at=NOW, **sale)
    paid = {"debit_account": card, "credit_account": revenue, "amount_micros": 300_000, "code": "call.charge"}
    transfers.create(idempotency_key=f"reservation:{posted.pk}", reservation=posted, created_at=NOW, **paid)
    return {"card": card.pk, "clearing": clearing.pk, "posted": posted.pk, "running": running.pk}


def refuses(statement: str) -> bool:
    """Whether the database refuses to change what was written."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as problem:
        return "append-only" in str(problem)
    return False


def report(apps: Any, ids: dict[str, UUID]) -> dict[str, Any]:
    """All that the tests ask about."""
    accounts = apps.get_model("ledger", "LedgerAccount").objects
    transfers = apps.get_model("ledger", "Transfer").objects.order_by("pk")
    reservations = apps.get_model("ledger", "Reservation").objects.order_by("-amount")
    card = ("unit", "debits_posted", "credits_posted", "held", "holder_id", "coverage", "expires_at")
    return {
        "ids": ids,
        "card": accounts.values_list(*card).get(pk=ids["card"]),
        "store": {row.kind: [row.unit, row.pk] for row in accounts.filter(key__startswith="system:")},
        "transfers": list(transfers.values_list("idempotency_key", "amount", "unit", "reservation_id")),
        "reservations": list(reservations.values_list("pk", "state", "amount", "posted", "expires_at")),
        "guarded": [
            refuses("UPDATE ledger_transfer SET amount = 1"),
            refuses("DELETE FROM ledger_transfer"),
        ],
    }


if __name__ == "__main__":
    known = fill(migrated("0001_initial"))
    sys.stdout.write(json.dumps(report(migrated("0002_units"), known), default=str))
