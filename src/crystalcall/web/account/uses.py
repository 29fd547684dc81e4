"""What a new version of the policy would use data for, asked of somebody signed in (clause C20)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from crystalcall.customers.queries import collected_under
from crystalcall.privacy import policy
from crystalcall.privacy.policy.saying import new_uses_said


def open_uses_said(customer_id: UUID, *, now: datetime) -> dict[str, Any] | None:
    """The new uses that wait for this customer's word, in words, with the version that brought them; None for none."""
    under, number = collected_under(customer_id), policy.in_force(now).number
    if under is None or under >= number:
        return None
    agreed = policy.agreed_versions(customer_id)
    uses = policy.new_uses(collected_under=under, now=now, agreed=agreed)
    return {"version": number, "uses": new_uses_said(uses)} if uses else None
