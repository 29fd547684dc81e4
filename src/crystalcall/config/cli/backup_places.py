"""Where backups are looked at: a command of ours, run by a process whose settings name another place."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from crystalcall.config.cli.saying import say

URL_MARK: Final = "://"
#: Without the keys of persons nothing sealed opens, and a backup lacks the days that were signed after it: both are so
#: by design, and no fault of the backup.
NOT_OF_A_BACKUP: Final = frozenset({"sealed_detail_opens", "sealed_detail_gone", "published_before"})


def run_in(place: str, words: list[str], *, quiet: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run `crystalcall WORDS` on another place: a data folder, or the address of a PostgreSQL database.

    Everything else is as our settings say; the replay ledger is ours, so that a copy forgets whom we forgot.
    """
    command = [sys.executable, "-m", "crystalcall.config.cli", *words]
    pipe = subprocess.PIPE if quiet else None
    return subprocess.run(command, env=_environment(place), stdout=pipe, text=True, check=False)  # noqa: S603 - our own program


def examine(file: Path, identity: Path, keys: Path | None, *, quiet: bool) -> list[str]:
    """Load a backup into a place of its own, audit books and register there, and give what is wrong as sentences."""
    with _scratch() as place:
        words = ["backup", "load", str(file), "--identity", str(identity)]
        loaded = run_in(place, words + (["--keys", str(keys)] if keys else []), quiet=True)
        if loaded.returncode:
            return [f"It cannot be loaded: {_told(loaded.stdout).get('reason', 'it did not say why')}"]
        findings = []
        for what, command in (("Books", ["ledger", "verify"]), ("Register", ["privacy", "verify-register"])):
            if not quiet:
                say(f"{what}…", err=True)
            findings += _findings(what, run_in(place, [*command, "--json"], quiet=True))
    return findings


def _findings(what: str, done: "subprocess.CompletedProcess[str]") -> list[str]:
    told = _told(done.stdout)
    if "findings" not in told:
        return [f"{what}: the audit did not come to its end."]
    found = [each for each in told["findings"] if each["rule"] not in NOT_OF_A_BACKUP]
    return [f"{what}: {each['rule']}: {each['subject']}: {each['sentence']}" for each in found]


def _told(text: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return told


@contextmanager
def _scratch() -> Iterator[str]:
    """A place of our own for as long as the block lasts: a folder, or a database on the shop's server."""
    from django.db import connection

    from crystalcall.plumbing.settings import current

    if not current().database_url:
        with tempfile.TemporaryDirectory(prefix="crystalcall-verify-") as folder:
            yield folder
        return
    # By the name of the shop's own database, so that two shops on one server can tell whose was left by a lost process.
    # PostgreSQL would cut a name of more than 63 characters.
    name = f"{connection.settings_dict['NAME'][:30]}_verify_{secrets.token_hex(6)}"
    _on_server(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(current().database_url)._replace(path=f"/{name}"))
    finally:
        for each in (name, f"{name}_keys"):
            _on_server(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    from django.db import DatabaseError, connection

    from crystalcall.privacy.backups.values import BackupError, Reason

    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as problem:
        sentence = f"A database to look at the backup in cannot be made or removed: {str(problem).strip()}"
        raise BackupError(Reason.NO_ACCESS, sentence) from None


def _environment(place: str) -> dict[str, str]:
    """Our settings for another process, with another place in them."""
    import msgspec

    from crystalcall.plumbing.settings import PREFIX, current, variable_of
    from crystalcall.privacy.erasures import ledger

    values = {**msgspec.structs.asdict(current()), "erasures_file": str(ledger.path()), "keys_database_url": ""}
    is_address = URL_MARK in place
    values["database_url"] = place if is_address else ""
    if not is_address:
        values["data_dir"] = str(Path(place).absolute())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return kept | {variable_of(name): _as_typed(value) for name, value in values.items()}


def _as_typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
