"""Many rows by one statement: the same answers on both databases, and the same as the ORM's."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from crystalcall.customers.models import AccountLink, Customer
from crystalcall.plumbing.models import Announcement
from crystalcall.plumbing.rowsets import SQLITE_PIECE, Rowset, RowsetError
from crystalcall.privacy.models import Disclosure

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=UTC)
LINK_FIELDS = ("customer_id", "ledger_account_id", "linked_at")
DISCLOSURE_FIELDS = ("provider", "purpose", "fields", "subject", "disclosed_at")


@pytest.fixture
def anna() -> UUID:
    return _customer("anna@example.org")


@pytest.fixture
def boris() -> UUID:
    return _customer("boris@example.net")


def _customer(email: str) -> UUID:
    row = Customer.objects.create(
        sealed_name=b"\x00\xff", sealed_email=email.encode(), email_index=bytes(32), language="en", created_at=AT
    )
    return row.pk


def test_inserted_rows_are_those_the_orm_reads(anna):
    accounts = [uuid4() for _ in range(3)]
    Rowset(AccountLink).insert(LINK_FIELDS, [(anna, account, AT) for account in accounts])
    stored = AccountLink.objects.order_by("pk").values_list(*LINK_FIELDS)
    assert list(stored) == [(anna, account, AT) for account in accounts]


def test_rows_of_the_orm_are_those_fetched(anna):
    link = AccountLink.objects.create(customer_id=anna, ledger_account_id=uuid4(), linked_at=AT)
    found = Rowset(AccountLink).fetch(("id", *LINK_FIELDS), "ledger_account_id", [link.ledger_account_id, uuid4()])
    assert found == [(link.pk, anna, link.ledger_account_id, AT)]


def test_a_moment_of_another_zone_is_kept_as_the_same_moment(anna):
    account, moscow = uuid4(), AT.astimezone(timezone(timedelta(hours=3)))
    Rowset(AccountLink).insert(LINK_FIELDS, [(anna, account, moscow)])
    assert Rowset(AccountLink).fetch(("linked_at",), "ledger_account_id", [account]) == [(AT,)]


def test_more_values_than_one_statement_takes_are_all_found(anna):
    accounts = [uuid4() for _ in range(SQLITE_PIECE + 7)]
    Rowset(AccountLink).insert(LINK_FIELDS, [(anna, account, AT) for account in accounts])
    found = Rowset(AccountLink).fetch(("ledger_account_id",), "ledger_account_id", accounts)
    assert {row[0] for row in found} == set(accounts)


def test_nothing_asked_for_finds_nothing():
    links = Rowset(AccountLink)
    assert links.fetch(("id",), "ledger_account_id", []) == []
    assert links.fetch_pairs(("id",), ("customer_id", "ledger_account_id"), []) == []
    assert links.insert_new(LINK_FIELDS, []) == set()
    assert links.update(("id", "linked_at"), []) == 0


def test_a_condition_and_an_order_are_kept(anna):
    accounts = sorted(uuid4() for _ in range(4))
    moments = [AT + timedelta(minutes=number) for number in range(4)]
    Rowset(AccountLink).insert(LINK_FIELDS, [(anna, *pair) for pair in zip(accounts, moments, strict=True)])
    found = Rowset(AccountLink).fetch(
        ("ledger_account_id",), "customer_id", [anna], where="linked_at IS NOT NULL", order_by="ledger_account_id DESC"
    )
    assert [row[0] for row in found] == accounts[::-1]


def test_pairs_are_matched_as_pairs_and_not_crosswise(anna, boris):
    first, second = uuid4(), uuid4()
    Rowset(AccountLink).insert(LINK_FIELDS, [(anna, first, AT), (boris, second, AT)])
    fetched = Rowset(AccountLink).fetch_pairs(
        ("ledger_account_id",), ("customer_id", "ledger_account_id"), [(anna, first), (anna, second)]
    )
    assert fetched == [(first,)]


def test_json_is_given_and_comes_as_text():
    Rowset(Disclosure).insert(DISCLOSURE_FIELDS, [("p", "q", '["email"]', "subject", AT)])
    assert Disclosure.objects.get(subject="subject").fields == ["email"]
    assert Rowset(Disclosure).fetch(("fields",), "subject", ["subject"]) == [('["email"]',)]


def test_text_that_a_copy_could_misread_is_kept_as_it_is():
    hostile = "tab\tline\nback\\slash \\N 'quote' \"; DROP TABLE x; --"
    Rowset(Disclosure).insert(DISCLOSURE_FIELDS, [("p", "q", "[]", hostile, AT)])
    assert Disclosure.objects.get().subject == hostile


def test_a_broken_constraint_adds_none_of_the_rows(anna):
    account = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        Rowset(AccountLink).insert(LINK_FIELDS, [(anna, uuid4(), AT), (anna, account, AT), (anna, account, AT)])
    assert not AccountLink.objects.exists()


def test_only_new_rows_are_added_and_named(anna):
    taken = AccountLink.objects.create(customer_id=anna, ledger_account_id=uuid4(), linked_at=AT)
    rows = [(1001, anna, taken.ledger_account_id, AT), (1002, anna, uuid4(), AT)]
    assert Rowset(AccountLink).insert_new(("id", *LINK_FIELDS), rows) == {1002}
    assert AccountLink.objects.count() == 2


def test_an_update_counts_only_rows_for_which_its_condition_holds(anna):
    early, late = (
        AccountLink.objects.create(customer_id=anna, ledger_account_id=uuid4(), linked_at=AT + timedelta(days=days))
        for days in (0, 9)
    )
    new = AT + timedelta(days=5)
    changed = Rowset(AccountLink).update(
        ("id", "linked_at"), [(early.pk, new), (late.pk, new), (0, new)], where="t.linked_at < v.linked_at"
    )
    assert changed == 1
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.linked_at, late.linked_at) == (new, AT + timedelta(days=9))


def test_a_field_that_is_not_there_is_named():
    with pytest.raises(RowsetError, match="no field colour"):
        Rowset(Announcement).fetch(("colour",), "id", [1])


def test_bytes_are_found_by_and_kept_as_they_are(anna):
    found = Rowset(Customer).fetch(("id", "sealed_name"), "email_index", [bytes(32), b"\xff" * 32])
    assert found == [(anna, b"\x00\xff")]


def test_a_column_of_nothing_is_written_as_nothing(anna, boris):
    rows = [(anna, b"a", None), (boris, b"b", None)]
    assert Rowset(Customer).update(("id", "sealed_name", "sealed_telephone"), rows) == 2
    assert Rowset(Customer).fetch(("sealed_name", "sealed_telephone"), "id", [boris]) == [(b"b", None)]
