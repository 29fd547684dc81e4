"""The replay ledger: an append-only file beside the database, which says who was forgotten without naming anybody.

A restored backup brings the forgotten back; the lines written since then are done again. A line holds a keyed hash for
each subject (nobody learns an id from it, nor can test one without the key), the way, whether the person wanted nothing
sealed either, the moment, and the hash of the line before it, so that a line that was taken out is noticed. It is
flushed to the disk before anything is erased: an erasure cut short by a crash is finished from it.

Lines of a second kind name keys of the archive that were destroyed, since a file of keys from before brings them back.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar
from uuid import UUID

from crystalcall.plumbing.sealing import blind_index
from crystalcall.plumbing.settings import current
from crystalcall.privacy.keepers import Way

FILE: Final = "erasures.log"
CONTEXT: Final = "privacy.erasures"
GENESIS: Final = "0" * 64
BLOCK: Final = 4096
ARCHIVE: Final = "archive"
"""What stands where an erasure's way would, on a line about destroyed keys of the archive."""


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
    nothing_sealed: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """Keys of the archive that were destroyed; `what` are keyed hashes of what names them."""

    number: int
    at: datetime
    what: tuple[str, ...]
    before: str
    hash: str


AnyLine = TypeVar("AnyLine", Line, ArchiveLine)


def path() -> Path:
    """Where the ledger is."""
    settings = current()
    return Path(settings.erasures_file) if settings.erasures_file else settings.data_path(FILE)


def hash_of(subject: UUID) -> str:
    """The keyed hash by which the ledger knows a subject."""
    return blind_index(str(subject), CONTEXT).hex()


def hash_of_key(name: str) -> str:
    """The keyed hash by which the ledger knows a key of the archive."""
    return blind_index(name, f"{CONTEXT}.archive").hex()


def hash_of_line(line: Line) -> str:
    """What a line's hash must be for what it says."""
    return _hash(line)


def append(subjects: Collection[UUID], way: Way, *, now: datetime, nothing_sealed: bool = False) -> Line:
    """Add a line and flush it to the disk. Errors: LedgerBrokenError; OSError, when nothing may be erased yet."""
    who = tuple(sorted(hash_of(subject) for subject in subjects))

    def made(number: int, before: str) -> Line:
        return _sealed(Line(number, now, way, who, before, "", nothing_sealed))

    return _append(made)


def append_archive(keys: Collection[str], *, now: datetime) -> ArchiveLine:
    """Add that keys of the archive are about to be destroyed. Errors: as `append`; nothing may be destroyed then."""
    what = tuple(sorted(hash_of_key(key) for key in keys))

    def made(number: int, before: str) -> ArchiveLine:
        return _sealed(ArchiveLine(number, now, what, before, ""))

    return _append(made)


def lines() -> tuple[Line, ...]:
    """Every erasure, oldest first; empty where nobody was ever forgotten. Errors: LedgerBrokenError."""
    return tuple(line for line in _all() if isinstance(line, Line))


def archive_lines() -> tuple[ArchiveLine, ...]:
    """Every destruction in the archive, oldest first. Errors: LedgerBrokenError."""
    return tuple(line for line in _all() if isinstance(line, ArchiveLine))


def both() -> tuple[tuple[Line, ...], tuple[ArchiveLine, ...]]:
    """Erasures and destructions, for whoever needs the two: the file is read once. Errors: LedgerBrokenError."""
    found = _all()
    erasures = tuple(line for line in found if isinstance(line, Line))
    return erasures, tuple(line for line in found if isinstance(line, ArchiveLine))


def _all() -> tuple[Line | ArchiveLine, ...]:
    try:
        with path().open("rb") as file:
            return tuple(_read(file))
    except FileNotFoundError:
        return ()


def _append(made: Callable[[int, str], AnyLine]) -> AnyLine:
    with _locked() as file:
        last = _last(file)
        line = made(last.number + 1, last.hash) if last is not None else made(1, GENESIS)
        file.write(_written(line))
        file.flush()
        os.fsync(file.fileno())
    return line


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


def _last(file: BinaryIO) -> Line | ArchiveLine | None:
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
    if line.hash != _hash(line):
        raise LedgerBrokenError("The last line of the replay ledger was altered.")
    return line


def _flush_folder(folder: Path) -> None:
    """A new file survives a crash only once its folder's entry is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(file: BinaryIO) -> Iterator[Line | ArchiveLine]:
    before = GENESIS
    for number, text in enumerate(file, start=1):
        if not text.endswith(b"\n"):
            return
        line = _parsed(text, number)
        if line.number != number or line.before != before or line.hash != _hash(line):
            raise LedgerBrokenError(f"Line {number} of the replay ledger does not fit the lines before it.")
        before = line.hash
        yield line


def _parsed(text: bytes, number: int | None) -> Line | ArchiveLine:
    try:
        told = json.loads(text)
        chain = {"number": told["n"], "at": datetime.fromisoformat(told["at"])}
        chain |= {"before": told["before"], "hash": told["hash"]}
        who = tuple(told["who"])
        if told["way"] == ARCHIVE:
            return ArchiveLine(what=who, **chain)
        return Line(way=Way(told["way"]), who=who, nothing_sealed=told.get("nothing_sealed", False) is True, **chain)
    except (ValueError, KeyError, TypeError):
        raise LedgerBrokenError(f"Line {number or 'last'} of the replay ledger cannot be read.") from None


def _sealed(line: AnyLine) -> AnyLine:
    return replace(line, hash=_hash(line))


def _content(line: Line | ArchiveLine) -> dict[str, Any]:
    """What a line says, in the order in which it is hashed."""
    if isinstance(line, ArchiveLine):
        way, who, wish = ARCHIVE, line.what, {}
    else:
        way, who, wish = line.way.value, line.who, {"nothing_sealed": True} if line.nothing_sealed else {}
    return {"n": line.number, "at": line.at.isoformat(), "way": way, "who": list(who), "before": line.before, **wish}


def _hash(line: Line | ArchiveLine) -> str:
    # The wish stands in the hash where there is one, so that a line of somebody without it is what it always was.
    content = json.dumps(list(_content(line).values()), separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _written(line: Line | ArchiveLine) -> bytes:
    return json.dumps({**_content(line), "hash": line.hash}, separators=(",", ":")).encode() + b"\n"
