"""A database of the first version keeps every call, answer and record, and its switches speak on as if nothing was."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.db import connection

MIGRATING = Path(__file__).with_name("migrating.py")


@pytest.fixture
def migrated(process_environment, tmp_path) -> dict[str, Any]:
    """What a switch hears after a database of the first version was migrated."""
    environment = process_environment | {"CRYSTALCALL_DATA": str(tmp_path)}
    name = f"old_{uuid4().hex}"
    if connection.vendor == "postgresql":
        connection.cursor().execute(f"CREATE DATABASE {name}")
        address = urlsplit(environment["CRYSTALCALL_DATABASE_URL"])
        environment["CRYSTALCALL_DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))
    try:
        command = [sys.executable, str(MIGRATING)]
        child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        assert child.returncode == 0, child.stderr
        return json.loads(child.stdout)
    finally:
        if connection.vendor == "postgresql":
            for made in (name, f"{name}_keys"):
                connection.cursor().execute(f"DROP DATABASE IF EXISTS {made}")


def test_calls_of_the_first_version_are_answered_charged_and_proved_as_before(migrated):
    answers = migrated["answers"]
    assert [answer["granted_seconds"] for answer in answers["granted"]] == [6000, 5880]
    assert answers["granted"][0]["routes"] == [{"carrier": "northline", "dial": "74951234567"}]
    assert answers["granted"][0]["destination"]["name_ru"] == "Россия, городской, Москва"
    assert answers["refused"] == {"reason": "too_many_tries", "retry_after_seconds": 30}
    assert answers["extended"] == {"granted_seconds": 5880}
    assert answers["ended again"]["charge_micros"] == 200_000
    assert answers["ended again"]["balance_micros"] == 9_800_000
    assert "other content" in answers["other end"]["message"]
    assert (answers["ended"]["charge_micros"], answers["ended"]["balance_micros"]) == (200_000, 9_600_000)
    assert migrated["proofs"] == [
        [61, 200_000, 9_800_000, "+7 495", "ended"],
        [120, 200_000, 9_600_000, "+7 495", "ended"],
    ]
    assert migrated["audit"] == []
    assert migrated["guarded"] == [True, True]
    assert migrated["missing"] == []
