"""One page of the books: everything that one transaction enters, for one call or for hundreds.

A page is opened by locking what it will touch, in one order for all; entries are then decided in memory, one after
the other, each seeing what the ones before it did; at the end the whole page is written by a handful of statements.
What was read under the lock cannot have changed, and the statements ask for the floor once more all the same.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError

from crystalcall.minutes.ledger import statements
from crystalcall.minutes.ledger.keys import transfer_key
from crystalcall.minutes.ledger.locks import lock_accounts
from crystalcall.minutes.ledger.mirrors import OpenAccount, OpenReservation
from crystalcall.minutes.ledger.models import ALLOWANCE, OPEN
from crystalcall.minutes.ledger.repeats import AMOUNT, already_settled, same_post, same_transfer
from crystalcall.minutes.ledger.store_accounts import unlocked_rows
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    BooksChangedError,
    HoldGoneError,
    Insufficient,
    LedgerContradictionError,
    NotDue,
    Posted,
    Posting,
    Reserved,
    Returned,
    Transferred,
    UnknownAccountError,
    UnknownReservationError,
)
from crystalcall.plumbing.together import Answer, Row, together
from crystalcall.rules.ledger import ReservationState, checked_amount, checked_code

__all__ = ["Books", "OpenAccount", "OpenReservation"]

_known_code = lru_cache(maxsize=200)(checked_code)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Books:
    """A page of the books, open inside the caller's transaction; `write` enters it.

    A page that is not written leaves nothing behind. Amounts are in the unit of their account.
    """

    __slots__ = (
        *("_accounts", "_allowances", "_reservations", "_transfers"),
        *("_touched", "_changed", "_settled", "_new", "_entries", "_now", "_asked"),
    )

    def __init__(self, now: datetime) -> None:
        # All by the number of the id: hashing an id itself takes longer than most that is done with what it names.
        self._now = now
        self._accounts: dict[int, OpenAccount] = {}
        self._allowances: dict[int, list[OpenAccount]] = {}
        self._reservations: dict[int, OpenReservation] = {}
        self._transfers: dict[int, Row] = {}
        self._touched: dict[int, OpenAccount] = {}
        self._changed: dict[int, OpenReservation] = {}
        self._settled: dict[int, OpenReservation] = {}
        self._new: list[OpenReservation] = []
        self._entries: list[Row] = []
        self._asked: tuple[Answer, Answer, Collection[UUID], bool]

    @classmethod
    def open(
        cls,
        account_ids: Collection[UUID],
        *,
        reservation_ids: Collection[UUID] = (),
        with_allowances: bool = False,
        now: datetime,
    ) -> "Books":
        """Lock the accounts with a floor by id, and with them the allowances held beside them where asked for.

        A transaction opens one page for all that it will touch: a second page locks out of order. With allowances
        the ids are those of money accounts and of the store's. `reservation_ids` names those to be settled, replaced,
        or asked for again; ids that no reservation has are left out (`reservation` gives None).

        Errors: UnknownAccountError; TransactionManagementError outside a transaction.
        """
        with together():
            books = cls.ask(account_ids, reservation_ids=reservation_ids, with_allowances=with_allowances, now=now)
        books.read()
        return books

    @classmethod
    def ask(
        cls,
        account_ids: Collection[UUID],
        *,
        reservation_ids: Collection[UUID] = (),
        with_allowances: bool = False,
        now: datetime,
    ) -> "Books":
        """Ask for the same among the statements of `together`: nothing else is done with the page before its `read`.

        Whatever is asked after it is read under the locks. Errors: TransactionManagementError outside a transaction.
        """
        if not connection.in_atomic_block:
            raise TransactionManagementError("A page of the books is opened inside a transaction.")
        books = cls(now)
        locked = lock_accounts(account_ids, with_allowances=with_allowances)
        books._asked = locked, statements.read_reservations(reservation_ids), account_ids, with_allowances
        return books

    def read(self) -> None:
        """Read what was asked for. Errors: UnknownAccountError."""
        locked, holds, wanted, with_allowances = self._asked
        self._note_accounts(locked.rows(), wanted, with_allowances=with_allowances)
        self._note_reservations(holds)

    def read_reservations(self, reservation_ids: Collection[UUID]) -> None:
        """Have these reservations on the page, too; their accounts must be on it, and so are locked."""
        self._note_reservations(statements.read_reservations(reservation_ids))

    def suppose(self, reservation_id: UUID, account_id: UUID, amount: int) -> None:
        """Have a hold on the page that nobody reads, because its owner, who wrote it down too, says that it stands.

        It can be posted and voided. Where it is not as it was said to be, `write` finds out (HoldGoneError).
        """
        row = (reservation_id, account_id, OPEN, amount, amount, None, None, self._now, None, None)
        self._reservations[reservation_id.int] = OpenReservation(row, is_supposed=True)

    def account(self, account_id: UUID) -> OpenAccount:
        """An account of this page. Errors: UnknownAccountError where the page was opened without it."""
        try:
            return self._accounts[account_id.int]
        except KeyError:
            raise UnknownAccountError(f"The ledger account {account_id} is not on this page.") from None

    def allowances(self, holder_id: UUID, coverages: Collection[str]) -> list[OpenAccount]:
        """What is left of the holder's minutes for these coverages, the first to expire first."""
        beside = self._allowances.get(holder_id.int)
        if beside is None:
            return []
        now = self._now
        return [
            each
            for each in beside
            if each.coverage in coverages and each.available > 0 and (each.expires_at is None or each.expires_at > now)
        ]

    def reservation(self, reservation_id: UUID) -> OpenReservation | None:
        """A reservation of this page, or None."""
        return self._reservations.get(reservation_id.int)

    def reserve(
        self, account_id: UUID, amount: int, *, reservation_id: UUID, expires_at: datetime | None = None
    ) -> Reserved | Insufficient:
        """Hold an amount for one use; nothing may be held too. A repeat of one that was opened gets its first answer.

        `expires_at` is for holds that only the ledger's sweep watches: it lets them expire then. A call's hold has
        none, because the calls' own sweep settles it.

        Errors: LedgerContradictionError where the id stands for another reservation or the account has no floor;
        UnknownAccountError; AmountError.
        """
        checked_amount(amount, least=0)
        known = self._reservations.get(reservation_id.int)
        if known is not None:
            if known.account_id != account_id or known.requested != amount:
                raise LedgerContradictionError(f"The key of {reservation_id} stands for another reservation.")
            return Reserved(reservation_id, amount)
        account = self.account(account_id)
        if not account.floored:
            raise LedgerContradictionError(f"Nothing can be reserved on an account of kind {account.kind}.")
        available = account.credits_posted - account.debits_posted - account.held
        if amount > available:
            return Insufficient(available)
        account.held += amount
        self._touched[account_id.int] = account
        row = (reservation_id, account_id, OPEN, amount, amount, None, None, self._now, expires_at, None)
        made = OpenReservation(row, is_new=True)
        self._reservations[reservation_id.int] = made
        self._new.append(made)
        return Reserved(reservation_id, amount)

    def replace(
        self, reservation_id: UUID, amount: int, *, expires_at: datetime | None = None
    ) -> Reserved | Insufficient | AlreadySettled:
        """Raise or lower what is held to exactly this amount; where it cannot be raised, the old hold stays whole.

        `expires_at` moves the end; None leaves it. In Insufficient, `available` is what could be held beyond the hold.

        Errors: LedgerContradictionError where the new end has passed; UnknownReservationError; AmountError.
        """
        checked_amount(amount, least=0)
        if expires_at is not None and expires_at <= self._now:
            raise LedgerContradictionError("A reservation cannot be moved to an end that has passed.")
        held = self._known(reservation_id)
        if held.is_supposed:
            self.read_reservations([reservation_id])
            held = self._known(reservation_id)
        if held.state != OPEN:
            return already_settled(held)
        account = self.account(held.account_id)
        more = amount - held.amount
        if more > account.available:
            return Insufficient(account.available)
        account.held += more
        held.amount = amount
        held.expires_at = expires_at or held.expires_at
        self._note(held, account)
        return Reserved(reservation_id, amount)

    def post(self, reservation_id: UUID, amount: int, *, credit_account_id: UUID, code: str) -> Posted | AlreadySettled:
        """Pay so much of the hold to another account and return the rest, once.

        The same request again gets the same answer; another one after the end gets AlreadySettled.

        Errors: LedgerContradictionError for more than the hold, another unit, or the paying account itself;
        UnknownReservationError; UnknownAccountError; AmountError.
        """
        checked_amount(amount, least=0)
        _known_code(code)
        held = self._known(reservation_id)
        if held.state != OPEN:
            return self._same_post(held, amount, credit_account_id, code)
        if amount > held.amount:
            raise LedgerContradictionError(f"{amount} is more than the hold of {held.amount}.")
        payer, payee = self._pair(held.account_id, credit_account_id)
        before = payer.credits_posted - payer.debits_posted
        payer.held -= held.amount
        payer.debits_posted += amount
        held.posted = amount
        held.balance_before = before
        held.settle(ReservationState.POSTED, self._now)
        self._note(held, payer)
        if not amount:
            return Posted(None, 0, before, before)
        self._receive(payee, amount)
        self._enter((reservation_id, payer.id, payee.id, amount, payer.unit, code, reservation_id, self._now))
        return Posted(reservation_id, amount, before, before - amount)

    def void(self, reservation_id: UUID) -> Returned | AlreadySettled:
        """Return the whole hold because its use did not happen; a repeat gets the same answer.

        Errors: UnknownReservationError.
        """
        return self._give_back(self._known(reservation_id), ReservationState.VOIDED)

    def expire(self, reservation_id: UUID) -> Returned | AlreadySettled | NotDue:
        """Return the whole hold because nobody spoke of it in time; NotDue where its end was moved beyond now.

        Errors: UnknownReservationError.
        """
        held = self._known(reservation_id)
        if held.state == OPEN and held.expires_at is not None and held.expires_at > self._now:
            return NotDue(held.expires_at)
        return self._give_back(held, ReservationState.EXPIRED)

    def booked_amount(self, key: str) -> int | None:
        """How much was booked for the fact that this key names, on this page or before; None where nothing was."""
        row = self._booked(transfer_key(key))
        return None if row is None else int(row[AMOUNT])

    def transfer(self, posting: Posting) -> Transferred | Insufficient:
        """Move an amount between two accounts of the page; a repeat changes nothing and gets the same answer.

        Errors: LedgerContradictionError where the key stands for another transfer, both accounts are one, or their
        units differ; UnknownAccountError; AmountError.
        """
        checked_amount(posting.amount)
        _known_code(posting.code)
        key = transfer_key(posting.idempotency_key)
        earlier = self._booked(key)
        if earlier is not None:
            return same_transfer(earlier, posting)
        payer, payee = self._pair(posting.debit_account_id, posting.credit_account_id)
        if payer.floored:
            if posting.amount > payer.available:
                return Insufficient(payer.available)
            payer.debits_posted += posting.amount
            self._touched[payer.id.int] = payer
        self._receive(payee, posting.amount)
        self._enter((key, payer.id, payee.id, posting.amount, payer.unit, posting.code, None, self._now))
        return Transferred(key, posting.amount)

    def write(self) -> None:
        """Enter the page. A page may go on afterwards and be written again.

        Errors: HoldGoneError where a hold is not what it was supposed to be; BooksChangedError where a row changed
        although it was locked; IntegrityError where another process entered the same fact on a page that shares no
        account with this one. The transaction must then roll back.
        """
        changed = [
            (each.id, each.state, each.amount, each.posted, each.balance_before, each.expires_at, each.settled_at)
            for each in self._changed.values()
        ]
        ended = [
            (each.id, each.state, each.amount, each.posted, each.balance_before) for each in self._settled.values()
        ]
        differences = self._differences()
        with together():
            statements.insert_reservations([each.row() for each in self._new])
            statements.insert_transfers(self._entries)
            settled = statements.change_reservations(changed)
            supposed = statements.settle_reservations(ended, self._now)
            moved = statements.change_accounts(differences, self._now)
        if supposed.count() != len(ended):
            raise HoldGoneError("A reservation on this page is not what it was supposed to be.")
        if settled.count() != len(changed):
            raise BooksChangedError("A reservation on this page was settled elsewhere.")
        if moved.count() != len(differences):
            raise BooksChangedError("An account on this page changed elsewhere, and cannot bear what was entered.")
        for each in self._new:
            each.is_new = False
        for written in (self._new, self._entries, self._changed, self._settled, self._touched):
            written.clear()

    def _differences(self) -> list[tuple[UUID, int, int, int]]:
        """By how much each account has changed since it was read or written: debits, credits, holds."""
        differences = []
        for account in self._touched.values():
            debits, credited, held = account.written
            now = account.written = account.debits_posted, account.credits_posted, account.held
            difference = now[0] - debits, now[1] - credited, now[2] - held
            if difference != (0, 0, 0):
                differences.append((account.id, *difference))
        return differences

    def _note_accounts(self, locked: Sequence[Row], wanted: Collection[UUID], *, with_allowances: bool) -> None:
        accounts = self._accounts = {row[0].int: OpenAccount(row) for row in locked}
        missing = [account_id for account_id in wanted if account_id.int not in accounts]
        accounts |= {row[0].int: OpenAccount(row) for row in unlocked_rows(missing, with_allowances=with_allowances)}
        if with_allowances:
            self._sort_allowances()

    def _note_reservations(self, answer: Answer) -> None:
        for row in answer.rows():
            self._reservations[row[0].int] = OpenReservation(row)

    def _sort_allowances(self) -> None:
        for each in self._accounts.values():
            if each.kind == ALLOWANCE and each.holder_id is not None:
                self._allowances.setdefault(each.holder_id.int, []).append(each)
        for beside in self._allowances.values():
            beside.sort(key=lambda each: (each.expires_at or _NEVER, each.id))

    def _known(self, reservation_id: UUID) -> OpenReservation:
        try:
            return self._reservations[reservation_id.int]
        except KeyError:
            raise UnknownReservationError(f"There is no reservation {reservation_id} on this page.") from None

    def _pair(self, debit_account_id: UUID, credit_account_id: UUID) -> tuple[OpenAccount, OpenAccount]:
        if debit_account_id == credit_account_id:
            raise LedgerContradictionError("A transfer needs two accounts.")
        payer, payee = self.account(debit_account_id), self.account(credit_account_id)
        if payer.unit != payee.unit:
            raise LedgerContradictionError(f"{payer.unit} cannot be paid into an account that counts {payee.unit}.")
        return payer, payee

    def _receive(self, payee: OpenAccount, amount: int) -> None:
        if payee.floored:
            payee.credits_posted += amount
            self._touched[payee.id.int] = payee

    def _booked(self, key: UUID) -> Row | None:
        return self._transfers.get(key.int) or next(iter(statements.read_transfers([key])), None)

    def _enter(self, row: Row) -> None:
        self._transfers[row[0].int] = row
        self._entries.append(row)

    def _note(self, held: OpenReservation, account: OpenAccount) -> None:
        self._touched[account.id.int] = account
        if held.is_supposed:
            self._settled[held.id.int] = held
        elif not held.is_new:
            self._changed[held.id.int] = held

    def _same_post(
        self, held: OpenReservation, amount: int, credit_account_id: UUID, code: str
    ) -> Posted | AlreadySettled:
        paid = self._booked(held.id) if held.posted else None
        return same_post(held, amount, paid, (credit_account_id, code))

    def _give_back(self, held: OpenReservation, state: ReservationState) -> Returned | AlreadySettled:
        if held.state == OPEN:
            account = self.account(held.account_id)
            account.held -= held.amount
            held.settle(state, self._now)
            self._note(held, account)
        elif held.state != state:
            return already_settled(held)
        return Returned(held.id, state, held.amount)
