"""A database of the first version keeps every account, hold and transfer when it learns of units and minutes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.db import connection

from crystalcall.minutes.ledger.keys import transfer_key

MIGRATING = Path(__file__).with_name("migrating.py")
DOLLAR = 1_000_000


@pytest.fixture
def migrated(process_environment, tmp_path) -> dict[str, Any]:
    """What a database of the first version looks like after the second migration."""
    environment = process_environment | {"CRYSTALCALL_DATA": str(tmp_path)}
    name = f"old_{uuid4().hex}"
    if connection.vendor == "postgresql":
        connection.cursor().execute(f"CREATE DATABASE {name}")
        address = urlsplit(environment["CRYSTALCALL_DATABASE_URL"])
        environment["CRYSTALCALL_DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))
    try:
        command = [sys.executable, str(MIGRATING)]
        child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=90)
        assert child.returncode == 0, child.stderr
        return json.loads(child.stdout)
    finally:
        if connection.vendor == "postgresql":
            connection.cursor().execute(f"DROP DATABASE {name}")


def test_the_books_of_the_first_version_are_kept_whole_and_guarded(migrated):
    ids = migrated["ids"]
    assert migrated["card"] == ["usd_micros", 300_000, DOLLAR, 200_000, ids["card"], "", None]
    assert migrated["transfers"] == [
        [str(transfer_key("order:1")), DOLLAR, "usd_micros", None],
        [ids["posted"], 300_000, "usd_micros", ids["posted"]],
    ]
    assert migrated["reservations"] == [
        [ids["posted"], "posted", 400_000, 300_000, None],
        [ids["running"], "reserved", 200_000, None, "2026-11-02 15:00:00+00:00"],
    ]
    assert migrated["guarded"] == [True, True]
    assert migrated["store"]["gateway_clearing"] == ["usd_micros", ids["clearing"]]
    assert {kind: unit for kind, (unit, _) in migrated["store"].items()} == {
        "adjustments": "usd_micros",
        "allowance_breakage": "seconds",
        "allowances_issued": "seconds",
        "allowances_used": "seconds",
        "breakage": "usd_micros",
        "call_revenue": "usd_micros",
        "carrier_cost": "usd_micros",
        "carrier_payable": "usd_micros",
        "gateway_clearing": "usd_micros",
        "gateway_fees": "usd_micros",
        "refunds": "usd_micros",
        "sales": "usd_micros",
    }
