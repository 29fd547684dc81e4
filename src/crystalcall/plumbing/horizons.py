"""Append-only tables whose rows have an end: what is older than a horizon may be deleted, and the horizon only rises.

The usual triggers (see `append_only`), but for that one door. The horizon is a table of one row with `kept_from`.
"""

from dataclasses import dataclass
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_DOOR_POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.{moment} < (SELECT kept_from FROM {horizon}) THEN RETURN OLD; END IF;
    RAISE EXCEPTION USING MESSAGE = '{table} is append-only', ERRCODE = 'restrict_violation';
END $$
""",
    """
CREATE OR REPLACE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()
""",
    """
CREATE OR REPLACE FUNCTION {horizon}_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.kept_from >= OLD.kept_from THEN RETURN NEW; END IF;
    RAISE EXCEPTION USING MESSAGE = '{horizon} only rises', ERRCODE = 'restrict_violation';
END $$
""",
    """
CREATE OR REPLACE TRIGGER {horizon}_only_rises BEFORE UPDATE OR DELETE ON {horizon}
FOR EACH ROW EXECUTE FUNCTION {horizon}_rises()
""",
)
_DOOR_SQLITE = (
    "DROP TRIGGER IF EXISTS {table}_refuse_delete",
    """
CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table}
WHEN NOT coalesce(OLD.{moment} < (SELECT kept_from FROM {horizon}), 0)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS {horizon}_only_rises BEFORE UPDATE ON {horizon}
WHEN NEW.kept_from < OLD.kept_from
BEGIN SELECT RAISE(ABORT, '{horizon} only rises'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS {horizon}_stays BEFORE DELETE ON {horizon}
BEGIN SELECT RAISE(ABORT, '{horizon} only rises'); END
""",
)


@dataclass(frozen=True, slots=True)
class Horizon:
    """A table, the column by which its rows grow old, and the table that says from when on all are kept."""

    table: str
    moment: str
    horizon: str

    def open_door(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Put the guard with the one door in place of the usual one; nothing before the horizon's table stands."""
        if self.horizon not in editor.connection.introspection.table_names():
            return
        statements = _DOOR_POSTGRESQL if editor.connection.vendor == "postgresql" else _DOOR_SQLITE
        names = {"table": self.table, "moment": self.moment, "horizon": self.horizon}
        for statement in statements:
            editor.execute(statement.format(**names), params=None)

    def operations(self) -> list[migrations.RunPython]:
        """Migration operations that put the guards on; they follow the tables' creation and each later change."""

        def forwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
            self.open_door(editor)

        return [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
