"""How rows of PostgreSQL become values of ours, column by column."""

from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.types.string import ByteaBinaryLoader

from crystalcall.plumbing.ids import uuid_of_bytes

# More than the ids of the batches that are under way: some megabytes.
KEPT_IDS: Final = 16_000
UUID_TYPE: Final = 2950
"""How PostgreSQL names the type (pg_type.oid); it never changes."""


class Reading:
    """How the rows of a connection are read here: UUIDs come as their bytes, and are made of them column by column.

    A loader of psycopg's in Python would be called for each value, and take longer than all else about its row.
    """

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_loader("uuid", ByteaBinaryLoader)


def _uuid(data: bytes | None) -> UUID | None:
    return None if data is None else uuid_of_bytes(data)


# The same few hundred accounts and calls come in one statement of a batch after the other.
known_uuid: Final = lru_cache(maxsize=KEPT_IDS)(_uuid)
