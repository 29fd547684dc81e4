"""Which version is in force, which is announced, and what may be done with data collected under which version.

The facts are few and change a few times a year: each process reads them again after some seconds, so that asking costs
no query on the way of a page or a call. What a version says is read once (`shelf.py`).
"""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import UUID

from crystalcall.plumbing import clock
from crystalcall.privacy.policy import facts, library, shelf
from crystalcall.privacy.policy.facts import Named, Standing
from crystalcall.privacy.policy.models import PolicyAgreement
from crystalcall.privacy.policy.values import (
    Allowed,
    FactKind,
    NewUse,
    NotAllowed,
    NotAllowedReason,
    PolicyFactView,
    Practices,
    Version,
)
from crystalcall.privacy.purposes import Purpose

REMEMBERED_SECONDS: Final = 5.0
"""How old the facts may be that an answer is made of; a version comes into force at a midnight, give or take this."""

BEGINNINGS: Final = frozenset({FactKind.OPENED, FactKind.IN_FORCE})

Chain: TypeAlias = tuple[Named, ...]


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
    """The version in force then. Errors: UnfitPolicyError when it is kept otherwise than it was announced."""
    number, content = _chain(now)[-1]
    began = _standing(now).began
    found = shelf.version(number, content)
    return found if began is None else _dated(found, began)


def announced(now: datetime) -> Version | None:
    """The version that was announced by then and is not in force yet, or None. Errors: as `in_force`."""
    stands = _standing(now)
    if stands.waiting is None:
        return None
    found = shelf.version(stands.waiting.version, stands.waiting.content_sha256)
    return _dated(found, stands.waiting, stands.number)


def remembered_announcement(now: datetime) -> tuple[PolicyFactView, Version | None, Version | None] | None:
    """The announcement that waits, as this process knew it last, the version in force and the one that comes.

    It asks no database, for pages that must stand without one; a version that this process never read is None.
    """
    stands = facts.standing(facts.until(_memory[0].facts, now))
    if stands.waiting is None:
        return None
    coming = shelf.remembered(stands.waiting.version, stands.waiting.content_sha256)
    return stands.waiting, shelf.remembered(*stands.chain[-1]) if stands.chain else None, coming


def all_versions(now: datetime | None = None) -> tuple[Version, ...]:
    """Every version that was ever in force or announced, oldest first, withdrawn ones too.

    A folder that nobody announced is not shown. Errors: UnfitPolicyError when one is kept otherwise than announced.
    """
    at = now or clock.now()
    lives: dict[int, PolicyFactView] = {}
    follows: dict[int, int] = {}
    number = facts.FIRST
    for fact in _facts(at):
        lives[fact.version] = fact
        if fact.kind is FactKind.ANNOUNCED:
            follows[fact.version] = number
        elif fact.kind in BEGINNINGS:
            number = fact.version
    if not lives:
        return (in_force(at),)
    return tuple(
        _dated(shelf.version(version, fact.content_sha256), fact, follows.get(version))
        for version, fact in sorted(lives.items())
    )


def history() -> tuple[PolicyFactView, ...]:
    """Every step of every version, oldest first, withdrawn announcements too; as the database has it now."""
    return facts.all_facts()


def current_number() -> int:
    """The number of the version in force now, for `policy_version` columns; costs no query most of the time."""
    return _standing(clock.now()).number


def allows(
    purpose: Purpose, *, collected_under: int, now: datetime, agreed: Collection[int] = (), category: str = ""
) -> Allowed | NotAllowed:
    """Whether data collected under a version may be used for a purpose now (clause C20).

    With a `category` (a fideslang key) the pair counts: that data of this kind is used for this purpose. The version in
    force must have it. Where a version after `collected_under` introduced it, its owner must have agreed to that
    version or a later one (`agreed`).
    """
    chain = _chain(now)
    return _judged(chain, _use_since(chain, purpose.value, category), purpose, collected_under, agreed)


