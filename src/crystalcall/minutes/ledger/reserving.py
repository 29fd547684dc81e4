"""Reservations: money is promised by one conditional UPDATE, so that no number of processes can promise it twice.

reserve, then replace as often as needed, then post, void or expire, once. Every answer may be asked for again.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from crystalcall.minutes.ledger.locks import lock_reservation
from crystalcall.minutes.ledger.models import FLOORED, OPEN, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.transferring import receive
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    Insufficient,
    LedgerContradictionError,
    NotDue,
    Posted,
    Reserved,
    Returned,
    UnknownAccountError,
)
from crystalcall.rules.ledger import ReservationState, checked_amount, checked_code


def reserve(
    account_id: UUID, amount_micros: int, *, key: str, now: datetime, expires_at: datetime | None = None
) -> Reserved | Insufficient:
    """Hold an amount of an account for one use; nothing may be held too (a free call needs no special case).

    A repeat with the same key gets the first answer, whatever became of the reservation since.

    Raises:
        LedgerContradictionError: the key stands for another reservation, or the account cannot be reserved on.
        UnknownAccountError: there is no such account.
        AmountError: an amount that the books cannot hold.
    """
    checked_amount(amount_micros, least=0)
    with transaction.atomic():
        earlier = Reservation.objects.filter(key=key).first()
        if earlier is not None:
            return _same_reservation(earlier, account_id, amount_micros)
        if not _hold(account_id, amount_micros):
            # A twin with this key may have taken it while this one waited for the row.
            earlier = Reservation.objects.filter(key=key).first()
            if earlier is not None:
                return _same_reservation(earlier, account_id, amount_micros)
            return _insufficient(account_id)
        try:
            with transaction.atomic():
                row = Reservation.objects.create(
                    key=key,
                    account_id=account_id,
                    requested_micros=amount_micros,
                    amount_micros=amount_micros,
                    opened_at=now,
                    expires_at=expires_at,
                )
        except IntegrityError:
            # A twin was faster; what this one holds goes back, and the twin's answer is the answer.
            row = Reservation.objects.get(key=key)
            _hold(account_id, -amount_micros)
        return _same_reservation(row, account_id, amount_micros)


def replace_reservation(
    reservation_id: UUID, amount_micros: int, *, now: datetime, expires_at: datetime | None = None
) -> Reserved | Insufficient | AlreadySettled:
    """Raise or lower what is held to exactly this amount; where it cannot be raised, the old hold stays whole.

    `expires_at` moves the reservation's end (it must lie after `now`); None leaves it. In Insufficient,
    `available_micros` is what could be held beyond the present hold.

    Raises:
        UnknownReservationError: there is no such reservation.
        LedgerContradictionError: the new end has passed already.
        AmountError: an amount that the books cannot hold.
    """
    checked_amount(amount_micros, least=0)
    if expires_at is not None and expires_at <= now:
        raise LedgerContradictionError("A reservation cannot be moved to an end that has passed.")
    with transaction.atomic():
        row, accounts = lock_reservation(reservation_id)
        if row.state != OPEN:
            return _already(row)
        if not _hold(row.account_id, amount_micros - row.amount_micros):
            return Insufficient(accounts[row.account_id].available_micros)
        row.amount_micros = amount_micros
        row.expires_at = expires_at or row.expires_at
        row.save(update_fields=["amount_micros", "expires_at"])
        return Reserved(row.pk, amount_micros)


def post_reservation(
    reservation_id: UUID, amount_micros: int, *, credit_account_id: UUID, code: str, now: datetime
) -> Posted | AlreadySettled:
    """Pay so much of the hold to another account and return the rest, once.

    The same request again gets the same answer; another one after the end gets AlreadySettled.

    Raises:
        LedgerContradictionError: more than the hold, or to the paying account itself.
        UnknownReservationError, UnknownAccountError: there is no such reservation or account.
        AmountError: an amount or a code that the books cannot hold.
    """
    checked_amount(amount_micros, least=0)
    checked_code(code)
    with transaction.atomic():
        row, accounts = lock_reservation(reservation_id, credit_account_id)
        if row.state != OPEN:
            return _same_post(row, amount_micros, credit_account_id, code)
        if amount_micros > row.amount_micros:
            raise LedgerContradictionError(f"{amount_micros} micros are more than the hold of {row.amount_micros}.")
        if credit_account_id == row.account_id:
            raise LedgerContradictionError("A reservation cannot be paid to its own account.")
        return _post(
            row,
            accounts,
            Transfer(credit_account_id=credit_account_id, amount_micros=amount_micros, code=code, created_at=now),
        )


def void_reservation(reservation_id: UUID, *, now: datetime) -> Returned | AlreadySettled:
    """Return the whole hold because its use did not happen; a repeat gets the same answer.

    Raises:
        UnknownReservationError: there is no such reservation.
    """
    with transaction.atomic():
        row, _ = lock_reservation(reservation_id)
        return _give_back(row, ReservationState.VOIDED, now)


def expire_reservation(reservation_id: UUID, *, now: datetime) -> Returned | AlreadySettled | NotDue:
    """Return the whole hold because nobody spoke of it in time; a repeat gets the same answer.

    NotDue where its end was moved beyond `now` (an extension came between the sweep's look and its act).

    Raises:
        UnknownReservationError: there is no such reservation.
    """
    with transaction.atomic():
        row, _ = lock_reservation(reservation_id)
        if row.state == OPEN and row.expires_at is not None and row.expires_at > now:
            return NotDue(row.expires_at)
        return _give_back(row, ReservationState.EXPIRED, now)


def _hold(account_id: UUID, change_micros: int) -> bool:
    """The one statement by which money is promised: the row count decides, not what anybody read before."""
    spoken_for = F("debits_posted_micros") + F("held_micros") + change_micros
    changed = LedgerAccount.objects.filter(
        pk=account_id, kind__in=FLOORED, credits_posted_micros__gte=spoken_for
    ).update(held_micros=F("held_micros") + change_micros)
    return changed == 1


def _same_reservation(row: Reservation, account_id: UUID, amount_micros: int) -> Reserved:
    if (row.account_id, row.requested_micros) != (account_id, amount_micros):
        raise LedgerContradictionError(f"The key {row.key!r} stands for another reservation.")
    return Reserved(row.pk, row.requested_micros)


def _insufficient(account_id: UUID) -> Insufficient:
    account = LedgerAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise UnknownAccountError(f"There is no ledger account {account_id}.")
    if account.kind not in FLOORED:
        raise LedgerContradictionError(f"Nothing can be reserved on an account of kind {account.kind}.")
    return Insufficient(account.available_micros)


def _already(row: Reservation) -> AlreadySettled:
    return AlreadySettled(ReservationState(row.state), row.posted_micros or 0)


def _same_post(row: Reservation, amount_micros: int, credit_account_id: UUID, code: str) -> Posted | AlreadySettled:
    paid = Transfer.objects.filter(reservation=row).first()
    same_way = paid is None or (paid.credit_account_id, paid.code) == (credit_account_id, code)
    if row.posted_micros is None or row.posted_micros != amount_micros or not same_way:
        return _already(row)
    return _posted(row, paid)


def _posted(row: Reservation, paid: Transfer | None) -> Posted:
    before, amount = row.balance_before_micros or 0, row.posted_micros or 0
    return Posted(paid.pk if paid else None, amount, before, before - amount)


def _post(row: Reservation, accounts: dict[UUID, LedgerAccount], payment: Transfer) -> Posted:
    """Settle an open reservation under its account's lock; `payment` is not written where it is nothing."""
    row.posted_micros = payment.amount_micros
    row.balance_before_micros = accounts[row.account_id].posted_micros
    _settle(row, ReservationState.POSTED, payment.created_at, paid_micros=payment.amount_micros)
    if not payment.amount_micros:
        return _posted(row, None)
    receive(accounts[payment.credit_account_id], payment.amount_micros)
    payment.debit_account_id = row.account_id
    payment.reservation = row
    payment.idempotency_key = f"reservation:{row.pk}"
    payment.save(force_insert=True)
    return _posted(row, payment)


def _give_back(row: Reservation, state: ReservationState, now: datetime) -> Returned | AlreadySettled:
    if row.state == OPEN:
        _settle(row, state, now, paid_micros=0)
    elif row.state != state:
        return _already(row)
    return Returned(row.pk, state, row.amount_micros)


def _settle(row: Reservation, state: ReservationState, now: datetime, *, paid_micros: int) -> None:
    row.state = state.value
    row.settled_at = now
    row.save(update_fields=["state", "posted_micros", "balance_before_micros", "settled_at"])
    LedgerAccount.objects.filter(pk=row.account_id).update(
        held_micros=F("held_micros") - row.amount_micros,
        debits_posted_micros=F("debits_posted_micros") + paid_micros,
    )
