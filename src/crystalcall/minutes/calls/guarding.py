"""What guards the records of calls: nobody changes one, and nobody deletes one that is to be kept.

The usual triggers of an append-only table (see `plumbing.append_only`), under their usual names, but for one door: a
record that ended before the horizon of `RecordHorizon` may be deleted, since records are kept for so many months and
no longer. The horizon only rises, and another trigger sees to that.
"""

from typing import Any, Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from crystalcall.plumbing import append_only

RECORDS: Final = "calls_callrecord"
HORIZON: Final = "calls_recordhorizon"

_POSTGRESQL: Final = (
    """
CREATE OR REPLACE FUNCTION crystalcall_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at < (SELECT kept_from FROM calls_recordhorizon) THEN RETURN OLD; END IF;
    RAISE EXCEPTION USING MESSAGE = 'calls_callrecord is append-only', ERRCODE = 'restrict_violation';
END $$
""",
    f"""
CREATE OR REPLACE FUNCTION crystalcall_horizon_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.kept_from >= OLD.kept_from THEN RETURN NEW; END IF;
    RAISE EXCEPTION USING MESSAGE = '{HORIZON} only rises', ERRCODE = 'restrict_violation';
END $$
""",
    f"""
CREATE OR REPLACE TRIGGER {RECORDS}_refuse_delete BEFORE DELETE ON {RECORDS}
FOR EACH ROW EXECUTE FUNCTION crystalcall_record_is_kept()
""",
    f"""
CREATE OR REPLACE TRIGGER {HORIZON}_only_rises BEFORE UPDATE OR DELETE ON {HORIZON}
FOR EACH ROW EXECUTE FUNCTION crystalcall_horizon_rises()
""",
)
_SQLITE: Final = (
    f"DROP TRIGGER IF EXISTS {RECORDS}_refuse_delete",
    """
CREATE TRIGGER calls_callrecord_refuse_delete BEFORE DELETE ON calls_callrecord
WHEN NOT coalesce(OLD.ended_at < (SELECT kept_from FROM calls_recordhorizon), 0)
BEGIN SELECT RAISE(ABORT, 'calls_callrecord is append-only'); END
""",
    f"""
CREATE TRIGGER IF NOT EXISTS {HORIZON}_only_rises BEFORE UPDATE ON {HORIZON}
WHEN NEW.kept_from < OLD.kept_from
BEGIN SELECT RAISE(ABORT, '{HORIZON} only rises'); END
""",
    f"""
CREATE TRIGGER IF NOT EXISTS {HORIZON}_stays BEFORE DELETE ON {HORIZON}
BEGIN SELECT RAISE(ABORT, '{HORIZON} only rises'); END
""",
)


def open_door(editor: BaseDatabaseSchemaEditor) -> None:
    """Put the guards with the one door in place of the usual ones; nothing before the horizon's table stands."""
    if HORIZON not in editor.connection.introspection.table_names():
        return
    for statement in _POSTGRESQL if editor.connection.vendor == "postgresql" else _SQLITE:
        editor.execute(statement, params=None)


def operations() -> list[migrations.RunPython]:
    """Migration operations that put the guards on; they follow the tables' creation and each later change of them."""

    def forwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        append_only.protect(RECORDS, editor)
        open_door(editor)

    return [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
