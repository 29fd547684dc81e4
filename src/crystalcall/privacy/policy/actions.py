"""Agreeing to the uses that a new version brought, and taking it back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from crystalcall.privacy.policy import facts
from crystalcall.privacy.policy.models import PolicyAgreement
from crystalcall.privacy.policy.values import PolicyRefusal, Refused


def agree(customer_id: UUID, version: int, *, now: datetime) -> bool | Refused:
    """A customer agrees to the new uses of a version in force, also for what was collected before it.

    Gives whether that is new; once is enough. A version that is not in force cannot be agreed to.
    """
    stands = facts.standing(facts.until(facts.all_facts(), now))
    if not facts.FIRST <= version <= stands.number:
        return Refused(PolicyRefusal.VERSION_UNKNOWN, f"Version {version} is not in force.")
    with transaction.atomic():
        _row, created = PolicyAgreement.objects.get_or_create(
            customer_id=customer_id, policy_version=version, defaults={"agreed_at": now}
        )
    return created


def take_back(customer_id: UUID) -> int:
    """A customer takes back every agreement, or is forgotten; gives how many there were."""
    deleted, _by_model = PolicyAgreement.objects.filter(customer_id=customer_id).delete()
    return deleted
