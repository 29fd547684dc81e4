"""Accounts are opened once, and money moves once, and never more than there is."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.keys import transfer_key
from crystalcall.minutes.ledger.models import LedgerAccount, Transfer
from crystalcall.minutes.ledger.values import (
    Balance,
    Insufficient,
    LedgerContradictionError,
    Posting,
    Transferred,
    UnknownAccountError,
)
from crystalcall.rules.ledger import AccountKind, AmountError

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


def test_the_same_key_opens_the_same_account(now):
    first = actions.open_account(AccountKind.CUSTOMER_CREDIT, key="card:1", now=now)
    assert actions.open_account(AccountKind.CUSTOMER_CREDIT, key="card:1", now=now) == first
    assert actions.open_account(AccountKind.CUSTOMER_CREDIT, key="card:2", now=now) != first


def test_a_key_does_not_open_an_account_of_another_kind(now):
    actions.open_account(AccountKind.CUSTOMER_CREDIT, key="card:1", now=now)
    with pytest.raises(LedgerContradictionError):
        actions.open_account(AccountKind.ADJUSTMENTS, key="card:1", now=now)


def test_the_store_has_one_account_of_each_of_its_kinds_and_none_of_customers(now):
    first = actions.system_account(AccountKind.CALL_REVENUE, now=now)
    assert actions.system_account(AccountKind.CALL_REVENUE, now=now) == first
    with pytest.raises(LedgerContradictionError):
        actions.system_account(AccountKind.CUSTOMER_CREDIT, now=now)


def test_a_sale_is_owed_to_the_customer_by_the_store_and_to_the_store_by_the_gateway(funded, clearing):
    account_id = funded(10 * DOLLAR)
    assert queries.balance(account_id) == Balance(10 * DOLLAR, 0, 10 * DOLLAR)
    assert queries.balance(clearing) == Balance(10 * DOLLAR, 0, 10 * DOLLAR)


def test_a_repeated_transfer_changes_nothing_and_gets_the_same_answer(funded, clearing, now):
    account_id = funded(0)
    posting = Posting(clearing, account_id, 5 * DOLLAR, "order.sale", "sale:1")
    first = actions.transfer(posting, now=now)
    assert actions.transfer(posting, now=now) == first
    assert queries.balance(account_id).posted_micros == 5 * DOLLAR


def test_a_repeat_is_answered_even_when_the_money_is_gone_since(funded, revenue, now):
    account_id = funded(DOLLAR)
    posting = Posting(account_id, revenue, DOLLAR, "call.charge", "charge:1")
    first = actions.transfer(posting, now=now)
    assert isinstance(first, Transferred)
    assert actions.transfer(posting, now=now) == first


@pytest.mark.parametrize("changed", ["amount", "code", "credit_account_id"])
def test_a_key_that_stands_for_another_transfer_is_a_contradiction(funded, clearing, now, changed):
    account_id = funded(0)
    content = {
        "debit_account_id": clearing,
        "credit_account_id": account_id,
        "amount": DOLLAR,
        "code": "order.sale",
        "idempotency_key": "sale:1",
    }
    actions.transfer(Posting(**content), now=now)
    other = {"amount": DOLLAR + 1, "code": "order.gift", "credit_account_id": funded(0)}
    with pytest.raises(LedgerContradictionError):
        actions.transfer(Posting(**(content | {changed: other[changed]})), now=now)
    assert queries.balance(account_id).posted_micros == DOLLAR


def test_no_customer_pays_more_than_is_there(funded, revenue, now):
    account_id = funded(DOLLAR)
    answer = actions.transfer(Posting(account_id, revenue, DOLLAR + 1, "call.charge", "charge:1"), now=now)
    assert answer == Insufficient(DOLLAR)
    assert queries.balance(account_id).posted_micros == DOLLAR


def test_what_is_held_cannot_be_transferred_away(funded, now):
    account_id, other = funded(DOLLAR), funded(0)
    actions.reserve(account_id, 600_000, key="call:1", now=now)
    assert actions.transfer(Posting(account_id, other, 500_000, "card.move", "m"), now=now) == Insufficient(400_000)
    assert isinstance(actions.transfer(Posting(account_id, other, 400_000, "card.move", "m"), now=now), Transferred)
    assert queries.balance(other).posted_micros == 400_000


def test_the_stores_own_accounts_may_fall_below_zero_and_keep_no_running_totals(funded, now):
    adjustments = actions.system_account(AccountKind.ADJUSTMENTS, now=now)
    account_id = funded(DOLLAR)
    actions.transfer(Posting(account_id, adjustments, DOLLAR, "adjust.back", "back:1"), now=now)
    assert queries.balance(adjustments).posted_micros == -DOLLAR
    assert LedgerAccount.objects.get(pk=adjustments).credits_posted == 0


def test_a_transfer_needs_two_accounts_that_exist(funded, clearing, now):
    account_id = funded(DOLLAR)
    with pytest.raises(LedgerContradictionError):
        actions.transfer(Posting(account_id, account_id, 1, "card.move", "m"), now=now)
    with pytest.raises(UnknownAccountError):
        actions.transfer(Posting(clearing, uuid4(), 1, "order.sale", "s"), now=now)
    with pytest.raises(UnknownAccountError):
        queries.balance(uuid4())


@pytest.mark.parametrize(
    ("amount", "code"), [(0, "order.sale"), (-1, "order.sale"), (10**18, "order.sale"), (1, "A sale")]
)
def test_what_the_books_cannot_hold_is_refused_before_it_reaches_them(funded, clearing, now, amount, code):
    with pytest.raises(AmountError):
        actions.transfer(Posting(clearing, funded(0), amount, code, "s"), now=now)


def test_a_rolled_back_transfer_never_was(funded, clearing, now):
    account_id = funded(0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.transfer(Posting(clearing, account_id, DOLLAR, "order.sale", "sale:1"), now=now)
        _ = 1 / 0
    assert queries.balance(account_id).posted_micros == 0
    assert not Transfer.objects.filter(idempotency_key=transfer_key("sale:1")).exists()


def test_the_database_itself_refuses_a_balance_below_zero(funded):
    account_id = funded(DOLLAR)
    row = LedgerAccount.objects.filter(pk=account_id)
    for change in ({"debits_posted": DOLLAR + 1}, {"held": DOLLAR + 1}, {"held": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)


@pytest.mark.parametrize("change", [{"amount": 2}, {"code": "other"}, {"idempotency_key": uuid4()}])
def test_the_database_itself_refuses_to_change_a_transfer(funded, change):
    funded(DOLLAR)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Transfer.objects.update(**change)


def test_the_database_itself_refuses_to_delete_a_transfer(funded):
    funded(DOLLAR)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Transfer.objects.all()._raw_delete("default")
    assert Transfer.objects.count() == 1
