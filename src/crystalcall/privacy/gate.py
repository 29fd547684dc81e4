"""The gate: personal data leaves the program only with a permit, and each permit is a recorded disclosure.

Whoever sends anything outside takes a `Permit` as the first argument; only `permit` makes one. A refusal says why and
nothing is recorded (clauses C08, C09). The contract with the provider must cover it, and so must the policy: a use that
only a newer version has waits until that is in force, and for older data until its owner agrees (C20). Nothing leaves
about somebody who is found or suspected to be a child (C19).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from crystalcall.plumbing import clock
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.policy.queries import allows, hands_over
from crystalcall.privacy.policy.values import Allowed, NotAllowed, NotAllowedReason
from crystalcall.privacy.providers import PROVIDERS
from crystalcall.privacy.purposes import Purpose

_MADE_BY_THE_GATE = object()
_COLUMNS = ("provider", "purpose", "fields", "subject", "disclosed_at")
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


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send these fields about this subject to this provider, once asked and recorded."""

    provider: str
    purpose: Purpose
    fields: tuple[str, ...]
    subject: str
    seal: Any = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _MADE_BY_THE_GATE:
            raise ForgedPermitError("Only the gate makes permits.")

    def covers(self, provider: str, *fields: str) -> bool:
        """Whether this permit lets these fields go to this provider."""
        return provider == self.provider and set(fields) <= set(self.fields)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gate stays shut, and why; `detail` names the field or purpose at fault."""

    reason: RefusalReason
    detail: str


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
    subjects: Sequence[str],
    *,
    collected_under: int = 1,
    agreed: Collection[int] = (),
) -> tuple[Permit, ...] | Refusal:
    """Ask the same for several subjects at once: a permit for each, in their order, or one refusal for all."""
    at = clock.now()
    refusal = (
        _contract_refusal(provider, purpose, fields, at.date())
        or _use_refusal(allows(purpose, collected_under=collected_under, now=at, agreed=agreed), purpose)
        or _use_refusal(hands_over(provider, purpose, fields, now=at), purpose)
        or _subject_refusal(fields, subjects)
    )
    if refusal is not None:
        return refusal
    named = json.dumps(sorted(fields))
    _disclosures.insert(_COLUMNS, [(provider, purpose.value, named, subject, at) for subject in subjects])
    return tuple(Permit(provider, purpose, tuple(fields), subject, _MADE_BY_THE_GATE) for subject in subjects)


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
