"""Accounts are opened, and money moves between them: once for each key, and never below an account's floor."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from crystalcall.minutes.ledger.locks import lock_accounts
from crystalcall.minutes.ledger.models import LedgerAccount, Transfer
from crystalcall.minutes.ledger.values import Insufficient, LedgerContradictionError, Posting, Transferred
from crystalcall.rules.ledger import AccountKind, checked_amount, checked_code, has_floor

SYSTEM_KEY = "system:{kind}"


def open_account(kind: AccountKind, *, key: str, now: datetime) -> UUID:
    """The account opened under this key, opened now where there was none.

    Raises:
        LedgerContradictionError: the key belongs to an account of another kind.
    """
    row, _ = LedgerAccount.objects.get_or_create(key=key, defaults={"kind": kind.value, "opened_at": now})
    if row.kind != kind.value:
        raise LedgerContradictionError(f"The account {key!r} is of kind {row.kind}, not {kind.value}.")
    return row.pk


def system_account(kind: AccountKind, *, now: datetime) -> UUID:
    """The store's one account of this kind.

    Raises:
        LedgerContradictionError: the kind belongs to customers, of whose accounts there are many.
    """
    if has_floor(kind):
        raise LedgerContradictionError(f"The store has no account of kind {kind.value}; customers have.")
    return open_account(kind, key=SYSTEM_KEY.format(kind=kind.value), now=now)


def transfer(posting: Posting, *, now: datetime) -> Transferred | Insufficient:
    """Move an amount from one account to another; a repeat with the same key changes nothing and gets the same answer.

    Insufficient where the debited account has a floor and too little that is neither spent nor held.

    Raises:
        LedgerContradictionError: the key stands for another transfer, or both accounts are one.
        UnknownAccountError: an account that does not exist.
        AmountError: an amount or a code that the books cannot hold.
    """
    checked_amount(posting.amount_micros)
    checked_code(posting.code)
    with transaction.atomic():
        accounts = lock_accounts(posting.debit_account_id, posting.credit_account_id)
        earlier = Transfer.objects.filter(idempotency_key=posting.idempotency_key).first()
        if earlier is not None:
            return _same_transfer(earlier, posting)
        if posting.debit_account_id == posting.credit_account_id:
            raise LedgerContradictionError("A transfer needs two accounts.")
        try:
            with transaction.atomic():
                return _append(posting, accounts, now)
        except IntegrityError:
            # A twin with this key was faster and shares no locked account with us; the savepoint took our totals back.
            earlier = Transfer.objects.filter(idempotency_key=posting.idempotency_key).first()
            if earlier is None:
                raise
            return _same_transfer(earlier, posting)


def _same_transfer(earlier: Transfer, posting: Posting) -> Transferred:
    stored = Posting(
        debit_account_id=earlier.debit_account_id,
        credit_account_id=earlier.credit_account_id,
        amount_micros=earlier.amount_micros,
        code=earlier.code,
        idempotency_key=earlier.idempotency_key,
    )
    if stored != posting:
        raise LedgerContradictionError(f"The key {posting.idempotency_key!r} stands for another transfer.")
    return Transferred(earlier.pk, earlier.amount_micros)


def _append(posting: Posting, accounts: dict[UUID, LedgerAccount], now: datetime) -> Transferred | Insufficient:
    debited, credited = accounts[posting.debit_account_id], accounts[posting.credit_account_id]
    if has_floor(AccountKind(debited.kind)) and not _pay(debited.pk, posting.amount_micros):
        return Insufficient(debited.available_micros)
    receive(credited, posting.amount_micros)
    row = Transfer.objects.create(
        idempotency_key=posting.idempotency_key,
        debit_account=debited,
        credit_account=credited,
        amount_micros=posting.amount_micros,
        code=posting.code,
        created_at=now,
    )
    return Transferred(row.pk, row.amount_micros)


def _pay(account_id: UUID, amount_micros: int) -> bool:
    spoken_for = F("debits_posted_micros") + F("held_micros") + amount_micros
    changed = LedgerAccount.objects.filter(pk=account_id, credits_posted_micros__gte=spoken_for).update(
        debits_posted_micros=F("debits_posted_micros") + amount_micros
    )
    return changed == 1


def receive(account: LedgerAccount, amount_micros: int) -> None:
    """Add to the running credits of an account with a floor; the store's own accounts keep no running totals."""
    if has_floor(AccountKind(account.kind)):
        LedgerAccount.objects.filter(pk=account.pk).update(
            credits_posted_micros=F("credits_posted_micros") + amount_micros
        )
