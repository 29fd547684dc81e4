"""`crystalcall backup`: make a backup, restore one, and see what one is worth."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.saying import joined

if TYPE_CHECKING:
    from rich.progress import TaskID

    from crystalcall.privacy.backups.actions import RestorePlan
    from crystalcall.privacy.backups.values import Looked, Made, Restored, Tell, WrittenFile

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_ARGUMENT = click.argument("file", type=FILE)
IDENTITY_OPTION = click.option(
    "--identity", required=True, type=FILE, help="The age identity (AGE-SECRET-KEY-1…) whose public half was set."
)
KILO: Final = 1000


@click.group("backup")
def backup_group() -> None:
    """Backups: encrypted to a key that is not on this machine, without the keys of persons."""


@backup_group.command("create")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder; else BACKUP_FOLDER.")
@JSON_OPTION
def create_command(folder: Path | None, as_json: bool) -> None:
    """Back up the database, and the keys of persons into a file of their own. The shop goes on selling."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.backups import actions

    began = time.monotonic()
    with _refusals(as_json=as_json), _bars(quiet=as_json) as told:
        made = actions.create(folder or actions.folder(), now=now(), tell=told)
    _say_made(made, time.monotonic() - began, as_json=as_json)


@backup_group.command("restore")
@FILE_ARGUMENT
@IDENTITY_OPTION
@click.option("--keys", type=FILE, help="The file of keys; needed where the key store is lost. Never an older one.")
@click.option("--into", metavar="DIR|URL", help="Another data folder, or postgresql://…; else what the settings name.")
@click.option("--replace", is_flag=True, help="Give up the database that is there. Stop the shop first.")
@JSON_OPTION
def restore_command(
    file: Path, identity: Path, keys: Path | None, into: str | None, replace: bool, as_json: bool
) -> None:
    """Put a backup back into an empty place, and forget again whoever was forgotten since it was made."""
    from crystalcall.config.cli.backup_places import run_in
    from crystalcall.privacy.backups import actions

    if into is not None:
        words = ["backup", "restore", str(file.absolute()), "--identity", str(identity.absolute())]
        words += ["--keys", str(keys.absolute())] if keys else []
        words += [flag for flag, is_on in (("--replace", replace), ("--json", as_json)) if is_on]
        raise SystemExit(run_in(into, words).returncode)
    _restore(actions.RestorePlan(file, identity, keys, replaces=replace), as_json=as_json)


@backup_group.command("load", hidden=True)
@FILE_ARGUMENT
@IDENTITY_OPTION
@click.option("--keys", type=FILE)
def load_command(file: Path, identity: Path, keys: Path | None) -> None:
    """What `verify` runs in a place of its own: load a backup to look at it, and leave it as it is."""
    from crystalcall.privacy.backups.actions import RestorePlan

    _restore(RestorePlan(file, identity, keys, only_loads=True), as_json=True)


def _restore(plan: "RestorePlan", *, as_json: bool) -> None:
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.backups import actions

    began = time.monotonic()
    with _refusals(as_json=as_json), _bars(quiet=as_json) as told:
        restored = actions.restore(plan, now=now(), tell=told)
    _say_restored(restored, time.monotonic() - began, as_json=as_json)


@backup_group.command("verify")
@FILE_ARGUMENT
@IDENTITY_OPTION
@click.option("--keys", type=FILE, help="The file of keys, to open with it what the register keeps sealed.")
@JSON_OPTION
def verify_command(file: Path, identity: Path, keys: Path | None, as_json: bool) -> None:
    """Open a backup, check its hashes, load it into a place of its own, and audit its books and its register there.

    The place is a folder that only you read, or a database beside the shop's, and is gone at the end.
    """
    from crystalcall.config.cli.backup_places import examine
    from crystalcall.privacy.backups import actions
    from crystalcall.privacy.backups.database import refuse_foreign
    from crystalcall.privacy.backups.values import Kind

    began = time.monotonic()
    with _refusals(as_json=as_json):
        with _bars(quiet=as_json) as told:
            looked = actions.look(file, identity, Kind.DATABASE, told)
        refuse_foreign(looked.manifest)
        findings = examine(file, identity, keys, quiet=as_json)
    _say_verified(looked, findings, time.monotonic() - began, as_json=as_json)
    if findings:
        raise SystemExit(1)


@contextmanager
def _refusals(*, as_json: bool) -> Iterator[None]:
    """What cannot be done ends the command with its sentence."""
    from crystalcall.privacy.backups.values import BackupError

    try:
        yield
    except BackupError as problem:
        refuse(problem.reason.value, str(problem), as_json=as_json)


