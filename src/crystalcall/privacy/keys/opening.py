"""Opening what was sealed, for a purpose: the inventory must declare it for the field, and the policy must have had it.

Nothing is remembered between two openings: a destroyed key opens nothing from that moment on, in any process.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crystalcall.plumbing import sealing as outer
from crystalcall.plumbing.sealing import NONCE_BYTES, SealBrokenError
from crystalcall.privacy.inventory import Personal, declaration_of
from crystalcall.privacy.keys import columns
from crystalcall.privacy.keys.sealing import KeyDestroyedError, bound_to
from crystalcall.privacy.keys.store import SEALED, WrappedKey, wrapped_keys, wrapped_keys_meanwhile
from crystalcall.privacy.keys.wrapping import unwrap
from crystalcall.privacy.purposes import Purpose

Policy: TypeAlias = Callable[[Purpose, str, UUID | None, int], str]
"""Asked with purpose, category of data, subject and the policy's version of the row.

Answers why not, or nothing where it is allowed.

Without a subject: whether it is allowed whatever somebody has agreed to.
"""
Asked: TypeAlias = tuple[str, Purpose, int]

_BODY: Final = 1 + NONCE_BYTES

# The policy is built above the keys (its steps stand in the register, which seals) and puts itself here.
_policy: Final[list[Policy]] = []


def set_policy(policy: Policy) -> None:
    """Have every opening ask this; until then nothing opens."""
    _policy[:] = [policy]


class PurposeRefusal(StrEnum):
    """Why a field is not opened."""

    FIELD_NOT_DECLARED = "field_not_declared_as_personal"
    PURPOSE_NOT_DECLARED = "purpose_not_declared_for_field"
    POLICY = "policy_did_not_have_it"


class PurposeRefusedError(Exception):
    """A field was to be read for a purpose that it was not given for (clauses C01 and C04)."""

    def __init__(self, reason: PurposeRefusal, field: str, purpose: Purpose, detail: str = "") -> None:
        super().__init__(f"{field} is not opened for {purpose.value}: {detail or reason.value}.")
        self.reason = reason
        self.field = field
        self.purpose = purpose


class Opener:
    """Opens what belongs to one subject."""

    __slots__ = ("_allowed", "_bound", "_cipher", "_is_destroyed", "subject")

    def __init__(self, subject: UUID, cipher: AESGCM | None, allowed: set[Asked], *, is_destroyed: bool) -> None:
        self.subject = subject
        self._bound: dict[tuple[str, str], bytes] = {}
        self._cipher = cipher
        self._allowed = allowed
        self._is_destroyed = is_destroyed

    def open(
        self, field: str, blob: bytes | memoryview, *, purpose: Purpose, collected_under: int, row: str = ""
    ) -> str:
        """The text of a sealed field.

        `collected_under` is the row's `policy_version`; `row` is what the value was sealed for, where it was for one.
        Errors: PurposeRefusedError, KeyDestroyedError, plumbing.sealing.SealBrokenError.
        """
        asked = (field, purpose, collected_under)
        # Ten names of a page are opened for one reason: it is asked about once.
        if asked not in self._allowed and check_purpose(*asked, subject=self.subject):
            self._allowed.add(asked)
        return self.unseal(field, bytes(blob), row)

    def unseal(self, field: str, blob: bytes, row: str = "") -> str:
        """The same without a purpose: only for what seals the text again at once (rotation), never for reading."""
        if self._is_destroyed:
            raise KeyDestroyedError("The key was destroyed: nobody can open this any more.")
        if blob[:1] == outer.FORMAT:
            return outer.unseal(blob, columns.old_context(field, self.subject, row))
        if blob[:1] != SEALED:
            raise SealBrokenError("The sealed value has an unknown format.")
        if self._cipher is None:
            raise KeyDestroyedError("There is no key of this subject.")
        bound = self._bound.get((field, row))
        if bound is None:
            bound = self._bound[field, row] = bound_to(field.encode(), self.subject.bytes, row.encode())
        try:
            return self._cipher.decrypt(blob[1:_BODY], blob[_BODY:], bound).decode()
        except (InvalidTag, ValueError):
            raise SealBrokenError("The sealed value does not open with this key, field and row.") from None


def open_field(field: str, subject: UUID, blob: bytes | memoryview, *, purpose: Purpose, collected_under: int) -> str:
    """The text of one sealed field of one subject; for more than one ask `openers`.

    Errors: PurposeRefusedError, KeyDestroyedError, plumbing.sealing.SealBrokenError.
    """
    return openers((subject,))[subject].open(field, blob, purpose=purpose, collected_under=collected_under)


def openers(subjects: Collection[UUID]) -> Mapping[UUID, Opener]:
    """An opener for each subject, by one statement for all; one whose key is gone opens nothing."""
    return _openers(subjects, wrapped_keys(subjects))


@contextmanager
def openers_meanwhile(subjects: Collection[UUID]) -> Iterator[Callable[[], Mapping[UUID, Opener]]]:
    """The same, their keys looked up while the block reads the rows: where it is known beforehand whose they are.

    What is given makes the openers, within the block. Nothing else may be asked of the key store there.
    """
    with wrapped_keys_meanwhile(subjects) as wrapped:
        yield lambda: _openers(subjects, wrapped())


def _openers(subjects: Collection[UUID], rows: Iterable[WrappedKey]) -> Mapping[UUID, Opener]:
    found: dict[UUID, Opener] = {}
    allowed: set[Asked] = set()
    for subject, wrapped, wrapped_by in rows:
        cipher = None if wrapped is None else AESGCM(unwrap(wrapped, subject, wrapped_by))
        found[subject] = Opener(subject, cipher, allowed, is_destroyed=cipher is None)
    for subject in subjects:
        if subject not in found:
            found[subject] = Opener(subject, None, allowed, is_destroyed=False)
    return found


def check_purpose(field: str, purpose: Purpose, collected_under: int, *, subject: UUID) -> bool:
    """Refuse a purpose that the inventory does not declare for the field, or that the policy does not allow now.

    The policy of the row's own version counts, and what this subject has agreed to since (clauses C04 and C20).
    Gives whether it is allowed whatever the subject has agreed to. Errors: PurposeRefusedError.
    """
    declared = declaration_of(field)
    if not isinstance(declared, Personal):
        raise PurposeRefusedError(PurposeRefusal.FIELD_NOT_DECLARED, field, purpose)
    if purpose not in declared.purposes:
        raise PurposeRefusedError(PurposeRefusal.PURPOSE_NOT_DECLARED, field, purpose)
    if not _policy:
        raise PurposeRefusedError(PurposeRefusal.POLICY, field, purpose, "nobody knows the policy")
    (refusal,) = _policy
    if not refusal(purpose, declared.category, None, collected_under):
        return True
    if problem := refusal(purpose, declared.category, subject, collected_under):
        raise PurposeRefusedError(PurposeRefusal.POLICY, field, purpose, problem)
    return False
