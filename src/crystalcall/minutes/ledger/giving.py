"""What is done to customers' accounts apart from calls: topped up, given minutes, moved, owed back, put right.

Each is a page of the books under the accounts' locks: what a running call holds is never touched.
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from crystalcall.minutes.ledger.books import Books
from crystalcall.minutes.ledger.keys import transfer_key
from crystalcall.minutes.ledger.models import LedgerAccount, Transfer
from crystalcall.minutes.ledger.store_accounts import open_store_account, system_account
from crystalcall.minutes.ledger.transferring import at_once, transfer
from crystalcall.minutes.ledger.validity import validity_rule
from crystalcall.minutes.ledger.values import Insufficient, LedgerContradictionError, Posting, Transferred
from crystalcall.rules.ledger import (
    CODE_ADJUSTED,
    CODE_CARRIER_COST,
    CODE_MINUTES_GRANTED,
    CODE_MOVED,
    CODE_REFUNDED,
    CODE_SOLD,
    AccountKind,
    checked_amount,
    checked_coverage,
    checked_word,
    unit_of,
)
from crystalcall.rules.validity import end_after_top_up, later_end


def top_up(account_id: UUID, amount_micros: int, *, key: str, now: datetime) -> Transferred:
    """Deliver credit that was paid for; where credit ends some day, all of the card's then lasts as long as the new.

    A repeat with the same key changes nothing and gets the same answer.

    Errors: LedgerContradictionError where the key stands for another transfer, or this is no customer's money;
    UnknownAccountError; AmountError.
    """
    sales = system_account(AccountKind.SALES, now=now)
    posting = Posting(sales, account_id, amount_micros, CODE_SOLD, key)

    def turn() -> Transferred:
        books = Books.open((sales, account_id), now=now)
        account = books.account(account_id)
        if account.kind != AccountKind.CUSTOMER_CREDIT:
            raise LedgerContradictionError(f"An account of kind {account.kind} cannot be topped up.")
        is_news = books.booked_amount(key) is None
        answer = books.transfer(posting)
        books.write()
        if isinstance(answer, Insufficient):
            raise LedgerContradictionError("The store's own account has no floor.")
        if is_news:
            _move_end(account_id, account.expires_at, end_after_top_up(account.expires_at, now, validity_rule()))
        return answer

    return at_once(turn)


def grant_allowance(
    holder_id: UUID, coverage: str, seconds: int, *, expires_at: datetime | None, key: str, now: datetime
) -> UUID:
    """Give minutes for a group of destinations, beside the holder's money; the id of their account.

    `coverage` is a country and a line ("ru-landline", "ru-mobile", "ru-*"). Every grant has an account of its own,
    because it has an end of its own; None is never. A repeat with the same key changes nothing.

    Errors: LedgerContradictionError where the key stands for another grant, or the holder is no money account;
    UnknownAccountError; AmountError.
    """
    checked_amount(seconds)
    checked_coverage(coverage)
    issued = system_account(AccountKind.ALLOWANCES_ISSUED, now=now)
    wanted = LedgerAccount(
        key=key,
        kind=AccountKind.CUSTOMER_ALLOWANCE.value,
        unit=unit_of(AccountKind.CUSTOMER_ALLOWANCE),
        holder_id=holder_id,
        coverage=coverage,
        opened_at=now,
        expires_at=expires_at,
    )
    with transaction.atomic():
        holder = Books.open((holder_id,), with_allowances=True, now=now).account(holder_id)
        if holder.kind != AccountKind.CUSTOMER_CREDIT:
            raise LedgerContradictionError(f"An account of kind {holder.kind} cannot hold minutes.")
        account_id = _open_allowance(wanted)
        transfer(Posting(issued, account_id, seconds, CODE_MINUTES_GRANTED, key), now=now)
        # Whoever is given minutes has not left their card lying.
        LedgerAccount.objects.filter(pk=holder_id).update(last_used_at=now)
    return account_id


def _open_allowance(wanted: LedgerAccount) -> UUID:
    found = LedgerAccount.objects.filter(key=wanted.key).first()
    if found is None:
        try:
            with transaction.atomic():
                wanted.save(force_insert=True)
        except IntegrityError:
            found = LedgerAccount.objects.get(key=wanted.key)
        else:
            return wanted.pk
    same = (found.kind, found.holder_id, found.coverage) == (wanted.kind, wanted.holder_id, wanted.coverage)
    if not same:
        raise LedgerContradictionError(f"The key {wanted.key!r} stands for another account.")
    return found.pk


def move_credit(
    from_account_id: UUID, to_account_id: UUID, amount_micros: int | None, *, key: str, now: datetime
) -> Transferred | Insufficient:
    """Move credit from one card to another; None moves all that no call holds. The later end of the two counts.

    A repeat with the same key changes nothing and gets the same answer. Insufficient where there is less (or nothing).

    Errors: LedgerContradictionError where the key stands for another transfer, both are one card, or one is no
    customer's money; UnknownAccountError; AmountError.
    """
    if amount_micros is not None:
        checked_amount(amount_micros)

    def turn() -> Transferred | Insufficient:
        books = Books.open((from_account_id, to_account_id), now=now)
        payer, payee = books.account(from_account_id), books.account(to_account_id)
        if {payer.kind, payee.kind} != {AccountKind.CUSTOMER_CREDIT.value}:
            raise LedgerContradictionError("Credit is moved between customers' cards.")
        booked = books.booked_amount(key)
        amount = amount_micros or booked or payer.available
        if not amount:
            return Insufficient(0)
        answer = books.transfer(Posting(from_account_id, to_account_id, amount, CODE_MOVED, key))
        books.write()
        if booked is None and isinstance(answer, Transferred):
            _move_end(to_account_id, payee.expires_at, later_end(payer.expires_at, payee.expires_at))
        return answer

    return at_once(turn)


def refund_unused(account_id: UUID, amount_micros: int, *, key: str, now: datetime) -> Transferred | Insufficient:
    """Owe the buyer unused credit back: it leaves the card at once, and stands under refunds until it is paid out.

    Only what no call holds can be refunded. A repeat with the same key changes nothing and gets the same answer.

    Errors: LedgerContradictionError where the key stands for another transfer; UnknownAccountError; AmountError.
    """
    refunds = system_account(AccountKind.REFUNDS, now=now)
    return transfer(Posting(account_id, refunds, amount_micros, CODE_REFUNDED, key), now=now)


def adjust(account_id: UUID, amount_micros: int, *, reason: str, key: str, now: datetime) -> Transferred | Insufficient:
    """Put a card's credit right by hand: a positive amount is given, a negative one taken (never what a call holds).

    `reason` is a lower-case word ("goodwill", "correction") and becomes part of the transfer's code, because the
    books keep no free text. A repeat with the same key changes nothing and gets the same answer.

    Errors: LedgerContradictionError where the key stands for another transfer; UnknownAccountError; AmountError for
    an amount of 0 or a reason that is no word.
    """
    code = CODE_ADJUSTED.format(reason=checked_word(reason))
    adjustments = system_account(AccountKind.ADJUSTMENTS, now=now)
    amount = checked_amount(abs(amount_micros))
    if amount_micros > 0:
        return transfer(Posting(adjustments, account_id, amount, code, key), now=now)
    return transfer(Posting(account_id, adjustments, amount, code, key), now=now)


def book_carrier_cost(day: date, costs: Mapping[str, int], *, now: datetime) -> int:
    """What each carrier charges for the calls of a day, in micros; gives how many were booked now.

    One transfer a carrier and day: a repeat with the same costs changes nothing. Nothing is booked for a cost of 0.

    Errors: LedgerContradictionError where a cost of that day was booked differently; then none of them is booked.
    """
    booked = 0
    cost = system_account(AccountKind.CARRIER_COST, now=now)
    with transaction.atomic():
        for carrier, amount_micros in sorted(costs.items()):
            if not amount_micros:
                continue
            key = f"carrier-cost:{carrier}:{day.isoformat()}"
            payable = open_store_account(AccountKind.CARRIER_PAYABLE, key=f"carrier:{carrier}", now=now)
            booked += not Transfer.objects.filter(idempotency_key=transfer_key(key)).exists()
            transfer(Posting(cost, payable, amount_micros, CODE_CARRIER_COST, key), now=now)
    return booked


def _move_end(account_id: UUID, present: datetime | None, wanted: datetime | None) -> None:
    if present != wanted:
        LedgerAccount.objects.filter(pk=account_id).update(expires_at=wanted)
