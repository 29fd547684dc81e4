"""The witness: a file beside the replay ledger that remembers every signed day, whatever becomes of the database.

A backup that is put back takes the register back with it. Roots of the days after it went out in receipts and mails,
and must not silently be signed anew over other lines: what stands in this file and no longer in the database is entered
(`backup_restored`) before anything else is signed. Each line is a day as it was published, under its own signature.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from crystalcall.plumbing.settings import current
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.locks import lock_head
from crystalcall.privacy.register.models import RegisterDay
from crystalcall.privacy.register.queries import all_facts
from crystalcall.privacy.register.reading import statement_of
from crystalcall.privacy.register.values import DayInfo
from crystalcall.rules.privacy.canonical import canonical
from crystalcall.rules.privacy.chain import FORMAT, MOMENT, DayStatement

logger = logging.getLogger(__name__)

FILE: Final = "register-days.log"
DAYS_IN_A_LINE: Final = 500
"""How many days one line of the register names."""


@dataclass(frozen=True, slots=True, order=True)
class Published:
    """A day whose root went out."""

    day: date
    root: str


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What the file says: the days, and the numbers of lines that nobody signed as they stand."""

    days: tuple[Published, ...]
    altered: tuple[int, ...]


def path() -> Path:
    """Where the file is: beside the replay ledger."""
    settings = current()
    return Path(settings.erasures_file).with_name(FILE) if settings.erasures_file else settings.data_path(FILE)


def witnessed() -> Witnessed:
    """Every day that the file remembers; nothing where there is no file. One that cannot be read counts as altered."""
    try:
        with path().open("rb") as file:
            return _read(file)
    except FileNotFoundError:
        return Witnessed((), ())
    except OSError as problem:
        logger.critical("the witness of the register's days cannot be read: %s", problem)
        return Witnessed((), (0,))


def keep_up() -> int:
    """Write down every signed day of this database that the file lacks; gives how many. Never raises for the disk."""
    try:
        with _locked() as file:
            known = set(_read(file).days)
            rows = [row for row in RegisterDay.objects.order_by("day") if Published(row.day, row.root) not in known]
            _append(file, rows)
    except OSError as problem:
        # The day is signed and public all the same; the next signing writes it down.
        logger.critical("the witness of the register's days cannot be written: %s", problem)
        return 0
    return len(rows)


def lost() -> tuple[Published, ...]:
    """Days that went out and that this database does not have as they were, whether or not the register says so."""
    remembered = witnessed().days
    stand = dict(RegisterDay.objects.filter(day__in={each.day for each in remembered}).values_list("day", "root"))
    return tuple(sorted({each for each in remembered if stand.get(each.day) != each.root}))


def unnamed() -> tuple[Published, ...]:
    """Those of them of which no line of the register speaks yet."""
    named = {root for facts in all_facts(EntryKind.BACKUP_RESTORED) for root in facts.get("lost_roots", ())}
    return tuple(each for each in lost() if each.root not in named)


def facts_of(days: Iterable[Published]) -> dict[str, list[str]]:
    """How a line of the register names lost days: two lists of one length."""
    days = tuple(days)
    return {"lost_days": [each.day.isoformat() for each in days], "lost_roots": [each.root for each in days]}


def name_lost_days(now: datetime) -> int:
    """Enter that a backup was put back by hand, where days went out that this database lacks; gives how many days.

    `backup restore` names them itself; whoever copies a file back is found by this, at the start of the store or the
    worker, and at the latest before a day is signed.
    """
    if not unnamed():
        return 0
    with transaction.atomic():
        lock_head(Book.OPEN)  # of two processes that find the same, one enters it
        missing = unnamed()
        for begin in range(0, len(missing), DAYS_IN_A_LINE):
            piece = missing[begin : begin + DAYS_IN_A_LINE]
            enter(EntryKind.BACKUP_RESTORED, {"found": "at-start", **facts_of(piece)}, now=now)
    if missing:
        logger.critical(
            "an older database was put back: %d signed days of the register are no longer in it (%s to %s)",
            *(len(missing), missing[0].day, missing[-1].day),
        )
    return len(missing)


def _read(file: BinaryIO) -> Witnessed:
    days, altered = [], []
    for number, text in enumerate(file, start=1):
        if not text.endswith(b"\n"):
            break  # cut short by a crash; written again at the next signing
        if (day := _published(text)) is None:
            altered.append(number)
        else:
            days.append(day)
    return Witnessed(tuple(days), tuple(altered))


def _published(text: bytes) -> Published | None:
    """A line's day, if it is signed by the key that it names."""
    try:
        told = json.loads(text)
        signature = bytes.fromhex(told.pop("signature"))
        if told.pop("format") != FORMAT:
            return None
        statement = DayStatement(**told)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(statement.public_key)).verify(signature, statement.message())
        datetime.strptime(statement.signed_at, MOMENT).replace(tzinfo=UTC)
        return Published(date.fromisoformat(statement.day), statement.root)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return None


def _written(row: RegisterDay | DayInfo) -> bytes:
    return canonical(statement_of(row).fields() | {"signature": row.signature}) + b"\n"


def _append(file: BinaryIO, rows: Iterable[RegisterDay]) -> None:
    """Write lines behind the last whole one, and to the disk."""
    file.seek(0)
    whole = file.read().rfind(b"\n") + 1
    file.seek(whole)
    file.truncate()
    file.writelines(_written(row) for row in rows)
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _locked() -> Iterator[BinaryIO]:
    """The file for one writer at a time, readable by its owner alone."""
    place = path()
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
