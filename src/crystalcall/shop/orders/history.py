"""Moving an order and writing down that it moved: always both, under the order's lock."""

from datetime import datetime

from django.db.models import Max

from crystalcall.rules.ordering import Moved, OrderFact, OrderState
from crystalcall.shop.orders.models import Order, OrderEvent


def move(order: Order, decision: Moved, *, reference: str = "", now: datetime) -> None:
    """Put a locked order into its next state, with the time it was paid or fulfilled, and append the step."""
    order.state = decision.after.value
    if decision.after is OrderState.PAID:
        order.paid_at = now
    elif decision.after is OrderState.FULFILLED:
        order.fulfilled_at = now
    order.save(update_fields=["state", "paid_at", "fulfilled_at"])
    append(order, decision.fact.value, before=decision.before, reference=reference, now=now)


def note_second_payment(order: Order, payment_id: str, *, now: datetime) -> bool:
    """Write down a captured payment that an already paid order did not need, once; gives whether it was news."""
    fact = OrderFact.CAPTURED.value
    if OrderEvent.objects.filter(order=order, fact=fact, reference=payment_id).exists():
        return False
    append(order, fact, before=OrderState(order.state), reference=payment_id, now=now)
    return True


def append(order: Order, fact: str, *, before: OrderState, reference: str = "", now: datetime) -> None:
    """Append one step of a locked order's history; it ends in the state the order is in."""
    last = OrderEvent.objects.filter(order=order).aggregate(last=Max("sequence"))["last"] or 0
    OrderEvent.objects.create(
        order=order,
        sequence=last + 1,
        fact=fact,
        reference=reference,
        before=before.value,
        after=order.state,
        happened_at=now,
    )
