"""Accounts are opened, and money moves between them: once for each key, and never below an account's floor."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from crystalcall.minutes.ledger.books import Books
from crystalcall.minutes.ledger.models import LedgerAccount
from crystalcall.minutes.ledger.store_accounts import open_store_account
from crystalcall.minutes.ledger.validity import validity_rule
from crystalcall.minutes.ledger.values import Insufficient, LedgerContradictionError, Posting, Transferred
from crystalcall.rules.ledger import AccountKind, checked_amount, checked_code, has_floor, unit_of
from crystalcall.rules.validity import promised_end

T = TypeVar("T")


def at_once(turn: Callable[[], T]) -> T:
    """Take a page's turn in one transaction; where a twin in another process was faster, once more after it."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                return turn()
        except IntegrityError:
            # The twin shares no locked account with us, and has committed: what it entered can be read now.
            with transaction.atomic():
                return turn()


def open_account(kind: AccountKind, *, key: str, now: datetime) -> UUID:
    """The money account opened under this key, opened now where there was none.

    Credit is valid for `credit_valid_days` from now. Allowances are opened by `grant_allowance`.

    Errors: LedgerContradictionError where the key belongs to an account of another kind, or the kind needs a holder.
    """
    if not has_floor(kind):
        return open_store_account(kind, key=key, now=now)
    if kind is not AccountKind.CUSTOMER_CREDIT:
        raise LedgerContradictionError("Minutes are given to a holder: grant_allowance opens their account.")
    with transaction.atomic():
        found = LedgerAccount.objects.filter(key=key).first() or _open_credit(
            LedgerAccount(
                key=key,
                kind=kind.value,
                unit=unit_of(kind),
                opened_at=now,
                expires_at=promised_end(now, validity_rule()),
            )
        )
    if found.kind != kind.value:
        raise LedgerContradictionError(f"The account {key!r} is of kind {found.kind}, not {kind.value}.")
    return found.pk


def _open_credit(row: LedgerAccount) -> LedgerAccount:
    row.holder_id = row.pk
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return LedgerAccount.objects.get(key=row.key)
    return row


def transfer(posting: Posting, *, now: datetime) -> Transferred | Insufficient:
    """Move an amount from one account to another; a repeat with the same key changes nothing and gets the same answer.

    Insufficient where the debited account has a floor and too little that is neither spent nor held.

    Errors: LedgerContradictionError where the key stands for another transfer, both accounts are one, or their units
    differ; UnknownAccountError; AmountError.
    """
    checked_amount(posting.amount)
    checked_code(posting.code)

    def turn() -> Transferred | Insufficient:
        books = Books.open((posting.debit_account_id, posting.credit_account_id), now=now)
        answer = books.transfer(posting)
        books.write()
        return answer

    return at_once(turn)
