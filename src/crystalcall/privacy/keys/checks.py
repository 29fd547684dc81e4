"""Start-up check: where sealed data is, its keys must be."""

import sys
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from crystalcall.privacy.keys import store


def register_checks() -> None:
    """Add the check to every start and every command."""
    register(key_store_check, Tags.database)


def key_store_check(**_: Any) -> list[CheckMessage]:
    """An error where something is sealed under persons' keys and the key store is gone.

    Not for the command that mends it: it says the same, and takes an answer.
    """
    if "migrate" in sys.argv[1:2]:
        return []
    try:
        if store.stands():
            return []
    except DatabaseError:
        pass  # it cannot be reached, so it is as good as gone
    try:
        field = store.some_sealed_field()
    except DatabaseError:
        return []  # no database yet: the start itself will say so
    if not field:
        return []
    return [
        Error(
            f"The key store is missing: without it what is sealed in the database ({field}) cannot be read.",
            id="privacy_keys.E001",
            hint="Put it back from its own backup, or see `crystalcall migrate --help`.",
        )
    ]
