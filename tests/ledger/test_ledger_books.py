"""A page of the books: many entries decided one after the other, written together or not at all."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from crystalcall.minutes.ledger import actions, queries, statements
from crystalcall.minutes.ledger.books import Books
from crystalcall.minutes.ledger.keys import reservation_id, transfer_key
from crystalcall.minutes.ledger.models import LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    Balance,
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
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.rules.ledger import AccountKind, AmountError, ReservationState

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


@pytest.fixture
def page(now):
    """Opens a page."""

    def open_page(*account_ids: UUID, **options):
        return Books.open(account_ids, now=now, **options)

    return open_page


@pytest.fixture
def used(now):
    """Where minutes go that were talked."""
    return actions.system_account(AccountKind.ALLOWANCES_USED, now=now)


@pytest.fixture
def minutes(now):
    """Gives minutes beside a card."""

    def give(holder, seconds, coverage="ru-*", *, days=None):
        end = None if days is None else now + timedelta(days=days)
        key = f"bundle:{uuid4()}"
        return actions.grant_allowance(holder, coverage, seconds, expires_at=end, key=key, now=now)

    return give


def test_each_entry_sees_what_the_ones_before_it_did(funded, revenue, page):
    account = funded(DOLLAR)
    books = page(account, revenue)
    first, second, third = (uuid4() for _ in range(3))
    assert books.reserve(account, 600_000, reservation_id=first) == Reserved(first, 600_000)
    assert books.reserve(account, 600_000, reservation_id=second) == Insufficient(400_000)
    paid = {"credit_account_id": revenue, "code": "call.charge"}
    assert books.post(first, 100_000, **paid) == Posted(first, 100_000, DOLLAR, 900_000)
    assert books.reserve(account, 900_000, reservation_id=third) == Reserved(third, 900_000)
    books.write()
    assert queries.balance(account) == Balance(900_000, 900_000, 0)
    assert queries.balance(revenue).posted_micros == 100_000
    assert queries.audit() == []


def test_a_page_that_is_not_written_leaves_nothing(funded, page):
    account = funded(DOLLAR)
    page(account).reserve(account, DOLLAR, reservation_id=uuid4())
    assert queries.balance(account) == Balance(DOLLAR, 0, DOLLAR)
    assert not Reservation.objects.exists()


def test_a_page_may_go_on_after_it_was_written(funded, revenue, page):
    account, key = funded(DOLLAR), uuid4()
    books = page(account, revenue)
    books.reserve(account, 300_000, reservation_id=key)
    books.write()
    books.replace(key, 500_000)
    books.write()
    books.post(key, 500_000, credit_account_id=revenue, code="call.charge")
    books.write()
    books.write()
    assert queries.balance(account) == Balance(500_000, 0, 500_000)
    assert queries.audit() == []


def test_a_hold_made_and_settled_on_one_page_is_written_as_settled(funded, page, now):
    account = funded(DOLLAR)
    kept, gone = uuid4(), uuid4()
    books = page(account)
    for each in (kept, gone):
        books.reserve(account, 300_000, reservation_id=each, expires_at=now + timedelta(minutes=1))
    assert books.void(gone) == Returned(gone, ReservationState.VOIDED, 300_000)
    books.write()
    assert queries.reservation(gone).state is ReservationState.VOIDED
    assert queries.reservation(gone).expires_at is None
    assert queries.balance(account).held_micros == 300_000
    assert queries.audit() == []


def test_the_number_of_statements_does_not_grow_with_the_entries(funded, revenue, now, monkeypatch):
    accounts = [funded(DOLLAR) for _ in range(40)]
    asked: list[str] = []
    for owner, name in ((Rowset, "fetch"), (Rowset, "insert"), (Rowset, "update"), (statements, "change_accounts")):
        asked_for = getattr(owner, name)
        monkeypatch.setattr(
            owner, name, lambda *args, _is=asked_for, **options: asked.append("") or _is(*args, **options)
        )

    def count(entries: int) -> int:
        asked.clear()
        with transaction.atomic():
            books = Books.open([*accounts[:entries], revenue], now=now)
            for account in accounts[:entries]:
                key = uuid4()
                books.reserve(account, 2, reservation_id=key)
                books.post(key, 1, credit_account_id=revenue, code="call.charge")
            books.write()
        return len(asked)

    assert count(40) == count(1) <= 7
    assert queries.audit() == []


def test_answers_are_the_same_when_asked_for_again_on_the_same_page(funded, revenue, page):
    account, key = funded(DOLLAR), uuid4()
    books = page(account, revenue)
    assert books.reserve(account, 5, reservation_id=key) == books.reserve(account, 5, reservation_id=key)
    with pytest.raises(LedgerContradictionError):
        books.reserve(account, 6, reservation_id=key)
    paid = {"credit_account_id": revenue, "code": "call.charge"}
    assert books.post(key, 5, **paid) == books.post(key, 5, **paid)
    assert books.post(key, 4, **paid) == AlreadySettled(ReservationState.POSTED, 5)
    assert books.void(key) == AlreadySettled(ReservationState.POSTED, 5)
    posting = Posting(account, revenue, 7, "test.move", "fact")
    assert books.transfer(posting) == books.transfer(posting) == Transferred(transfer_key("fact"), 7)
    books.write()
    assert Transfer.objects.filter(debit_account=account).count() == 2


def test_answers_are_the_same_on_a_later_page(funded, revenue, page):
    account, key = funded(DOLLAR), reservation_id("call:1")
    paid = {"credit_account_id": revenue, "code": "call.charge"}
    books = page(account, revenue)
    reserved, posted = books.reserve(account, 5, reservation_id=key), books.post(key, 5, **paid)
    books.write()
    books = page(account, revenue, reservation_ids=[key])
    assert (books.reserve(account, 5, reservation_id=key), books.post(key, 5, **paid)) == (reserved, posted)
    assert books.post(key, 5, credit_account_id=revenue, code="call.other") == AlreadySettled("posted", 5)
    books.write()
    assert Transfer.objects.filter(debit_account=account).count() == 1


def test_money_and_minutes_never_mix(funded, revenue, used, minutes, page, now):
    account = funded(DOLLAR)
    bundle = minutes(account, 600)
    books = page(account, revenue, used, with_allowances=True)
    seconds, money = uuid4(), uuid4()
    books.reserve(bundle, 60, reservation_id=seconds)
    books.reserve(account, 60, reservation_id=money)
    for key, wrong in ((seconds, revenue), (money, used), (money, bundle), (seconds, account)):
        with pytest.raises(LedgerContradictionError, match="cannot be paid into"):
            books.post(key, 1, credit_account_id=wrong, code="call.charge")
    with pytest.raises(LedgerContradictionError, match="cannot be paid into"):
        books.transfer(Posting(bundle, account, 1, "card.move", "trick"))
    assert isinstance(books.post(seconds, 60, credit_account_id=used, code="call.minutes"), Posted)
    books.write()
    assert queries.balance(account) == Balance(DOLLAR, 60, DOLLAR - 60)
    assert [each.available_seconds for each in queries.allowances(account, now=now)] == [540]
    assert queries.audit() == []


def test_minutes_are_offered_by_place_and_by_end_and_only_while_they_last(funded, minutes, page):
    account, other = funded(DOLLAR), funded(DOLLAR)
    for_ever = minutes(account, 60)
    late, soon = minutes(account, 60, "ru-mobile", days=20), minutes(account, 60, "ru-*", days=10)
    minutes(account, 60, "ua-*", days=5)
    minutes(other, 60, "ru-*", days=1)
    spent = minutes(account, 60, "ru-*", days=2)
    minutes(account, 60, "ru-*", days=0)
    books = page(account, other, with_allowances=True)
    books.reserve(spent, 60, reservation_id=uuid4())
    asked = {"ru-mobile", "ru-*"}
    assert [each.id for each in books.allowances(account, asked)] == [soon, late, for_ever]
    assert books.allowances(uuid4(), asked) == []
    assert page(account).allowances(account, asked) == []


def test_a_page_knows_only_what_it_was_opened_for(funded, revenue, minutes, page, now):
    account, other = funded(DOLLAR), funded(DOLLAR)
    held = actions.reserve(other, 5, key="other", now=now).reservation_id
    books = page(account, reservation_ids=[held])
    assert books.reservation(held).amount == 5
    assert books.reservation(uuid4()) is None
    with pytest.raises(UnknownAccountError):
        books.reserve(other, 1, reservation_id=uuid4())
    with pytest.raises(UnknownAccountError):
        books.void(held)
    with pytest.raises(UnknownReservationError):
        books.void(uuid4())
    with pytest.raises(UnknownAccountError):
        page(account, uuid4())
    bundle = minutes(other, 60)
    with pytest.raises(LedgerContradictionError, match="opened through its holder"):
        page(account, bundle, with_allowances=True)
    assert queries.audit() == []


def test_nothing_is_reserved_on_the_stores_own_accounts_or_beyond_what_books_hold(funded, revenue, page):
    account = funded(DOLLAR)
    books = page(account, revenue)
    with pytest.raises(LedgerContradictionError):
        books.reserve(revenue, 1, reservation_id=uuid4())
    for amount in (-1, 10**15 + 1):
        with pytest.raises(AmountError):
            books.reserve(account, amount, reservation_id=uuid4())
    with pytest.raises(AmountError):
        books.transfer(Posting(account, revenue, 0, "test.move", "fact"))


def test_a_page_needs_a_transaction(transactional_db, now):
    with pytest.raises(TransactionManagementError):
        Books.open([], now=now)


def test_a_page_whose_account_was_changed_behind_its_back_is_not_written(funded, page):
    account = funded(DOLLAR)
    books = page(account)
    books.reserve(account, DOLLAR, reservation_id=uuid4())
    LedgerAccount.objects.filter(pk=account).update(debits_posted=1)
    with pytest.raises(BooksChangedError), transaction.atomic():
        books.write()
    assert queries.balance(account) == Balance(DOLLAR - 1, 0, DOLLAR - 1)
    assert not Reservation.objects.exists()


def test_a_page_whose_hold_was_settled_behind_its_back_is_not_written(funded, revenue, page, now):
    account = funded(DOLLAR)
    held = actions.reserve(account, 500_000, key="call", now=now).reservation_id
    books = page(account, revenue, reservation_ids=[held])
    books.post(held, 400_000, credit_account_id=revenue, code="call.charge")
    actions.void_reservation(held, now=now)
    with pytest.raises(BooksChangedError), transaction.atomic():
        books.write()
    assert queries.balance(account) == Balance(DOLLAR, 0, DOLLAR)
    assert queries.audit() == []


def test_a_hold_that_nobody_read_is_posted_and_voided_like_one_that_was(funded, revenue, page, now):
    account = funded(DOLLAR)
    posted, voided = (actions.reserve(account, 300_000, key=key, now=now).reservation_id for key in ("one", "two"))
    books = page(account, revenue)
    for held in (posted, voided):
        books.suppose(held, account, 300_000)
    assert isinstance(books.post(posted, 200_000, credit_account_id=revenue, code="call.charge"), Posted)
    assert isinstance(books.void(voided), Returned)
    books.write()
    assert queries.balance(account) == Balance(800_000, 0, 800_000)
    assert queries.audit() == []
    assert Reservation.objects.get(pk=posted).balance_before == DOLLAR


@pytest.mark.parametrize("supposed", [500_000, 400_000])
def test_a_hold_that_is_not_as_it_was_supposed_to_be_leaves_the_page_unwritten(funded, revenue, page, now, supposed):
    account = funded(DOLLAR)
    held = actions.reserve(account, 500_000, key="call", now=now).reservation_id
    if supposed == 500_000:
        actions.void_reservation(held, now=now)
    before = queries.balance(account)
    books = page(account, revenue)
    books.suppose(held, account, supposed)
    books.post(held, 300_000, credit_account_id=revenue, code="call.charge")
    with pytest.raises(HoldGoneError), transaction.atomic():
        books.write()
    assert queries.balance(account) == before
    assert queries.audit() == []


def test_a_hold_that_nobody_read_is_read_before_it_is_raised(funded, page, now):
    account = funded(DOLLAR)
    held = actions.reserve(account, 500_000, key="call", now=now).reservation_id
    books = page(account)
    books.suppose(held, account, 400_000)
    assert books.replace(held, 600_000) == Reserved(held, 600_000)
    books.write()
    assert queries.balance(account) == Balance(DOLLAR, 600_000, 400_000)
    assert queries.audit() == []


def test_two_pages_of_one_transaction_lose_none_of_each_others_entries(funded, revenue, page):
    account = funded(DOLLAR)
    first, second = page(account, revenue), page(account, revenue)
    first.transfer(Posting(account, revenue, 300_000, "test.move", "one"))
    second.transfer(Posting(account, revenue, 200_000, "test.move", "two"))
    first.write()
    second.write()
    assert queries.balance(account).posted_micros == 500_000
    assert queries.audit() == []


def test_an_id_that_stands_already_is_refused_by_the_database(funded, page):
    account, other = funded(DOLLAR), funded(DOLLAR)
    key = uuid4()
    for each in (account, other):
        books = page(each)
        books.reserve(each, 5, reservation_id=key)
        if each == account:
            books.write()
    with pytest.raises(IntegrityError), transaction.atomic():
        books.write()
    assert queries.balance(other).held_micros == 0


def test_a_hold_expires_only_when_its_end_has_come(funded, page, now):
    account, key = funded(DOLLAR), uuid4()
    books = page(account)
    end = now + timedelta(minutes=1)
    books.reserve(account, 5, reservation_id=key, expires_at=end)
    assert books.expire(key) == NotDue(end)
    with pytest.raises(LedgerContradictionError):
        books.replace(key, 5, expires_at=now)
    books.write()
    later = Books.open([account], reservation_ids=[key], now=end)
    assert later.expire(key) == Returned(key, ReservationState.EXPIRED, 5)
    later.write()
    assert queries.balance(account).held_micros == 0


def test_the_last_use_is_written_with_every_entry(funded, revenue, now):
    account, later = funded(DOLLAR), now + timedelta(days=3)
    books = Books.open([account, revenue], now=later)
    books.reserve(account, 5, reservation_id=uuid4())
    books.write()
    assert LedgerAccount.objects.get(pk=account).last_used_at == later
    assert LedgerAccount.objects.get(pk=revenue).last_used_at is None


def test_the_same_key_always_names_the_same_entry_and_two_keys_two():
    assert reservation_id("call:1") == reservation_id("call:1")
    assert len({reservation_id("a"), reservation_id("b"), transfer_key("a"), transfer_key("b")}) == 4
    # Kept for ever: other figures here would book old facts once more.
    assert str(reservation_id("call:1")) == "e2a9e113-69f5-5476-a026-34bf56bff0e4"
    assert str(transfer_key("order:1")) == "cec0c2b6-c55d-5095-98e4-87330f9811f1"
