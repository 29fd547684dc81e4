"""Start-up checks: the program does not run over a table that lost its guards."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from crystalcall.plumbing import append_only


def register_checks() -> None:
    """Add the database check (run by `migrate` and by every start of a server process)."""
    register(append_only_check, Tags.database)


def append_only_check(**_: Any) -> list[CheckMessage]:
    """An error for each missing trigger; nothing before the tables exist."""
    try:
        tables = set(connection.introspection.table_names())
        missing = append_only.missing_triggers() if append_only.append_only_tables() <= tables else []
    except DatabaseError:
        return []  # no database yet: the start itself will say so
    return [
        Error(
            f"The append-only guard {name} is missing from the database.",
            id="plumbing.E001",
            hint="Restore it with `crystalcall migrate`.",
        )
        for name in missing
    ]
