"""The life of the versions as facts, read in order: which one is in force, which one waits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from crystalcall.privacy.policy.models import PolicyFact
from crystalcall.privacy.policy.values import FactKind, PolicyFactView

FIRST = 1
"""The version that needs no announcement: it is in force from the first day."""

Named: TypeAlias = tuple[int, str]
"""A version by its number and the hash of its content."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the facts add up to: the version in force, the fact that brought it, and the version that waits.

    `chain` names the versions that were ever in force, oldest first, each with the hash of its content.
    """

    number: int = FIRST
    began: PolicyFactView | None = None
    waiting: PolicyFactView | None = None
    chain: tuple[Named, ...] = ()


def all_facts() -> tuple[PolicyFactView, ...]:
    """Every fact, oldest first, as the database has it now."""
    return tuple(
        PolicyFactView(
            row.version,
            FactKind(row.kind),
            row.content_sha256,
            moment(row.announced_seconds),
            moment(row.due_seconds),
            moment(row.at_seconds),
        )
        for row in PolicyFact.objects.order_by("pk")
    )


def standing(facts: Iterable[PolicyFactView]) -> Standing:
    """What these facts, oldest first, add up to."""
    stands = Standing()
    for fact in facts:
        match fact.kind:
            case FactKind.OPENED | FactKind.IN_FORCE:
                stands = Standing(fact.version, fact, chain=(*stands.chain, (fact.version, fact.content_sha256)))
            case FactKind.ANNOUNCED:
                stands = replace(stands, waiting=fact)
            case FactKind.POSTPONED:
                later = fact if stands.waiting is None or fact.due_at >= stands.waiting.due_at else stands.waiting
                stands = replace(stands, waiting=later)
            case FactKind.WITHDRAWN:
                stands = replace(stands, waiting=None)
    return stands


def until(facts: Iterable[PolicyFactView], now: datetime) -> tuple[PolicyFactView, ...]:
    """The facts that had happened by then."""
    return tuple(fact for fact in facts if fact.at <= now)


def record(fact: PolicyFactView) -> None:
    """Append a fact, in the caller's transaction."""
    PolicyFact.objects.create(
        version=fact.version,
        kind=fact.kind.value,
        content_sha256=fact.content_sha256,
        announced_seconds=seconds(fact.announced_at),
        due_seconds=seconds(fact.due_at),
        at_seconds=seconds(fact.at),
    )


def seconds(instant: datetime) -> int:
    """A moment as whole seconds since 1970."""
    return int(instant.timestamp())


def moment(since_1970_seconds: int) -> datetime:
    """Seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(since_1970_seconds, tz=UTC)
