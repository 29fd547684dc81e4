"""The gate: personal data leaves the program only with a permit, and each permit is a recorded disclosure.

Whoever sends anything outside takes a `Permit` as the first argument; only `permit` makes one. A refusal says why and
nothing is recorded (clauses C08, C09). The contract with the provider must cover it, and so must the policy: a use that
only a newer version has waits until that is in force, and for older data until its owner agrees (C20). Nothing leaves
about somebody who is found or suspected to be a child (C19).
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import count, islice
from typing import Final, NamedTuple

from django.db import connection, transaction

from crystalcall.plumbing import clock
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.policy.queries import allows, hands_over
from crystalcall.privacy.policy.values import Allowed, NotAllowed, NotAllowedReason
from crystalcall.privacy.providers import PROVIDERS, SHARED
from crystalcall.privacy.purposes import Purpose

# Permits that nobody uses (their transaction was rolled back) are pushed out by later ones.
UNUSED_AT_MOST: Final = 20_000
_COLUMNS = ("provider", "purpose", "fields", "subject", "disclosed_at", "company")
_disclosures = Rowset(Disclosure)


class RefusalReason(StrEnum):
    """Why the gate stays shut."""

    UNKNOWN_PROVIDER = "unknown_provider"
    NO_CONTRACT = "no_contract_in_force"
    PURPOSE_NOT_AGREED = "purpose_not_in_contract"
    FIELD_NOT_AGREED = "field_not_in_contract"
    NOTHING_NAMED = "no_field_or_subject_named"
    NOT_IN_POLICY = "not_in_the_policy_in_force"
    NOT_AGREED = "collected_under_an_older_policy"
    SUBJECT_SUSPENDED = "subject_suspended"


class ForgedPermitError(Exception):
    """Code outside the gate tried to make a permit: a mistake in the program, or worse."""


class _Given(NamedTuple):
    """What the gate gave leave for, and what runs once that is committed."""

    provider: str
    purpose: Purpose
    fields: tuple[str, ...]
    subject: str
    on_commit: Callable[[], None]


# By number: a permit that was altered, copied for somebody else or used before is not what stands here.
_given: Final[dict[int, _Given]] = {}
_committed: Final[set[int]] = set()
_numbers: Final = count(1)


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send these fields about this subject to this provider, once, asked and recorded."""

    provider: str
    purpose: Purpose
    fields: tuple[str, ...]
    subject: str
    number: int = field(repr=False)

    def __post_init__(self) -> None:
        if not self._is_given():
            raise ForgedPermitError("Only the gate makes permits.")

    def covers(self, provider: str, *fields: str) -> bool:
        """Whether this permit lets these fields go to this provider; only `spend` uses it up."""
        return provider == self.provider and set(fields) <= set(self.fields) and self._is_given()

    def spend(self, provider: str, *fields: str) -> bool:
        """Whether these fields may go to this provider now; the permit is used up by it.

        False also where it was used before, or where the disclosure was rolled back with its transaction: what is not
        recorded does not leave.
        """
        return spend_all((self,), provider, *fields)

    def _is_given(self) -> bool:
        return _given.get(self.number, ())[:4] == (self.provider, self.purpose, self.fields, self.subject)


def spend_all(given: Sequence[Permit], provider: str, *fields: str) -> bool:
    """Whether these fields may go to this provider now, by each of these permits; they are used up by it.

    False where any of them was used before or is for something else, and where its disclosure was rolled back with its
    transaction: what is not recorded does not leave.
    """
    recorded: set[int] = set()
    for each in given:
        known = _given.get(each.number)
        if known is None or known[:4] != (each.provider, each.purpose, each.fields, each.subject):
            return False
        if each.provider != provider or not set(each.fields).issuperset(fields):
            return False
        _given.pop(each.number)
        if each.number in _committed:
            _committed.discard(each.number)
        elif id(known.on_commit) not in recorded:
            # Still to be committed with what goes on here; permits that were given together stand or fall together.
            if not any(waiting[1] is known.on_commit for waiting in connection.run_on_commit):
                return False
            recorded.add(id(known.on_commit))
    return True


