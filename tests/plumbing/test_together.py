"""Statements that are sent together: one round trip, the same answers, and errors that leave the connection usable."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import IntegrityError, NotSupportedError, OperationalError, connection, transaction

from crystalcall.customers.models import AccountLink, Customer
from crystalcall.plumbing import together as module
from crystalcall.plumbing.arrays import UnknownTypeError, kind_of
from crystalcall.plumbing.ids import uuid_of_bytes
from crystalcall.plumbing.rowsets import COPIED_ROWS, Rowset
from crystalcall.plumbing.together import ask, together

AT = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=UTC)
LINK_FIELDS = ("customer_id", "ledger_account_id", "linked_at")
links = Rowset(AccountLink)

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no round trips to save")


@pytest.fixture
def anna() -> UUID:
    row = Customer.objects.create(
        sealed_name=b"a", sealed_email=b"e", email_index=bytes(32), language="en", created_at=AT
    )
    return row.pk


@contextmanager
def counted_round_trips(monkeypatch) -> Iterator[list[int]]:
    """How many statements each round trip carried."""
    made: list[int] = []
    exchange = module._Wire._exchange

    def counting(self: module._Wire, asked: Any) -> psycopg.Error | None:
        made.append(len(asked))
        return exchange(self, asked)

    with monkeypatch.context() as patch:
        patch.setattr(module._Wire, "_exchange", counting)
        yield made


def accounts_of(customer: UUID) -> set[UUID]:
    return {row[0] for row in links.fetch(("ledger_account_id",), "customer_id", [customer])}


# --- on both databases ----------------------------------------------------------------------------------------------


def test_each_statement_of_a_block_sees_what_those_before_it_did(anna):
    account = uuid4()
    with together():
        before = links.ask(("ledger_account_id",), "customer_id", [anna])
        links.insert(LINK_FIELDS, [(anna, account, AT)])
        moved = links.change(("ledger_account_id", "linked_at"), [(account, AT + timedelta(days=1))])
        after = links.ask(("ledger_account_id", "linked_at"), "customer_id", [anna])
    assert (before.rows(), before.count()) == ([], 0)
    assert moved.count() == 1
    assert after.rows() == [(account, AT + timedelta(days=1))]


def test_an_answer_can_be_read_inside_its_block(anna):
    account = uuid4()
    with together():
        links.insert(LINK_FIELDS, [(anna, account, AT)])
        assert links.ask(("ledger_account_id",), "customer_id", [anna]).rows() == [(account,)]
        links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
    assert len(accounts_of(anna)) == 2


def test_a_broken_constraint_is_told_and_the_connection_goes_on(anna):
    account = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        links.insert(LINK_FIELDS, [(anna, account, AT)])
        links.insert(LINK_FIELDS, [(anna, account, AT)])
        links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
    assert not accounts_of(anna)
    assert Customer.objects.filter(pk=anna).exists()


def test_more_rows_than_arrays_are_good_for_are_added_in_their_turn(anna):
    first, many = uuid4(), [uuid4() for _ in range(COPIED_ROWS)]
    with together():
        links.insert(LINK_FIELDS, [(anna, first, AT)])
        links.insert(LINK_FIELDS, [(anna, account, AT) for account in many])
    assert accounts_of(anna) == {first, *many}


# --- on PostgreSQL --------------------------------------------------------------------------------------------------


@on_postgresql
def test_a_block_is_one_round_trip_and_a_block_inside_it_is_part_of_it(anna, monkeypatch):
    with counted_round_trips(monkeypatch) as made, together():
        links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
        with together():
            links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
        links.ask(("id",), "customer_id", [anna])
    assert made == [3]


@on_postgresql
def test_what_has_gathered_when_a_block_fails_is_never_sent(anna, monkeypatch):
    with counted_round_trips(monkeypatch) as made, pytest.raises(LookupError), together():
        links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
        raise LookupError
    assert made == []
    assert not accounts_of(anna)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_pipeline_begins_the_transaction_of_its_block_and_rolls_back_with_it(anna):
    with pytest.raises(LookupError), transaction.atomic():
        links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
        assert connection.connection.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS
        raise LookupError
    assert not accounts_of(anna)
    assert connection.connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE


@on_postgresql
def test_a_statement_is_prepared_once():
    text = b"SELECT $1::bytea, 'prepared once'"
    for value in (b"a", b"b"):
        assert ask(text, [value]).rows() == [(value, "prepared once")]
    assert ask(b"SELECT count(*) FROM pg_prepared_statements WHERE statement = $1::text", [text]).rows() == [(1,)]


@on_postgresql
def test_a_statement_whose_table_was_altered_is_prepared_anew():
    text = b"SELECT told FROM altered"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE altered ON COMMIT DROP AS SELECT 1 AS told")
        assert ask(text, []).rows() == [(1,)]
        cursor.execute("ALTER TABLE altered ALTER told TYPE text")
    with pytest.raises(NotSupportedError), transaction.atomic():
        ask(text, [])
    assert ask(text, []).rows() == [("1",)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_told_and_the_next_one_serves(anna):
    with pytest.raises(OperationalError), transaction.atomic():
        ask(b"SELECT pg_terminate_backend(pg_backend_pid())", [])
    links.insert(LINK_FIELDS, [(anna, uuid4(), AT)])
    assert len(accounts_of(anna)) == 1


MOSCOW = timezone(timedelta(hours=3))
COLUMNS = {
    "uuid": [uuid4(), None, uuid4()],
    "bigint": [2**62, -1, None, 0],
    "integer": [7, 7, 7],
    "smallint": [None, -3],
    "double precision": [0.5, None],
    "boolean": [True, False, None],
    "bytea": [b"", b"\x00\xff", None],
    "varchar": ["", "ё\\\t'", None],
    "text": [None, None],
    "timestamp with time zone": [
        AT,
        None,
        AT.astimezone(MOSCOW),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    "date": [date(2026, 11, 23), date(1970, 1, 1), None],
    "jsonb": ['["a"]', None],
}


@on_postgresql
@pytest.mark.parametrize("db_type", COLUMNS)
@pytest.mark.parametrize("length", [None, 1, 0])
def test_a_column_arrives_as_it_is(db_type, length):
    values, kind = COLUMNS[db_type][:length], kind_of(db_type)
    shown = "each::text" if db_type == "jsonb" else "each"
    text = f"SELECT {shown} FROM unnest($1::{kind.name}[]) AS each".encode()  # noqa: S608 - our own words
    assert [row[0] for row in ask(text, [kind.pack(values)]).rows()] == values


def test_a_type_that_cannot_be_written_is_named():
    with pytest.raises(UnknownTypeError, match="point"):
        kind_of("point")


def test_a_uuid_of_bytes_is_the_one_that_the_class_makes():
    data = uuid4().bytes
    made = uuid_of_bytes(data)
    assert (made, hash(made), repr(made), made.is_safe) == (
        *(UUID(bytes=data), hash(UUID(bytes=data)), repr(UUID(bytes=data)), UUID(bytes=data).is_safe),
    )
