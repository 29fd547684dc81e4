"""The one place where the life of the policy enters the register; impersonal facts only."""

from datetime import UTC, datetime

from crystalcall.privacy.policy.values import FactKind, PolicyFactView
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind

_KINDS = {
    FactKind.OPENED: EntryKind.POLICY_IN_FORCE,
    FactKind.ANNOUNCED: EntryKind.POLICY_ANNOUNCED,
    FactKind.POSTPONED: EntryKind.POLICY_POSTPONED,
    FactKind.WITHDRAWN: EntryKind.POLICY_WITHDRAWN,
    FactKind.IN_FORCE: EntryKind.POLICY_IN_FORCE,
}


def prove(fact: PolicyFactView) -> None:
    """Enter a step of a version, with the hash of its content, in the caller's transaction."""
    enter(
        _KINDS[fact.kind],
        {
            "version": fact.version,
            "content_sha256": fact.content_sha256,
            "announced_at": _said(fact.announced_at),
            "due_at": _said(fact.due_at),
        },
        now=fact.at,
    )


def prove_explanation(*, officer: str, reason: str, known_until: datetime, now: datetime) -> None:
    """Enter who explained a jump of the clock (a fingerprint); the reason, being free words, is kept sealed beside."""
    enter(
        EntryKind.CLOCK_EXPLAINED,
        {"officer": officer, "known_until": _said(known_until), "clock": _said(now)},
        now=now,
        secret={"reason": reason},
    )


def _said(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
