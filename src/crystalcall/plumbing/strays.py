"""Columns that stand in the database and in no declared model: where personal data could lie that nobody declared.

The inventory knows every field of every model (clause C01). What a plug-in, or somebody at the database's own prompt,
adds by SQL is in no model; so each start of a process that serves compares what stands with what is known.
"""

from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connections

MOST_NAMED: Final = 10

_FRAMEWORK: Final = frozenset(
    {("django_migrations", each) for each in ("id", "app", "name", "applied")}
    | {("sqlite_sequence", each) for each in ("name", "seq")}
)
_SQLITE: Final = """
SELECT standing.name, part.name FROM sqlite_master AS standing, pragma_table_info(standing.name) AS part
WHERE standing.type IN ('table', 'view') AND standing.name NOT LIKE 'sqlite_stat%'
"""
# A month of a parted table has the columns of the whole.
_POSTGRESQL: Final = """
SELECT standing.relname, part.attname
FROM pg_class AS standing JOIN pg_attribute AS part ON part.attrelid = standing.oid
WHERE standing.relnamespace = current_schema()::regnamespace AND standing.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT standing.relispartition AND part.attnum > 0 AND NOT part.attisdropped
"""


def stray_columns_check() -> list[CheckMessage]:
    """An error for each column that no model has, up to `MOST_NAMED`; nothing where no database answers.

    Not among Django's checks, which `migrate` runs before it has brought the tables up to date: asked at the start of
    whatever serves (`starting.refuse_broken_database`).
    """
    try:
        strays = sorted(stray for alias in connections for stray in stray_columns(alias))
    except DatabaseError:
        return []  # no database yet: the start itself will say so
    return [
        Error(
            f"The database has a column {table}.{column} that no room declares.",
            id="plumbing.E002",
            hint="What is about people must be declared, or it could not be shown, erased or guarded. Drop it, or"
            " bring it with a model and a declaration; `crystalcall migrate` if the program is newer than its tables.",
        )
        for table, column in strays[:MOST_NAMED]
    ]


def stray_columns(alias: str) -> Iterator[tuple[str, str]]:
    """Table and column of whatever stands in this database and belongs to no model and to none of Django's tables."""
    known = _FRAMEWORK | {
        (model._meta.db_table, field.column)  # noqa: SLF001 - Django's documented model API
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields  # noqa: SLF001 - likewise
    }
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)
        yield from (place for place in cursor.fetchall() if tuple(place) not in known)