@contextmanager
def _bars(*, quiet: bool) -> "Iterator[Tell]":
    """A bar for each part of the work, on standard error and only where a person looks on; gone when all is done."""
    from rich.console import Console
    from rich.progress import Progress

    if quiet:
        yield lambda _what, _done, _whole: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bars:
        shown: dict[str, TaskID] = {}

        def told(what: str, done: int, whole: int) -> None:
            if what not in shown:
                shown[what] = bars.add_task(what, total=whole or None)
            bars.update(shown[what], completed=done, total=whole or None)

        yield told


def _say_made(made: "Made", seconds: float, *, as_json: bool) -> None:
    facts = {
        "database": _file_facts(made.database),
        "keys": _file_facts(made.keys),
        "replaced": [str(path) for path in made.replaced],
        "seconds": round(seconds, 3),
    }
    lines = [
        f"{made.database.path}: {made.database.rows:,} rows, {_size(made.database.size)}.",
        f"{made.keys.path}: {made.keys.rows:,} keys and tombstones, {_size(made.keys.size)}.",
        *(f"{path} was removed: the new file of keys replaces it." for path in made.replaced),
        f"Done in {seconds:.1f} s. Take both files away from this machine, and keep the one of keys for days only.",
    ]
    tell(facts, joined(lines), as_json=as_json)


def _file_facts(file: "WrittenFile") -> dict[str, Any]:
    return {"path": str(file.path), "bytes": file.size, "sha256": file.sha256, "rows": file.rows}


def _say_restored(restored: "Restored", seconds: float, *, as_json: bool) -> None:
    made_at, replayed = restored.manifest.made_at, restored.replayed
    facts = {
        "made_at": made_at.isoformat(),
        "rows": restored.rows,
        "keys_added": restored.keys_added,
        "migrated": restored.migrated,
        "erasures_replayed": replayed.lines,
        "people_forgotten_again": replayed.people,
        "archive_keys_destroyed_again": replayed.archive_keys,
        "erasures_beyond_ledger": restored.beyond_ledger,
        "register_days_lost": restored.lost_days,
        "seconds": round(seconds, 3),
    }
    lines = [f"The backup of {made_at:%Y-%m-%d %H:%M} UTC stands: {restored.rows:,} rows, in {seconds:.1f} s."]
    if restored.keys_added:
        lines.append(f"{restored.keys_added:,} keys came back with it.")
    if restored.migrated:
        lines.append("It was of an earlier version of the program, and was brought to this one.")
    lines.append(f"{replayed.lines:,} erasures were done again; {replayed.people:,} people were forgotten again.")
    if replayed.archive_keys:
        lines.append(f"{replayed.archive_keys:,} keys of the archive that had come back are destroyed again.")
    if restored.lost_days:
        lines.append(
            f"{restored.lost_days:,} signed days of the register were taken back by it; the register names them, and"
            " its page shows them."
        )
    if restored.beyond_ledger:
        lines.append(
            f"The replay ledger lacks {restored.beyond_ledger:,} erasures that the backup knows, so it may lack later"
            " ones too: before anybody is served, put its newest copy there, then crystalcall privacy replay-erasures."
        )
    tell(facts, joined(lines), as_json=as_json)


def _say_verified(looked: "Looked", findings: list[str], seconds: float, *, as_json: bool) -> None:
    told = looked.manifest
    facts = {
        "in_order": not findings,
        "made_at": told.made_at.isoformat(),
        "engine": told.engine,
        "program": told.program,
        "content_bytes": looked.size,
        "content_sha256": looked.sha256,
        "rows": sum(told.counts.values()),
        "register": told.register and {"day": told.register.day, "root": told.register.root},
        "findings": findings,
        "seconds": round(seconds, 3),
    }
    signed = f"its register is signed up to {told.register.day}" if told.register else "its register has no signed day"
    lines = [
        f"Made at {told.made_at:%Y-%m-%d %H:%M} UTC by version {told.program}; {signed}.",
        f"{sum(told.counts.values()):,} rows in {len(told.counts)} tables, {_size(looked.size)} of content.",
        *findings,
        f"This backup is NOT in order: {len(findings)} found."
        if findings
        else f"This backup opens, is whole, loads, and its books and its register are in order ({seconds:.1f} s).",
    ]
    tell(facts, joined(lines), as_json=as_json)


def _size(count: int) -> str:
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while size >= KILO and len(units) > 1:
        size, units = size / KILO, units[1:]
    return f"{size:,.0f} {units[0]}" if units[0] == "bytes" else f"{size:,.1f} {units[0]}"
