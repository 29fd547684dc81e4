"""The shop's database, whichever it is: a snapshot of it, and a place to load one into."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from crystalcall.privacy.backups import postgres_dump, sqlite_rows
from crystalcall.privacy.backups.values import BackupError, Manifest, Reason, Snapshot, Tell

NAMES = {sqlite_rows.ENGINE: "SQLite", postgres_dump.ENGINE: "PostgreSQL"}


def engine() -> str:
    """Which database the settings name."""
    return connections[DEFAULT_DB_ALIAS].vendor


def snapshot(tell: Tell) -> AbstractContextManager[Snapshot]:
    """The database as it is at this moment, for as long as the block lasts; the shop goes on selling."""
    return postgres_dump.snapshot(tell) if engine() == postgres_dump.ENGINE else sqlite_rows.snapshot(tell)


def is_empty() -> bool:
    """Whether there is nothing yet where a backup would be restored to."""
    return postgres_dump.is_empty() if engine() == postgres_dump.ENGINE else sqlite_rows.is_empty()


def load(pieces: Iterable[bytes], tell: Tell, *, rows: int, size: int) -> int:
    """Fill the shop's place from a snapshot of the same engine; gives how many rows there are then."""
    connections.close_all()
    if engine() == postgres_dump.ENGINE:
        return postgres_dump.load(pieces, tell, size)
    return sqlite_rows.load(pieces, tell, rows)


def refuse_foreign(manifest: Manifest) -> None:
    """Refuse what cannot be loaded here: another engine's, or a newer program's. Errors: BackupError."""
    if manifest.engine != engine():
        made, here = NAMES.get(manifest.engine, manifest.engine), NAMES[engine()]
        sentence = f"This backup was made of {made}, and the settings name {here}: restore it into {made}."
        raise BackupError(Reason.OTHER_DATABASE, sentence)
    known = {(app, name) for app, name in _loader_nodes()}
    ahead = sorted(
        f"{app} {name}" for app, name in manifest.heads.items() if app in _apps() and (app, name) not in known
    )
    if ahead:
        sentence = f"A newer version of the program made this backup ({ahead[0]}): restore it with that version."
        raise BackupError(Reason.NEWER_PROGRAM, sentence)


def is_behind() -> bool:
    """Whether the database is of an earlier version, and wants `migrate`."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _loader_nodes() -> list[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    return list(MigrationLoader(None).disk_migrations)


def _apps() -> set[str]:
    return {app for app, _ in _loader_nodes()}
