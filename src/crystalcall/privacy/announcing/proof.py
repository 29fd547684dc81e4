"""The one place where the life of the policy enters the register; impersonal facts only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from crystalcall.privacy.officers.actions import approval_hash
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

UNSIGNED: Final = "unsigned-no-officer-stands"


@dataclass(frozen=True, slots=True)
class Signed:
    """An officer's signature under an explanation, as it stands in the register."""

    officer: str
    """The fingerprint of the officer's keys."""
    statement: str
    signature: str
    nonce: str


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


def explanation(*, reason: str, nonce: str, known_until: datetime, now: datetime) -> str:
    """The hash that an officer signs to explain a clock: of both moments and the reason, under a nonce.

    The nonce lies sealed with the reason, so that nobody can try out reasons on the published hash.
    """
    content = {"known_until": _said(known_until), "clock": _said(now), "reason": reason, "nonce": nonce}
    return approval_hash("policy.clock_explained", content)


def prove_explanation(signed: Signed | None, *, reason: str, known_until: datetime, now: datetime) -> None:
    """Enter who explained a jump of the clock (a fingerprint, and the signature); the reason is kept sealed beside.

    Without a signature the line says so: it is only taken where no officer stands.
    """
    facts: dict[str, str | None] = {"known_until": _said(known_until), "clock": _said(now)}
    if signed is None:
        facts |= {"officer": None, "signature": UNSIGNED}
    else:
        facts |= {"officer": signed.officer, "statement": signed.statement, "signature": signed.signature}
    secret = {"reason": reason} | ({} if signed is None else {"nonce": signed.nonce})
    enter(EntryKind.CLOCK_EXPLAINED, facts, now=now, secret=secret)


def _said(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
