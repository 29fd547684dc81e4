"""Contracts with providers in the register: whoever reads it sees since when who may get what (clause C09).

The providers stand in the program (`providers.py`); a change of theirs enters the register within the hour, for ever.
"""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from crystalcall.plumbing import tallies
from crystalcall.privacy.providers import PROVIDERS, Provider
from crystalcall.privacy.register import EntryKind, enter
from crystalcall.privacy.register.queries import entries

LOCK: Final = "contracts.entered"
MOST: Final = 10_000
"""How many changes of contracts are looked through: more than any shop has."""


def enter_contracts(now: datetime) -> int:
    """Enter each contract that is new, changed or gone since the register last told of it; gives how many."""
    with transaction.atomic():
        # Whoever holds this row enters; a second worker waits, and then finds nothing new.
        tallies.locked(LOCK, now=now)
        told = _told()
        wanted = {key: _facts(provider) for key, provider in PROVIDERS.items()}
        wanted |= {key: {"provider": key, "ended": True} for key in told if key not in PROVIDERS}
        changed = [facts for key, facts in sorted(wanted.items()) if told.get(key) != facts]
        for facts in changed:
            enter(EntryKind.PROVIDER_CONTRACT, facts, now=now)
    return len(changed)


def _told() -> dict[str, dict[str, Any]]:
    """What the register last said of each provider."""
    newest: dict[str, dict[str, Any]] = {}
    for entry in entries(kind=EntryKind.PROVIDER_CONTRACT, limit=MOST):
        newest.setdefault(str(entry.facts["provider"]), entry.facts)
    return newest


def _facts(provider: Provider) -> dict[str, Any]:
    return {
        "provider": provider.key,
        "contract_from": provider.contract_from.isoformat(),
        "contract_until": provider.contract_until.isoformat() if provider.contract_until else None,
        "purposes": sorted(purpose.value for purpose in provider.purposes),
        "fields": sorted(provider.fields),
    }
