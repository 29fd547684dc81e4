"""Tables that only grow: triggers in the database refuse every UPDATE and DELETE, whatever program asks.

Django rebuilds a table on SQLite when a migration alters it, and the rebuild drops triggers without a word; therefore
each such table is registered, and start-up, `ledger verify` and a test ask `missing_triggers`.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_tables: set[str] = set()
_doors: dict[str, Callable[[BaseDatabaseSchemaEditor], None]] = {}

SQLITE_TRIGGER = """
CREATE TRIGGER IF NOT EXISTS {table}_refuse_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION crystalcall_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE OR REPLACE TRIGGER {table}_refuse_{verb} BEFORE {VERB} ON {table}
FOR EACH ROW EXECUTE FUNCTION crystalcall_append_only()
"""
VERBS = ("update", "delete")


def register(table: str, door: Callable[[BaseDatabaseSchemaEditor], None] | None = None) -> None:
    """Name a table that must never lose its triggers; called from the owning room's AppConfig.ready.

    `door` puts the room's own guard of DELETE in place of the usual one, under its name: one that lets go what has
    outlived its class. It is called whenever the usual ones are put on, and does nothing before its tables stand.
    """
    _tables.add(table)
    if door is not None:
        _doors[table] = door


def append_only_tables() -> frozenset[str]:
    """The registered tables."""
    return frozenset(_tables)


def operations(table: str) -> list[migrations.RunPython]:
    """Migration operations that put the triggers on `table`; they follow its CreateModel and each later change."""

    def forwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        protect(table, editor)

    return [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]


def protect(table: str, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on a table; harmless where they stand already."""
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL_FUNCTION, params=None)
        template = POSTGRESQL_TRIGGER
    else:
        template = SQLITE_TRIGGER
    for verb in VERBS:
        editor.execute(template.format(table=table, verb=verb, VERB=verb.upper()), params=None)
    if table in _doors:
        _doors[table](editor)


def missing_triggers() -> list[str]:
    """Names of triggers that should stand on registered tables and do not; empty when every table is guarded.

    A trigger of the right name that refuses nothing is none: without a door of its room's own it must be ours to the
    letter on SQLite, and on PostgreSQL call our function, unconditionally.
    """
    wanted = {f"{table}_refuse_{verb}" for table in _tables for verb in VERBS}
    doors = {f"{table}_refuse_delete" for table in _doors}
    standing = _standing_postgresql() if connection.vendor == "postgresql" else _standing_sqlite()
    return sorted(name for name in wanted if not standing.get(name, False) and not (name in doors and name in standing))


def _standing_postgresql() -> dict[str, bool]:
    """Each trigger that fires, and whether it is the usual guard."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, bool_and(p.proname = 'crystalcall_append_only' AND t.tgqual IS NULL"
            " AND p.prosrc LIKE '%%RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME%%')"
            " FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' GROUP BY t.tgname",
            [],
        )
        return dict(cursor.fetchall())


def _standing_sqlite() -> dict[str, bool]:
    """Each trigger, and whether it is the usual guard."""
    usual = {
        f"{table}_refuse_{verb}": _plain(SQLITE_TRIGGER.format(table=table, verb=verb, VERB=verb.upper()))
        for table in _tables
        for verb in VERBS
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: _plain(text) == usual.get(name) for name, text in cursor.fetchall()}


def _plain(text: str) -> str:
    """A statement without the differences that SQLite itself makes when it keeps one."""
    return " ".join(text.replace("IF NOT EXISTS ", "").replace('"', "").split()).rstrip("; ")