# The slots of a permit, which nobody else may set.
_SETTERS: Final = tuple(vars(Permit)[name].__set__ for name in ("provider", "purpose", "fields", "subject", "number"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gate stays shut, and why; `detail` names the field or purpose at fault."""

    reason: RefusalReason
    detail: str


class About(NamedTuple):
    """A subject, and the companies that get it by their own names, where the provider stands for several."""

    subject: str
    company: str = ""


def permit(
    provider: str,
    purpose: Purpose,
    fields: tuple[str, ...],
    subject: str,
    *,
    collected_under: int = 1,
    agreed: Collection[int] = (),
) -> Permit | Refusal:
    """Ask to send `fields` about `subject` (an opaque id, never a name or number) to `provider`.

    `collected_under` is the version of the policy under which the data was given (who does not say is taken to mean the
    oldest), `agreed` the versions whose new uses its owner agreed to since. Writes the disclosure in the caller's
    transaction: if that rolls back, nothing is claimed to have left.
    """
    given = permits(provider, purpose, fields, (subject,), collected_under=collected_under, agreed=agreed)
    return given if isinstance(given, Refusal) else given[0]


def permits(
    provider: str,
    purpose: Purpose,
    fields: tuple[str, ...],
    about: Sequence[str | About],
    *,
    collected_under: int = 1,
    agreed: Collection[int] = (),
) -> tuple[Permit, ...] | Refusal:
    """Ask the same about several subjects at once: a permit for each, in their order, or one refusal for all."""
    at = clock.now()
    told = [each if isinstance(each, About) else About(each) for each in about]
    subjects = [each.subject for each in told]
    refusal = (
        _contract_refusal(provider, purpose, fields, at.date())
        or _policy_refusal(provider, purpose, fields, _Asked(at, collected_under, agreed))
        or _subject_refusal(fields, subjects)
    )
    if refusal is not None:
        return refusal
    named = json.dumps(sorted(fields))
    _disclosures.insert(_COLUMNS, [(provider, purpose.value, named, each.subject, at, each.company) for each in told])
    return _issued(provider, purpose, tuple(fields), subjects)


def _issued(provider: str, purpose: Purpose, fields: tuple[str, ...], subjects: Sequence[str]) -> tuple[Permit, ...]:
    numbers = [next(_numbers) for _ in subjects]

    def stand() -> None:
        _committed.update(_given.keys() & numbers)

    for number, subject in zip(numbers, subjects, strict=True):
        _given[number] = _Given(provider, purpose, fields, subject, stand)
    transaction.on_commit(stand)
    for number in list(islice(_given, max(len(_given) - UNUSED_AT_MOST, 0))):
        _forget(number)
    return tuple([_made(_given[number], number) for number in numbers])


def _made(given: _Given, number: int) -> Permit:
    """The permit of this number: what its own way of being made gives, without asking what has just been noted."""
    permit = object.__new__(Permit)
    for setter, value in zip(_SETTERS, (*given[:4], number), strict=True):
        setter(permit, value)
    return permit


def _forget(number: int) -> None:
    _given.pop(number, None)
    _committed.discard(number)


def _contract_refusal(provider: str, purpose: Purpose, fields: tuple[str, ...], day: date) -> Refusal | None:
    registered = PROVIDERS.get(provider)
    if registered is None:
        return Refusal(RefusalReason.UNKNOWN_PROVIDER, provider)
    if purpose not in registered.purposes:
        return Refusal(RefusalReason.PURPOSE_NOT_AGREED, purpose.value)
    surplus = sorted(set(fields) - registered.fields)
    if surplus:
        return Refusal(RefusalReason.FIELD_NOT_AGREED, ", ".join(surplus))
    if day < registered.contract_from or (registered.contract_until is not None and day > registered.contract_until):
        return Refusal(RefusalReason.NO_CONTRACT, provider)
    return None


class _Asked(NamedTuple):
    """Now, the version of the policy under which data was given, and what its owner agreed to since."""

    now: datetime
    collected_under: int
    agreed: Collection[int]


def _policy_refusal(provider: str, purpose: Purpose, fields: tuple[str, ...], asked: _Asked) -> Refusal | None:
    """The policy must have the use, of each kind of data among the fields, and that this provider gets them for it."""
    now, under, agreed = asked
    for category in dict.fromkeys(("", *(SHARED[name].category for name in fields))):
        said = allows(purpose, collected_under=under, now=now, agreed=agreed, category=category)
        if (refusal := _use_refusal(said, purpose)) is not None:
            return refusal
    said = hands_over(provider, purpose, fields, now=now, collected_under=under, agreed=agreed)
    return _use_refusal(said, purpose)


def _use_refusal(said: Allowed | NotAllowed, purpose: Purpose) -> Refusal | None:
    if isinstance(said, Allowed):
        return None
    is_older = said.reason is NotAllowedReason.NOT_AGREED
    return Refusal(RefusalReason.NOT_AGREED if is_older else RefusalReason.NOT_IN_POLICY, purpose.value)


def _subject_refusal(fields: tuple[str, ...], subjects: Sequence[str]) -> Refusal | None:
    if not fields or not subjects or not all(subjects):
        return Refusal(RefusalReason.NOTHING_NAMED, "fields" if not fields else "subject")
    shut = suspended(subjects)
    return Refusal(RefusalReason.SUBJECT_SUSPENDED, ", ".join(sorted(shut))) if shut else None
