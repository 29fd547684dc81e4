"""The replay ledger: an append-only file beside the database, which says who was forgotten without naming anybody.

A restored backup brings the forgotten back; the lines written since then are done again. A line holds a keyed hash for
each subject (nobody learns an id from it, nor can test one without the key), the way, the moment, and the hash of
the line before it, so that a line that was taken out is noticed. It is flushed to the disk before anything is erased:
an erasure cut short by a crash is finished from it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from crystalcall.plumbing.sealing import blind_index
from crystalcall.plumbing.settings import current
from crystalcall.privacy.keepers import Way

FILE: Final = "erasures.log"
CONTEXT: Final = "privacy.erasures"
GENESIS: Final = "0" * 64
BLOCK: Final = 4096


class LedgerBrokenError(Exception):
    """The replay ledger was altered or cut: the message names the first line that does not fit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One erasure as the ledger keeps it; `who` are keyed hashes of subjects in hexadecimal digits."""

    number: int
    at: datetime
    way: Way
    who: tuple[str, ...]
    before: str
    hash: str


def path() -> Path:
    """Where the ledger is."""
    settings = current()
    return Path(settings.erasures_file) if settings.erasures_file else settings.data_path(FILE)


def hash_of(subject: UUID) -> str:
    """The keyed hash by which the ledger knows a subject."""
    return blind_index(str(subject), CONTEXT).hex()


def append(subjects: Collection[UUID], way: Way, *, now: datetime) -> Line:
    """Add a line and flush it to the disk. Errors: LedgerBrokenError; OSError, when nothing may be erased yet."""
    with _locked() as file:
        last = _last(file)
        number, before = (last.number + 1, last.hash) if last is not None else (1, GENESIS)
        who = tuple(sorted(hash_of(subject) for subject in subjects))
        line = Line(number, now, way, who, before, _hash(number, now, way, who, before))
        file.write(_written(line))
        file.flush()
        os.fsync(file.fileno())
    return line


def lines() -> tuple[Line, ...]:
    """Every line, oldest first; empty where nobody was ever forgotten. Errors: LedgerBrokenError."""
    try:
        with path().open("rb") as file:
            return tuple(_read(file))
    except FileNotFoundError:
        return ()


@contextmanager
def _locked() -> Iterator[BinaryIO]:
    """The file for one writer at a time, readable by its owner alone."""
    place = path()
    place.parent.mkdir(parents=True, exist_ok=True)
    is_new = not place.exists()
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    if is_new:
        _flush_folder(place.parent)


def _last(file: BinaryIO) -> Line | None:
    """The last whole line; what stands behind it was cut short by a crash, led to no erasure, and is taken away."""
    size = file.seek(0, os.SEEK_END)
    block = BLOCK
    while True:
        start = file.seek(max(0, size - block))
        tail = file.read()
        end = tail.rfind(b"\n") + 1
        begin = tail.rfind(b"\n", 0, max(end - 1, 0)) + 1
        if start == 0 or (end and begin):
            break
        block *= 2
    file.seek(start + end)
    file.truncate()
    if not end:
        return None
    line = _parsed(tail[begin:end], None)
    if line.hash != _recomputed(line):
        raise LedgerBrokenError("The last line of the replay ledger was altered.")
    return line


def _flush_folder(folder: Path) -> None:
    """A new file survives a crash only once its folder's entry is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(file: BinaryIO) -> Iterator[Line]:
    before = GENESIS
    for number, text in enumerate(file, start=1):
        if not text.endswith(b"\n"):
            return
        line = _parsed(text, number)
        if line.number != number or line.before != before or line.hash != _recomputed(line):
            raise LedgerBrokenError(f"Line {number} of the replay ledger does not fit the lines before it.")
        before = line.hash
        yield line


def _parsed(text: bytes, number: int | None) -> Line:
    try:
        told = json.loads(text)
        return Line(
            number=told["n"],
            at=datetime.fromisoformat(told["at"]),
            way=Way(told["way"]),
            who=tuple(told["who"]),
            before=told["before"],
            hash=told["hash"],
        )
    except (ValueError, KeyError, TypeError):
        raise LedgerBrokenError(f"Line {number or 'last'} of the replay ledger cannot be read.") from None


def _recomputed(line: Line) -> str:
    return _hash(line.number, line.at, line.way, line.who, line.before)


def _hash(number: int, at: datetime, way: Way, who: tuple[str, ...], before: str) -> str:
    content = json.dumps([number, at.isoformat(), way.value, list(who), before], separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _written(line: Line) -> bytes:
    told = json.dumps(
        {
            "n": line.number,
            "at": line.at.isoformat(),
            "way": line.way.value,
            "who": list(line.who),
            "before": line.before,
            "hash": line.hash,
        },
        separators=(",", ":"),
    )
    return told.encode() + b"\n"