def hands_over(
    provider: str,
    purpose: Purpose,
    fields: Collection[str],
    *,
    now: datetime,
    collected_under: int,
    agreed: Collection[int] = (),
) -> Allowed | NotAllowed:
    """Whether this provider gets each of these fields for this purpose (clauses C09, C20); judged as `allows` does."""
    chain = _chain(now)
    for field in fields:
        said = _judged(chain, _gift_since(chain, provider, field, purpose.value), purpose, collected_under, agreed)
        if isinstance(said, NotAllowed):
            return said
    return Allowed(chain[-1][0])


def new_uses(*, collected_under: int, now: datetime, agreed: Collection[int] = ()) -> tuple[NewUse, ...]:
    """What the version in force allows and what waits for the agreement of whoever gave data under an older one."""
    chain = _chain(now)
    if collected_under >= chain[-1][0]:
        return ()
    practices = in_force(now).practices
    return tuple(
        use
        for use in _uses_of(practices)
        if isinstance(_judged(chain, _since(chain, use), Purpose(use.purpose), collected_under, agreed), NotAllowed)
    )


def agreed_versions(customer_id: UUID) -> frozenset[int]:
    """The versions whose new uses a customer agreed to."""
    rows = PolicyAgreement.objects.filter(customer_id=customer_id)
    return frozenset(rows.values_list("policy_version", flat=True))


def _judged(
    chain: Chain, since: int | None, purpose: Purpose, collected_under: int, agreed: Collection[int]
) -> Allowed | NotAllowed:
    number = chain[-1][0]
    if since is None:
        return NotAllowed(NotAllowedReason.NOT_IN_FORCE, purpose.value)
    if collected_under >= since or any(since <= version <= number for version in agreed):
        return Allowed(number)
    return NotAllowed(NotAllowedReason.NOT_AGREED, purpose.value, since)


def _since(chain: Chain, use: NewUse) -> int | None:
    if use.provider:
        return _gift_since(chain, use.provider, use.field, use.purpose)
    return _use_since(chain, use.purpose, use.category)


# A call asks for these a hundred times a second. The hashes in a chain name what is asked, so nothing remembered ages.
@lru_cache(maxsize=4096)
def _use_since(chain: Chain, purpose: str, category: str) -> int | None:
    """From which version on every version in force had this use without a break; None where the last has it not."""
    return _unbroken(chain, lambda practices: practices.has_use(purpose, category))


@lru_cache(maxsize=4096)
def _gift_since(chain: Chain, provider: str, field: str, purpose: str) -> int | None:
    """The same for what a provider gets."""
    return _unbroken(chain, lambda practices: practices.gives(provider, field, purpose))


def _unbroken(chain: Chain, has: Callable[[Practices], bool]) -> int | None:
    since = None
    for number, content in reversed(chain):
        if not has(shelf.version(number, content).practices):
            break
        since = number
    return since


def _uses_of(practices: Practices) -> Iterator[NewUse]:
    """Everything that these practices allow: purposes, purposes of each kind of data, and what each provider gets."""
    yield from (NewUse(use.purpose) for use in practices.uses)
    for kind in practices.collected:
        yield from (NewUse(purpose, kind.category) for purpose in kind.purposes)
    for provider in practices.providers:
        for field in provider.fields:
            yield from (NewUse(purpose, provider=provider.key, field=field) for purpose in provider.purposes)


def _chain(now: datetime) -> Chain:
    """The versions that were in force until now. Before the store was opened that is the one that it will open with."""
    chain = _standing(now).chain
    if chain:
        return chain
    first = library.first().version
    shelf.remember(first)
    return ((first.number, first.content_sha256),)


def _dated(found: Version, fact: PolicyFactView, follows: int | None = None) -> Version:
    return replace(
        found,
        announced_at=fact.announced_at,
        due_at=fact.due_at,
        in_force_at=fact.at if fact.kind in BEGINNINGS else None,
        withdrawn_at=fact.at if fact.kind is FactKind.WITHDRAWN else None,
        follows=follows,
    )
