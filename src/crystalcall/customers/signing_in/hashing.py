"""Checking passwords: Argon2id (RFC 9106; ASVS 5.0, 11.4.2), behind a queue that is short on purpose.

A check takes a fifth of a second and 64 MiB. Without a bound a few hundred sign-ins at once would take every thread and
all memory, and nobody could buy; with it they are asked to come back, before any work is done for them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import get_default_parameters
from django.views.decorators.debug import sensitive_variables

from crystalcall.plumbing.settings import current
from crystalcall.rules.signing_in import tidied

BUSY_SECONDS: Final = 2
LONGEST_WAIT_SECONDS: Final = 5.0
NOBODYS: Final = "the password of nobody, which is checked where an address is unknown"


@dataclass(frozen=True, slots=True)
class Busy:
    """Too many passwords are being checked at this moment; nothing was looked at."""

    wait_seconds: int = BUSY_SECONDS


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password was right, and whether its hash is older than the parameters in force."""

    is_right: bool
    is_old: bool = False


class _Line:
    """Who checks a password in this process, and who waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._checking = 0
        self._waiting = 0

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place at the hasher; False where the line is full."""
        if not self._take():
            yield False
            return
        try:
            yield True
        finally:
            with self._changed:
                self._checking -= 1
                self._changed.notify()

    def _take(self) -> bool:
        settings = current()
        with self._changed:
            if self._checking >= settings.password_checks_at_once:
                if self._waiting >= settings.password_checks_waiting:
                    return False
                self._waiting += 1
                try:
                    came = self._changed.wait_for(
                        lambda: self._checking < settings.password_checks_at_once, LONGEST_WAIT_SECONDS
                    )
                finally:
                    self._waiting -= 1
                if not came:
                    return False
            self._checking += 1
            return True


_line: Final = _Line()


@sensitive_variables("password")
def hash_password(password: str) -> str | Busy:
    """The hash to keep of a password."""
    with _line.place() as has_place:
        return _hasher().hash(tidied(password)) if has_place else Busy()


@sensitive_variables("password", "stored")
def check_password(stored: str | None, password: str) -> Checked | Busy:
    """Whether this is the password of that hash; with None the same work is done for nothing."""
    with _line.place() as has_place:
        if not has_place:
            return Busy()
        hasher = _hasher()
        # Made at the first look, whoever it is for, so that no unknown address takes longer than a known one.
        nobodys = _nobodys_hash(hasher)
        try:
            hasher.verify(stored or nobodys, tidied(password))
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return Checked(is_right=False)
    return Checked(is_right=stored is not None, is_old=stored is not None and hasher.check_needs_rehash(stored))


def _hasher() -> PasswordHasher:
    settings = current()
    return _hasher_with(settings.password_memory_kib, settings.password_passes)


@lru_cache(maxsize=4)
def _hasher_with(memory_kib: int, passes: int) -> PasswordHasher:
    usual = get_default_parameters()
    return PasswordHasher(
        time_cost=passes,
        memory_cost=memory_kib,
        # One lane: more would only take more cores of a shop that has two.
        parallelism=1,
        hash_len=usual.hash_len,
        salt_len=usual.salt_len,
    )


@lru_cache(maxsize=4)
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(NOBODYS)
