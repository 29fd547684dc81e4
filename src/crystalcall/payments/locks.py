"""Every row lock of this room. Order: a payment first, then one of its transactions; notifications stand alone."""

from crystalcall.payments.models import Attempt, GatewayNotification, GatewayTransaction, Payment


def payment_of_order(order_number: str) -> Payment | None:
    """Lock the payment of an order; None when there is none."""
    return Payment.objects.select_for_update().filter(order_number=order_number).first()


def attempt(attempt_id: int) -> Attempt:
    """Lock an attempt."""
    return Attempt.objects.select_for_update().get(pk=attempt_id)


def gateway_transaction(row_id: int) -> GatewayTransaction | None:
    """Lock a transaction by its row; None when there is none."""
    return GatewayTransaction.objects.select_for_update().filter(pk=row_id).first()


def known_transaction(trans_id: str) -> GatewayTransaction | None:
    """Lock a transaction by the gateway's id, under its payment's lock; None when we have not seen it."""
    return GatewayTransaction.objects.select_for_update().filter(trans_id=trans_id).first()


def notification(row_id: int) -> GatewayNotification | None:
    """Lock a notification; None when there is none."""
    return GatewayNotification.objects.select_for_update().filter(pk=row_id).first()
