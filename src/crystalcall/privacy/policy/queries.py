"""Which version is in force, which is announced, and what may be done with data collected under which version.

The facts are few and change a few times a year: each process reads them again after some seconds, so that asking costs
no query on the way of a page or a call.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from crystalcall.plumbing import clock
from crystalcall.privacy.policy import facts, library
from crystalcall.privacy.policy.facts import Standing
from crystalcall.privacy.policy.models import PolicyAgreement
from crystalcall.privacy.policy.values import (
    Allowed,
    FactKind,
    NotAllowed,
    NotAllowedReason,
    PolicyFactView,
    Version,
)
from crystalcall.privacy.purposes import Purpose

REMEMBERED_SECONDS: Final = 5.0
"""How old the facts may be that an answer is made of; a version comes into force at a midnight, give or take this."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """The facts as read last, what they add up to, and until when (monotonic) they need not be read again."""

    facts: tuple[PolicyFactView, ...]
    stands: Standing
    until: float


_memory: list[_Memory] = [_Memory((), Standing(), 0.0)]


def remember(known: tuple[PolicyFactView, ...], *, seconds: float = REMEMBERED_SECONDS) -> None:
    """Answer from these facts for so many seconds; 0 has the next question read them afresh."""
    _memory[0] = _Memory(known, facts.standing(known), time.monotonic() + seconds if seconds else 0.0)


def forget_remembered() -> None:
    """Read the facts afresh next time; every action of this room calls it."""
    remember((), seconds=0)


def _facts(now: datetime) -> tuple[PolicyFactView, ...]:
    return facts.until(_known().facts, now)


def _standing(now: datetime) -> Standing:
    known = _known()
    if not known.facts or known.facts[-1].at <= now:
        return known.stands
    return facts.standing(facts.until(known.facts, now))


def _known() -> _Memory:
    if time.monotonic() >= _memory[0].until:
        remember(facts.all_facts())
    return _memory[0]


def in_force(now: datetime) -> Version:
    """The version in force then. Errors: UnfitPolicyError when its files are gone or unfit."""
    stands = _standing(now)
    return _version(stands.number, stands.began)


def announced(now: datetime) -> Version | None:
    """The version that was announced by then and is not in force yet, or None."""
    waiting = _standing(now).waiting
    return None if waiting is None else _version(waiting.version, waiting)


def remembered_announcement(now: datetime) -> PolicyFactView | None:
    """The announcement that waits, as this process knew it last: no query and no file, for pages that must stand."""
    return facts.standing(facts.until(_memory[0].facts, now)).waiting


def all_versions(now: datetime | None = None) -> tuple[Version, ...]:
    """Every version that was ever in force or is announced, oldest first; a folder nobody announced is not shown."""
    found: dict[int, Version] = {facts.FIRST: _version(facts.FIRST, None)}
    waiting = None
    for fact in _facts(now or clock.now()):
        match fact.kind:
            case FactKind.OPENED | FactKind.IN_FORCE:
                found[fact.version] = _version(fact.version, fact)
                waiting = None
            case FactKind.WITHDRAWN:
                waiting = None
            case _:
                waiting = fact
    if waiting is not None:
        found[waiting.version] = _version(waiting.version, waiting)
    return tuple(found[number] for number in sorted(found))


def history() -> tuple[PolicyFactView, ...]:
    """Every step of every version, oldest first, withdrawn announcements too; as the database has it now."""
    return facts.all_facts()


def current_number() -> int:
    """The number of the version in force now, for `policy_version` columns; costs no query most of the time."""
    return _standing(clock.now()).number


def allows(
    purpose: Purpose, *, collected_under: int, now: datetime, agreed: Collection[int] = ()
) -> Allowed | NotAllowed:
    """Whether data collected under a version may be used for a purpose now (clause C20).

    The version in force must have the use. Where a version after `collected_under` introduced it, its owner must have
    agreed to that version or a later one (`agreed`).
    """
    number = _standing(now).number
    since = _published(number).practices.since(purpose.value)
    if since is None:
        return NotAllowed(NotAllowedReason.NOT_IN_FORCE, purpose.value)
    if collected_under >= since or any(since <= version <= number for version in agreed):
        return Allowed(number)
    return NotAllowed(NotAllowedReason.NOT_AGREED, purpose.value, since)


def hands_over(provider: str, purpose: Purpose, fields: Collection[str], *, now: datetime) -> Allowed | NotAllowed:
    """Whether the version in force says that this provider gets these fields for this purpose (clauses C09, C20)."""
    number = _standing(now).number
    for said in _published(number).practices.providers:
        if said.key == provider and purpose.value in said.purposes and set(fields) <= set(said.fields):
            return Allowed(number)
    return NotAllowed(NotAllowedReason.NOT_IN_FORCE, purpose.value)


def new_uses(*, collected_under: int, now: datetime, agreed: Collection[int] = ()) -> tuple[Purpose, ...]:
    """The uses in force that wait for the agreement of whoever gave data under an older version."""
    return tuple(
        Purpose(use.purpose)
        for use in in_force(now).practices.uses
        if isinstance(allows(Purpose(use.purpose), collected_under=collected_under, now=now, agreed=agreed), NotAllowed)
    )


def agreed_versions(customer_id: UUID) -> frozenset[int]:
    """The versions whose new uses a customer agreed to."""
    rows = PolicyAgreement.objects.filter(customer_id=customer_id)
    return frozenset(rows.values_list("policy_version", flat=True))


def _published(number: int) -> Version:
    found = library.edition(number)
    if found is None:
        raise library.UnfitPolicyError((f"Version {number:04d} of the policy was published, and its files are gone.",))
    return found


def _version(number: int, fact: PolicyFactView | None) -> Version:
    found = _published(number)
    if fact is None:
        return found
    begins = fact.kind in {FactKind.OPENED, FactKind.IN_FORCE}
    return replace(found, announced_at=fact.announced_at, due_at=fact.due_at, in_force_at=fact.at if begins else None)
