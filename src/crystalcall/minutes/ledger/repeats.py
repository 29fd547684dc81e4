"""What a repeat of an entry is answered: what was entered then, if it is the same; entered is nothing."""

from typing import Final
from uuid import UUID

from crystalcall.minutes.ledger.mirrors import OpenReservation
from crystalcall.minutes.ledger.values import AlreadySettled, LedgerContradictionError, Posted, Posting, Transferred
from crystalcall.plumbing.together import Row
from crystalcall.rules.ledger import ReservationState

#: Places in the row of a transfer (`statements.TRANSFER_FIELDS`).
AMOUNT: Final = 3
_DEBIT, _CREDIT, _CODE = 1, 2, 5


def already_settled(held: OpenReservation) -> AlreadySettled:
    """The reservation was ended before, otherwise than is asked now."""
    return AlreadySettled(ReservationState(held.state), held.posted or 0)


def same_post(held: OpenReservation, amount: int, paid: Row | None, asked: tuple[UUID, str]) -> Posted | AlreadySettled:
    """A settled reservation that is to be posted; `paid` is its transfer, `asked` the account and code asked for."""
    if held.state != ReservationState.POSTED or held.posted != amount:
        return already_settled(held)
    before = held.balance_before or 0
    if not amount:
        return Posted(None, 0, before, before)
    if paid is None or (paid[_CREDIT], paid[_CODE]) != asked:
        return already_settled(held)
    return Posted(held.id, amount, before, before - amount)


def same_transfer(row: Row, posting: Posting) -> Transferred:
    """A transfer under a key that stands. Errors: LedgerContradictionError where it was another."""
    stored = (row[_DEBIT], row[_CREDIT], row[AMOUNT], row[_CODE])
    if stored != (posting.debit_account_id, posting.credit_account_id, posting.amount, posting.code):
        raise LedgerContradictionError(f"The key {posting.idempotency_key!r} stands for another transfer.")
    return Transferred(row[0], posting.amount)
