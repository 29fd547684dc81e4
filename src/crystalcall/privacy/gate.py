"""The gate: personal data leaves the program only with a permit, and each permit is a recorded disclosure.

Whoever sends anything outside takes a `Permit` as the first argument; only `permit` makes one. A refusal says why and
nothing is recorded (clauses C08, C09).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crystalcall.plumbing.clock import now as clock_now
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.providers import PROVIDERS, Provider
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


def permit(provider: str, purpose: Purpose, fields: tuple[str, ...], subject: str) -> Permit | Refusal:
    """Ask to send `fields` about `subject` (an opaque id, never a name or number) to `provider`.

    Writes the disclosure in the caller's transaction: if that rolls back, nothing is claimed to have left.
    """
    given = permits(provider, purpose, fields, (subject,))
    return given if isinstance(given, Refusal) else given[0]


def permits(
    provider: str, purpose: Purpose, fields: tuple[str, ...], subjects: Sequence[str]
) -> tuple[Permit, ...] | Refusal:
    """Ask the same for several subjects at once: a permit for each, in their order, or one refusal for all."""
    at = clock_now()
    registered = PROVIDERS.get(provider)
    if registered is None:
        return Refusal(RefusalReason.UNKNOWN_PROVIDER, provider)
    refusal = _refusal(registered, purpose, fields, subjects)
    if refusal is not None:
        return refusal
    day = at.date()
    if day < registered.contract_from or (registered.contract_until is not None and day > registered.contract_until):
        return Refusal(RefusalReason.NO_CONTRACT, provider)
    named = json.dumps(sorted(fields))
    _disclosures.insert(_COLUMNS, [(provider, purpose.value, named, subject, at) for subject in subjects])
    return tuple(Permit(provider, purpose, tuple(fields), subject, _MADE_BY_THE_GATE) for subject in subjects)


def _refusal(
    registered: Provider, purpose: Purpose, fields: tuple[str, ...], subjects: Sequence[str]
) -> Refusal | None:
    if not fields or not subjects or not all(subjects):
        return Refusal(RefusalReason.NOTHING_NAMED, "fields" if not fields else "subject")
    if purpose not in registered.purposes:
        return Refusal(RefusalReason.PURPOSE_NOT_AGREED, purpose.value)
    surplus = sorted(set(fields) - registered.fields)
    if surplus:
        return Refusal(RefusalReason.FIELD_NOT_AGREED, ", ".join(surplus))
    return None
