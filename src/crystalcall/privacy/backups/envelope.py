"""The age file around the stream: written to the operator's recipient, read with the identity that is kept elsewhere.

age (age-encryption.org/v1; X25519 and ChaCha20-Poly1305 in pieces of 64 KiB) authenticates every piece and the end, so
that a file that was altered or cut off does not open (ASVS 5.0, 11.3.2 and 11.3.3). Nothing is on the disk in clear.
"""

import contextlib
import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import pyrage

from crystalcall.privacy.backups.values import BackupError, Reason

PART: Final = ".part"
CUT_OFF_WORDS: Final = ("failed to fill whole buffer", "Incomplete header")
"""What the library says of a file that ends within its header; a test holds it to that."""


def recipient_of(text: str) -> pyrage.x25519.Recipient:
    """The recipient that the settings name. Errors: BackupError."""
    if not text:
        sentence = (
            "Nobody is named to whom backups are encrypted: make a pair of keys with `age-keygen` on another machine,"
            " and set CRYSTALCALL_BACKUP_RECIPIENT to its public half (age1…)."
        )
        raise BackupError(Reason.NO_RECIPIENT, sentence)
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        sentence = "CRYSTALCALL_BACKUP_RECIPIENT is no age recipient: it is mistyped, or cut short."
        raise BackupError(Reason.NO_RECIPIENT, sentence) from None


def identities_of(path: Path) -> list[pyrage.x25519.Identity]:
    """The private halves in a file as `age-keygen` writes it. Errors: BackupError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BackupError(Reason.NO_IDENTITY, f"The identity file {path} cannot be read.") from None
    try:
        found = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if _is_key(line)]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BackupError(Reason.NO_IDENTITY, f"The file {path} holds no age identity (AGE-SECRET-KEY-1…).")
    return found


def seal(pieces: Iterator[bytes], path: Path, recipient: pyrage.x25519.Recipient) -> tuple[int, str]:
    """Write the stream into a new age file that only its owner reads; gives its size and SHA-256.

    The file has its name only once it is whole and on the disk; until then it ends in ".part", and is gone when
    anything fails. Errors: BackupError (DISK_FULL, NO_ACCESS), and whatever the pieces raise.
    """
    unfinished = path.with_name(path.name + PART)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            source, sink = _Source(pieces), _Sink(file)
            try:
                pyrage.encrypt_io(source, sink, [recipient])
            except (pyrage.EncryptError, OSError):
                # The library tells of our own exceptions by their text alone.
                raise (source.problem or sink.problem or OSError(errno.EIO, "age failed")) from None
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        flush_folder(path.parent)
    except BaseException as problem:
        if not isinstance(problem, FileExistsError):
            unfinished.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise not_written(path, problem) from None
        raise
    return sink.size, sink.digest.hexdigest()


@contextmanager
def opened(path: Path, identities: list[pyrage.x25519.Identity], told: Callable[[int], None]) -> Iterator[BinaryIO]:
    """The stream inside an age file, decrypted as it is read; `told` hears how many bytes of the file are behind us.

    Errors: BackupError (WRONG_IDENTITY, OTHER_FORMAT, CUT_OFF), inside the block or at its end.
    """
    incoming, outgoing = os.pipe()
    opener = _Opener(path, identities, outgoing, told)
    thread = threading.Thread(target=opener.run, daemon=True)
    thread.start()
    try:
        with os.fdopen(incoming, "rb") as stream:
            yield stream
    except BackupError:
        thread.join()
        # What the reader met is only what came through; why nothing more came is said better here.
        if opener.problem is not None:
            raise opener.problem from None
        raise
    thread.join()
    if opener.problem is not None:
        raise opener.problem


def not_written(path: Path, problem: OSError) -> BackupError:
    """What to say where a file cannot be written."""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return BackupError(Reason.DISK_FULL, f"The disk is full: {path} was not written, and nothing is left of it.")
    return BackupError(Reason.NO_ACCESS, f"{path} cannot be written: {problem.strerror}.")


def flush_folder(folder: Path) -> None:
    """A new name survives a crash only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_key(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


class _Source:
    """The pieces as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")
        self.problem: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end."""
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as problem:
            self.problem = problem
            raise
        end = len(self._rest) if size < 0 else size
        data, self._rest = bytes(self._rest[:end]), self._rest[end:]
        return data


class _Sink:
    """A file to write to, which knows its size and its hash."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size, self.digest = file, 0, hashlib.sha256()
        self.problem: BaseException | None = None

    def write(self, data: bytes) -> int:
        """Take all of it."""
        try:
            self._file.write(data)
        except BaseException as problem:
            self.problem = problem
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here; `seal` flushes the file."""


class _Opener:
    """Decrypts into a pipe, in a thread, since the library pushes what we want to pull."""

    def __init__(
        self, path: Path, identities: list[pyrage.x25519.Identity], outgoing: int, told: Callable[[int], None]
    ) -> None:
        self._path, self._identities, self._outgoing, self._told = path, identities, outgoing, told
        self._behind, self._left = 0, False
        self.problem: BackupError | None = None

    def run(self) -> None:
        """Decrypt until the file ends, or nobody reads any more."""
        # Closing flushes, and a reader that is gone is no fault of ours.
        with contextlib.suppress(BrokenPipeError), os.fdopen(self._outgoing, "wb", buffering=0) as self._pipe:
            try:
                with self._path.open("rb") as self._file:
                    pyrage.decrypt_io(self, self, self._identities)
            except pyrage.DecryptError as problem:
                self.problem = self._refused(str(problem))
            except OSError as problem:
                self.problem = None if self._left else self._unreadable(problem)

    def read(self, size: int = -1) -> bytes:
        """From the age file."""
        data = self._file.read(size)
        self._behind += len(data)
        self._told(self._behind)
        return data

    def write(self, data: bytes) -> int:
        """Into the pipe, all of it."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._pipe.write(rest) :]
        except BrokenPipeError:
            self._left = True
            raise
        return len(data)

    def flush(self) -> None:
        """A pipe without a buffer has nothing to flush."""

    def _refused(self, problem: str) -> BackupError:
        if "No matching keys" in problem:
            sentence = f"{self._path} is encrypted to somebody else: this identity does not open it."
            return BackupError(Reason.WRONG_IDENTITY, sentence)
        if any(words in problem for words in CUT_OFF_WORDS):
            return self._cut_off()
        return BackupError(Reason.OTHER_FORMAT, f"{self._path} is no age file, or its beginning was altered.")

    def _unreadable(self, problem: OSError) -> BackupError:
        if problem.errno is None:
            return self._cut_off()
        return BackupError(Reason.NO_ACCESS, f"{self._path} cannot be read: {problem.strerror}.")

    def _cut_off(self) -> BackupError:
        return BackupError(Reason.CUT_OFF, f"{self._path} is cut off or was altered: it does not open to its end.")
