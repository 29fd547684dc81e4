"""Every row lock of the orders. An order's row is locked before anything of it changes; its lines need no lock."""

from crystalcall.shop.orders.models import Order


def locked_order(order_number: str) -> Order | None:
    """The order, locked until the caller's transaction ends, or None."""
    return Order.objects.select_for_update().filter(order_number=order_number).first()
