"""What guards the record of disclosures: nobody changes one, and nobody deletes one that is to be kept.

The usual triggers of an append-only table (see `plumbing.append_only`), but for one door: a disclosure before the
horizon of `DisclosureHorizon` may be deleted, since the class "disclosure" ends. The horizon only rises.
"""

from typing import Any, Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE: Final = "privacy_disclosure"
HORIZON: Final = "privacy_disclosurehorizon"

_DOOR_POSTGRESQL: Final = (
    """
CREATE OR REPLACE FUNCTION crystalcall_disclosure_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.disclosed_at < (SELECT kept_from FROM privacy_disclosurehorizon) THEN RETURN OLD; END IF;
    RAISE EXCEPTION USING MESSAGE = 'privacy_disclosure is append-only', ERRCODE = 'restrict_violation';
END $$
""",
    """
CREATE OR REPLACE TRIGGER privacy_disclosure_refuse_delete BEFORE DELETE ON privacy_disclosure
FOR EACH ROW EXECUTE FUNCTION crystalcall_disclosure_is_kept()
""",
)
_DOOR_SQLITE: Final = (
    "DROP TRIGGER IF EXISTS privacy_disclosure_refuse_delete",
    """
CREATE TRIGGER privacy_disclosure_refuse_delete BEFORE DELETE ON privacy_disclosure
WHEN NOT coalesce(OLD.disclosed_at < (SELECT kept_from FROM privacy_disclosurehorizon), 0)
BEGIN SELECT RAISE(ABORT, 'privacy_disclosure is append-only'); END
""",
)
_HORIZON_POSTGRESQL: Final = (
    """
CREATE OR REPLACE FUNCTION crystalcall_disclosure_horizon_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.kept_from >= OLD.kept_from THEN RETURN NEW; END IF;
    RAISE EXCEPTION USING MESSAGE = 'privacy_disclosurehorizon only rises', ERRCODE = 'restrict_violation';
END $$
""",
    """
CREATE OR REPLACE TRIGGER privacy_disclosurehorizon_only_rises BEFORE UPDATE OR DELETE ON privacy_disclosurehorizon
FOR EACH ROW EXECUTE FUNCTION crystalcall_disclosure_horizon_rises()
""",
)
_HORIZON_SQLITE: Final = (
    """
CREATE TRIGGER IF NOT EXISTS privacy_disclosurehorizon_only_rises BEFORE UPDATE ON privacy_disclosurehorizon
WHEN NEW.kept_from < OLD.kept_from
BEGIN SELECT RAISE(ABORT, 'privacy_disclosurehorizon only rises'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS privacy_disclosurehorizon_stays BEFORE DELETE ON privacy_disclosurehorizon
BEGIN SELECT RAISE(ABORT, 'privacy_disclosurehorizon only rises'); END
""",
)


def open_door(editor: BaseDatabaseSchemaEditor) -> None:
    """Put the guard with the one door in place of the usual one; nothing before the horizon's table stands."""
    if HORIZON not in editor.connection.introspection.table_names():
        return
    is_postgresql = editor.connection.vendor == "postgresql"
    door, horizon = (_DOOR_POSTGRESQL, _HORIZON_POSTGRESQL) if is_postgresql else (_DOOR_SQLITE, _HORIZON_SQLITE)
    for statement in (*door, *horizon):
        editor.execute(statement, params=None)


def operations() -> list[migrations.RunPython]:
    """Migration operations that put the guards on; they follow the tables' creation and each later change of them."""

    def forwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        open_door(editor)

    return [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
