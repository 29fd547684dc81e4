"""What a buyer is asked once a version of the policy brought a new use: to agree, for what an order gave us before."""

from dataclasses import dataclass
from datetime import datetime

from crystalcall.privacy import policy
from crystalcall.privacy.policy.actions import agree
from crystalcall.privacy.policy.values import NewUse
from crystalcall.shop.orders.tokens import find_order


@dataclass(frozen=True, slots=True)
class OpenUses:
    """The uses that wait for this buyer's word, and the version in force that brought them."""

    version: int
    uses: tuple[NewUse, ...]


def open_uses(token: str, *, now: datetime) -> OpenUses | None:
    """The new uses that the buyer of this order has not agreed to; None where there are none."""
    order = find_order(token)
    if order is None or order.customer_id is None:
        return None
    number = policy.in_force(now).number
    if order.policy_version >= number:
        return None
    agreed = policy.agreed_versions(order.customer_id)
    uses = policy.new_uses(collected_under=order.policy_version, now=now, agreed=agreed)
    return OpenUses(number, uses) if uses else None


def agree_to_uses(token: str, version: int, *, now: datetime) -> bool:
    """The buyer of this order agrees to the uses that a version in force brought; whether it counts.

    Only the version that was shown is agreed to: where a newer one came in between, its uses are asked again.
    """
    order = find_order(token)
    if order is None or order.customer_id is None:
        return False
    return agree(order.customer_id, version, now=now) is True
