"""Reservations one at a time: reserve, replace as often as needed, then post, void or expire, once.

Each is a page of the books with one entry. Every answer may be asked for again.
"""

from datetime import datetime
from uuid import UUID

from crystalcall.minutes.ledger.books import Books
from crystalcall.minutes.ledger.keys import reservation_id as id_of
from crystalcall.minutes.ledger.models import Reservation
from crystalcall.minutes.ledger.transferring import at_once
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    Insufficient,
    NotDue,
    Posted,
    Reserved,
    Returned,
    UnknownReservationError,
)
from crystalcall.rules.ledger import checked_amount, checked_code


def reserve(
    account_id: UUID, amount: int, *, key: str, now: datetime, expires_at: datetime | None = None
) -> Reserved | Insufficient:
    """Hold an amount of an account for one use; nothing may be held too (a free call needs no special case).

    A repeat with the same key gets the first answer, whatever became of the reservation since. `expires_at` is for
    holds that only the ledger's sweep watches.

    Errors: LedgerContradictionError where the key stands for another reservation, or the account cannot be reserved
    on; UnknownAccountError; AmountError.
    """
    checked_amount(amount, least=0)
    named = id_of(key)

    def turn() -> Reserved | Insufficient:
        books = Books.open((account_id,), reservation_ids=(named,), now=now)
        answer = books.reserve(account_id, amount, reservation_id=named, expires_at=expires_at)
        books.write()
        return answer

    return at_once(turn)


def replace_reservation(
    reservation_id: UUID, amount: int, *, now: datetime, expires_at: datetime | None = None
) -> Reserved | Insufficient | AlreadySettled:
    """Raise or lower what is held to exactly this amount; where it cannot be raised, the old hold stays whole.

    `expires_at` moves the reservation's end (it must lie after `now`); None leaves it. In Insufficient,
    `available` is what could be held beyond the present hold.

    Errors: UnknownReservationError; LedgerContradictionError where the new end has passed already; AmountError.
    """

    def turn() -> Reserved | Insufficient | AlreadySettled:
        books = _page(reservation_id, now=now)
        answer = books.replace(reservation_id, amount, expires_at=expires_at)
        books.write()
        return answer

    return at_once(turn)


def post_reservation(
    reservation_id: UUID, amount: int, *, credit_account_id: UUID, code: str, now: datetime
) -> Posted | AlreadySettled:
    """Pay so much of the hold to another account and return the rest, once.

    The same request again gets the same answer; another one after the end gets AlreadySettled.

    Errors: LedgerContradictionError for more than the hold, another unit, or the paying account itself;
    UnknownReservationError, UnknownAccountError; AmountError.
    """
    checked_amount(amount, least=0)
    checked_code(code)

    def turn() -> Posted | AlreadySettled:
        books = _page(reservation_id, credit_account_id, now=now)
        answer = books.post(reservation_id, amount, credit_account_id=credit_account_id, code=code)
        books.write()
        return answer

    return at_once(turn)


def void_reservation(reservation_id: UUID, *, now: datetime) -> Returned | AlreadySettled:
    """Return the whole hold because its use did not happen; a repeat gets the same answer.

    Errors: UnknownReservationError.
    """

    def turn() -> Returned | AlreadySettled:
        books = _page(reservation_id, now=now)
        answer = books.void(reservation_id)
        books.write()
        return answer

    return at_once(turn)


def expire_reservation(reservation_id: UUID, *, now: datetime) -> Returned | AlreadySettled | NotDue:
    """Return the whole hold because nobody spoke of it in time; a repeat gets the same answer.

    NotDue where its end was moved beyond `now` (an extension came between the sweep's look and its act).

    Errors: UnknownReservationError.
    """

    def turn() -> Returned | AlreadySettled | NotDue:
        books = _page(reservation_id, now=now)
        answer = books.expire(reservation_id)
        books.write()
        return answer

    return at_once(turn)


def _page(reservation_id: UUID, *other_account_ids: UUID, now: datetime) -> Books:
    # A reservation never changes its account, so this may be read before the account is locked; all else is read after.
    account_id = Reservation.objects.filter(pk=reservation_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise UnknownReservationError(f"There is no reservation {reservation_id}.")
    return Books.open((account_id, *other_account_ids), reservation_ids=(reservation_id,), now=now)
