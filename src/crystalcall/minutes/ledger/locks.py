"""Every row lock of the books.

The order, for all: accounts with a floor by id, then (without a lock of their own) their reservations, which their
account's lock guards. The store's own accounts are never locked and never updated, so nobody waits on them.
`no_key` leaves room for the share locks that foreign keys take on PostgreSQL. A transaction that touches
several customers' accounts in several actions takes `lock_accounts` with all of them first.
"""

from uuid import UUID

from crystalcall.minutes.ledger.models import FLOORED, LedgerAccount, Reservation
from crystalcall.minutes.ledger.values import UnknownAccountError, UnknownReservationError


def lock_accounts(*account_ids: UUID) -> dict[UUID, LedgerAccount]:
    """The accounts by id, those with a floor locked until the caller's transaction ends.

    Raises:
        UnknownAccountError: an id that no account has.
    """
    wanted = set(account_ids)
    floored = LedgerAccount.objects.select_for_update(no_key=True).filter(pk__in=wanted, kind__in=FLOORED)
    found = {row.pk: row for row in floored.order_by("pk")}
    if missing := wanted - found.keys():
        found |= {row.pk: row for row in LedgerAccount.objects.filter(pk__in=missing)}
    for account_id in wanted - found.keys():
        raise UnknownAccountError(f"There is no ledger account {account_id}.")
    return found


def lock_reservation(reservation_id: UUID, *other_account_ids: UUID) -> tuple[Reservation, dict[UUID, LedgerAccount]]:
    """The reservation and its account (with the others asked for), guarded until the caller's transaction ends.

    Raises:
        UnknownReservationError: an id that no reservation has.
        UnknownAccountError: an id that no account has.
    """
    # A reservation never changes its account, so this may be read before the account is locked; all else is read after.
    account_id = Reservation.objects.filter(pk=reservation_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise UnknownReservationError(f"There is no reservation {reservation_id}.")
    accounts = lock_accounts(account_id, *other_account_ids)
    return Reservation.objects.get(pk=reservation_id), accounts
