"""Backups are made, looked at and restored; after a restore, whoever was forgotten since is forgotten again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec
from django.core.management import call_command
from django.db import DatabaseError, connection

from crystalcall.plumbing import append_only
from crystalcall.plumbing.settings import current
from crystalcall.privacy.backups import database, envelope
from crystalcall.privacy.backups.container import Incoming, written
from crystalcall.privacy.backups.values import (
    BackupError,
    Kind,
    Looked,
    Made,
    Manifest,
    Reason,
    Restored,
    Signed,
    Tell,
    WrittenFile,
)
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.erasures.actions import replay
from crystalcall.privacy.erasures.queries import beyond_ledger
from crystalcall.privacy.erasures.values import Replayed
from crystalcall.privacy.keys import store
from crystalcall.privacy.keys.carrying import Carried, carry_in, carry_out, count_carried
from crystalcall.privacy.register import witness
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.queries import head

STAMP: Final = "%Y%m%dT%H%M%SZ"
NO_GRACE: Final = timedelta(0)
KEYS_NAME: Final = "keys-"


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What is to be restored. `only_loads` is for looking at a backup: nothing is replayed nor entered."""

    path: Path
    identity: Path
    keys: Path | None = None
    replaces: bool = False
    only_loads: bool = False


def folder() -> Path:
    """Where backups go unless somebody says otherwise."""
    settings = current()
    return Path(settings.backup_folder) if settings.backup_folder else settings.data_path("backups")


def create(place: Path, *, now: datetime, tell: Tell) -> Made:
    """Back the database up into `place`, then the keys into a file of their own, which replaces the earlier ones there.

    The keys come second, so that no row of the database lacks its key. Entered into the register. Errors: BackupError;
    then no file is left of what failed.
    """
    recipient = envelope.recipient_of(current().backup_recipient)
    _make_folder(place)
    last = head()
    with database.snapshot(tell) as taken:
        signed = Signed(last.day.isoformat(), last.sequence, last.root) if last else None
        told = Manifest(Kind.DATABASE, taken.engine, _program(), now, taken.heads, taken.counts, signed)
        path = place / f"crystalcall-{now:{STAMP}}.age"
        size, sha256 = envelope.seal(written(told, taken.pieces), path, recipient)
        made = WrittenFile(path, size, sha256, sum(taken.counts.values()))
    keys, replaced = create_keys(place, now=now, tell=tell)
    facts: dict[str, str | int] = {"engine": told.engine, "bytes": size, "file_sha256": sha256}
    enter(EntryKind.BACKUP_MADE, facts | {"keys_file_sha256": keys.sha256}, now=now)
    return Made(made, keys, replaced)


def create_keys(place: Path, *, now: datetime, tell: Tell) -> tuple[WrittenFile, tuple[Path, ...]]:
    """Back the key store up, and remove every earlier file of keys in `place`. Errors: BackupError."""
    recipient = envelope.recipient_of(current().backup_recipient)
    _make_folder(place)
    counts = {"rows": count_carried()}
    told = Manifest(Kind.KEYS, database.engine(), _program(), now, {}, counts, None)
    path = place / f"{KEYS_NAME}{now:{STAMP}}.age"
    size, sha256 = envelope.seal(written(told, _key_pieces(counts["rows"], tell)), path, recipient)
    # Only earlier ones: of two workers that write at once, the later file stays.
    earlier = tuple(file for file in key_files(place) if file.name < path.name)
    for file in earlier:
        file.unlink(missing_ok=True)
    envelope.flush_folder(place)
    return WrittenFile(path, size, sha256, counts["rows"]), earlier


def key_files(place: Path) -> list[Path]:
    """The files of keys in a folder, the earliest first."""
    return sorted(place.glob(f"{KEYS_NAME}*.age"))


def look(path: Path, identity: Path, kind: Kind, tell: Tell) -> Looked:
    """Open a file to its end and check what it says of itself. Errors: BackupError."""
    with _incoming(path, identity, tell) as incoming:
        for _ in incoming.pieces():
            pass
    if incoming.looked is None or incoming.manifest.kind is not kind:
        words = {Kind.DATABASE: "a backup of the database", Kind.KEYS: "a file of keys"}
        raise BackupError(Reason.OTHER_FORMAT, f"{path} is not {words[kind]}, but {words[incoming.manifest.kind]}.")
    return incoming.looked


