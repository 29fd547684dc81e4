"""Background work of this room: ids only; each piece follows from the rows, so `reconcile` finds a lost task."""

from crystalcall.plumbing import clock
from crystalcall.plumbing.work import task


def enqueue_examination(notification_row_id: int) -> None:
    """Have a message looked into, once the caller's transaction is committed."""
    examine_notification.enqueue(notification_row_id)


def enqueue_void(transaction_row_id: int) -> None:
    """Have a surplus transaction voided, once the caller's transaction is committed."""
    void_surplus.enqueue(transaction_row_id)


@task
def examine_notification(notification_row_id: int) -> None:
    """Look into what a message of the gateway points at."""
    from crystalcall.payments import actions

    actions.examine_notification(notification_row_id, now=clock.now())


@task
def void_surplus(transaction_row_id: int) -> None:
    """Void a second payment of an order at the gateway."""
    from crystalcall.payments import actions

    actions.void_surplus(transaction_row_id, now=clock.now())
