"""What the room of backups gives: frozen values, and sentences for what cannot be done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from crystalcall.privacy.erasures.values import Replayed

Tell = Callable[[str, int, int], None]
"""Told what is at work, how much of it is done and how much there is (0: nobody knows)."""


class Kind(StrEnum):
    """What an age file of ours holds."""

    DATABASE = "database"
    KEYS = "keys"


class Reason(StrEnum):
    """Why something about a backup was refused or went wrong."""

    NO_RECIPIENT = "no_recipient"
    NO_IDENTITY = "no_identity"
    WRONG_IDENTITY = "wrong_identity"
    CUT_OFF = "cut_off"
    ALTERED = "altered"
    OTHER_FORMAT = "other_format"
    OTHER_DATABASE = "other_database"
    NEWER_PROGRAM = "newer_program"
    NOT_EMPTY = "not_empty"
    IN_USE = "in_use"
    BUSY = "busy"
    KEYS_MISSING = "keys_missing"
    KEYS_TOO_OLD = "keys_too_old"
    DISK_FULL = "disk_full"
    NO_ACCESS = "no_access"
    DATABASE_PROGRAM = "database_program"
    ERASURES_BROKEN = "erasures_broken"


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message is a sentence for the operator."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database as it was at one moment: its schema's heads by room, its rows by table, and its content."""

    engine: str
    heads: Mapping[str, str]
    counts: Mapping[str, int]
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Signed:
    """The register's end as it was last signed when the snapshot was taken."""

    day: str
    sequence: int
    root: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file says of itself. `made_at` is just before the snapshot; `counts` are rows by table."""

    kind: Kind
    engine: str
    program: str
    made_at: datetime
    heads: Mapping[str, str]
    counts: Mapping[str, int]
    register: Signed | None


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """An age file on the disk; `sha256` is that of the file itself."""

    path: Path
    size: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Made:
    """A backup: the database's file, and the keys' file that replaced the earlier ones."""

    database: WrittenFile
    keys: WrittenFile
    replaced: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that opened and is whole: its manifest, and how many bytes of content it holds."""

    manifest: Manifest
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought, and what was done again after it.

    `beyond_ledger` erasures are known to the backup and not to the replay ledger, which then lacks later ones too.
    `lost_days` days of the register had gone out and are no longer in it; its newest line names them.
    """

    manifest: Manifest
    rows: int
    keys_added: int
    migrated: bool
    replayed: Replayed
    beyond_ledger: int
    lost_days: int = 0