def restore(plan: RestorePlan, *, now: datetime, tell: Tell) -> Restored:
    """Put a backup in the place that the settings name, and forget again whoever was forgotten since.

    Everything is read and checked before anything is changed. Days of the register whose roots went out and that the
    backup does not know are named in the line that enters the restore. Errors: BackupError.
    """
    looked = look(plan.path, plan.identity, Kind.DATABASE, tell)
    _refuse(plan, looked.manifest, tell)
    if plan.replaces:
        _remember_days()
    whole = sum(looked.manifest.counts.values())
    with _incoming(plan.path, plan.identity) as incoming:
        rows = database.load(incoming.pieces(), tell, rows=whole, size=looked.size)
    if rows != whole:
        raise BackupError(Reason.ALTERED, f"The backup speaks of {whole:,} rows, and {rows:,} came: do not use it.")
    keys_added = _restore_keys(plan)
    migrated = _migrate()
    if plan.only_loads:
        return Restored(looked.manifest, rows, keys_added, migrated, Replayed(0, 0), 0)
    lacking = beyond_ledger()
    replayed = replay(now=now, grace=NO_GRACE)
    lost = _enter_restored(looked, replayed, now)
    return Restored(looked.manifest, rows, keys_added, migrated, replayed, lacking, lost)


def _remember_days() -> None:
    """Write into the witness what the database that is about to go has signed, where one stands and can be read."""
    try:
        if not database.is_empty():
            witness.keep_up()
    except DatabaseError:
        pass  # it is being replaced because it is broken


def _enter_restored(looked: Looked, replayed: Replayed, now: datetime) -> int:
    """Enter the restore with the days that it took back; gives how many these are."""
    missing = witness.unnamed()
    facts: dict[str, str | int | list[str]] = {
        "made_at": f"{looked.manifest.made_at:{STAMP}}",
        "content_sha256": looked.sha256,
        "erasures_replayed": replayed.lines,
        **witness.facts_of(missing[: witness.DAYS_IN_A_LINE]),
    }
    enter(EntryKind.BACKUP_RESTORED, facts, now=now)
    witness.name_lost_days(now)  # those that did not fit into that line
    return len(missing)


def _refuse(plan: RestorePlan, manifest: Manifest, tell: Tell) -> None:
    """Every reason not to restore, before anything is touched. Errors: BackupError."""
    database.refuse_foreign(manifest)
    if not plan.replaces and not database.is_empty():
        sentence = "There is a database already where the backup would go: give --into an empty place, or --replace it."
        raise BackupError(Reason.NOT_EMPTY, sentence)
    if plan.keys is not None:
        of_keys = look(plan.keys, plan.identity, Kind.KEYS, tell).manifest
        if of_keys.made_at < manifest.made_at:
            sentence = "This file of keys is older than the backup: it lacks keys, and holds some destroyed since."
            raise BackupError(Reason.KEYS_TOO_OLD, sentence)
    elif not plan.only_loads and not _key_store_stands():
        sentence = "There is no key store here, and without it nothing personal can be read: give its file by --keys."
        raise BackupError(Reason.KEYS_MISSING, sentence)
    try:
        ledger.lines()
    except ledger.LedgerBrokenError as problem:
        sentence = f"{problem} Put back a copy of it: without it, people who were forgotten would be back."
        raise BackupError(Reason.ERASURES_BROKEN, sentence) from None


def _key_store_stands() -> bool:
    try:
        return store.stands()
    except DatabaseError:
        return False  # no database of this name


def _restore_keys(plan: RestorePlan) -> int:
    if not _key_store_stands():
        try:
            store.prepare(accepts_loss=True)  # `_refuse` has seen to it that there are keys to put in
        except store.KeyStoreMissingError as problem:
            raise BackupError(Reason.KEYS_MISSING, str(problem)) from None
    if plan.keys is None:
        return 0
    decoder = msgspec.msgpack.Decoder(list[Carried])
    with _incoming(plan.keys, plan.identity) as incoming:
        return carry_in(decoder.decode(piece) for piece in incoming.pieces())


def _migrate() -> bool:
    if not database.is_behind():
        return False
    call_command("migrate", verbosity=0, interactive=False)
    with connection.schema_editor() as editor:
        for table in sorted(append_only.append_only_tables()):
            append_only.protect(table, editor)
    return True


def _key_pieces(whole: int, tell: Tell) -> Iterator[bytes]:
    done = 0
    for piece in carry_out():
        yield msgspec.msgpack.encode(piece)
        done += len(piece)
        tell("keys", done, whole)


@contextmanager
def _incoming(path: Path, identity: Path, tell: Tell | None = None) -> Iterator[Incoming]:
    """A file's content as it is decrypted; `tell` hears how far into the file that is."""
    identities = envelope.identities_of(identity)
    if not path.is_file():
        raise BackupError(Reason.NO_ACCESS, f"There is no file {path}.")
    whole = path.stat().st_size
    told: Callable[[int], Any] = (lambda done: tell(path.name, done, whole)) if tell else (lambda _: None)
    with envelope.opened(path, identities, told) as stream:
        yield Incoming(stream)


def _make_folder(place: Path) -> None:
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise envelope.not_written(place, problem) from None


def _program() -> str:
    return version("crystalcall")
