"""A person's key that is looked up while the page reads its rows: the same openers, and nothing kept afterwards."""

import uuid

import psycopg
import pytest
from django.db import connection, connections

from crystalcall.customers.actions import record_guest
from crystalcall.customers.models import Customer
from crystalcall.customers.queries import Contact, contact
from crystalcall.plumbing import together
from crystalcall.plumbing.together import Ahead, ask_at
from crystalcall.privacy.keys import store
from crystalcall.privacy.keys.actions import destroy, ensure
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.opening import openers, openers_meanwhile
from crystalcall.privacy.keys.sealing import KeyDestroyedError, seal_field
from crystalcall.privacy.purposes import Purpose

# Outside a transaction, as pages are: within one the look-up waits for nothing else.
pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no round trips to save")

FIELD = "customers.Customer.sealed_name"
ONE = b"SELECT 1::int8"


@pytest.fixture
def subject(now) -> uuid.UUID:
    one = uuid.uuid4()
    ensure((one,), now=now)
    # Asked once: from here on the statement is prepared, as on every page but a process's first.
    openers((one,))
    return one


def wire() -> together._Wire:
    return together._wire_to("keys")


def under_way() -> bool:
    return wire().raw.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE


def test_what_opens_at_once_opens_meanwhile(subject):
    blob = seal_field(FIELD, subject, "Anna Hale")
    with openers_meanwhile((subject,)) as opening:
        assert Customer.objects.count() == 0
        assert opening()[subject].unseal(FIELD, blob) == "Anna Hale"
        assert opening()[subject].unseal(FIELD, blob) == "Anna Hale"


def test_many_keys_are_looked_up_in_pieces_all_the_same(now, monkeypatch):
    monkeypatch.setattr(store, "PIECE", 2)
    subjects = [uuid.uuid4() for _ in range(5)]
    ensure(subjects, now=now)
    blobs = {each: seal_field(FIELD, each, str(each)) for each in subjects}
    with openers_meanwhile(subjects) as opening:
        found = opening()
    assert all(found[each].unseal(FIELD, blob) == str(each) for each, blob in blobs.items())


@pytest.mark.clause("C21")
def test_a_key_destroyed_before_the_block_opens_nothing_in_it(subject, now):
    blob = seal_field(FIELD, subject, "Anna Hale")
    destroy((subject,), now=now)
    with openers_meanwhile((subject,)) as opening, pytest.raises(KeyDestroyedError):
        opening()[subject].unseal(FIELD, blob)


@pytest.mark.clause("C21")
def test_a_key_destroyed_after_a_block_opens_nothing_in_the_next(subject, now):
    blob = seal_field(FIELD, subject, "Anna Hale")
    with openers_meanwhile((subject,)) as opening:
        opening()
    destroy((subject,), now=now)
    with openers_meanwhile((subject,)) as opening, pytest.raises(KeyDestroyedError):
        opening()[subject].unseal(FIELD, blob)


def test_somebody_without_a_key_has_an_opener_that_opens_nothing():
    nobody = uuid.uuid4()
    with openers_meanwhile((nobody,)) as opening, pytest.raises(KeyDestroyedError):
        opening()[nobody].unseal(FIELD, b"\x02" + bytes(40))


def test_the_details_of_a_person_are_read_so(anna, now):
    customer = record_guest(anna.name, anna.email, anna.telephone, "en", now=now)
    told = contact(customer, purpose=Purpose.CUSTOMER_SERVICE)
    assert told == Contact(anna.name, anna.email, anna.telephone, "en")
    assert contact(uuid.uuid4(), purpose=Purpose.CUSTOMER_SERVICE) is None
    destroy((customer,), now=now)
    assert contact(customer, purpose=Purpose.CUSTOMER_SERVICE) is None


@on_postgresql
def test_the_look_up_is_under_way_while_the_block_does_something_else(subject):
    with openers_meanwhile((subject,)) as opening:
        assert under_way()
        assert Customer.objects.count() == 0
        opening()
        assert not under_way()


@on_postgresql
@pytest.mark.parametrize("problem", [None, LookupError])
def test_a_block_that_never_asks_leaves_the_connection_free(subject, problem):
    def leave():
        with openers_meanwhile((subject,)):
            if problem is not None:
                raise problem

    if problem is None:
        leave()
    else:
        with pytest.raises(problem):
            leave()
    assert not under_way()
    assert DataKey.objects.using("keys").count() == 1


@on_postgresql
def test_another_question_within_the_block_waits_for_the_first(subject):
    ask_at("keys", ONE, [])
    blob = seal_field(FIELD, subject, "Anna Hale")
    with openers_meanwhile((subject,)) as opening:
        assert ask_at("keys", ONE, []).rows() == [(1,)]
        with Ahead("keys", ONE, []) as other:
            assert openers((subject,))[subject].unseal(FIELD, blob) == "Anna Hale"
            assert other.rows() == [(1,)]
        assert opening()[subject].unseal(FIELD, blob) == "Anna Hale"


@on_postgresql
def test_a_connection_that_had_died_is_made_anew(subject):
    blob = seal_field(FIELD, subject, "Anna Hale")
    end_connection()
    with openers_meanwhile((subject,)) as opening:
        assert opening()[subject].unseal(FIELD, blob) == "Anna Hale"


@on_postgresql
def test_a_connection_that_dies_before_it_answered_is_made_anew(subject):
    blob = seal_field(FIELD, subject, "Anna Hale")
    parameters = connections["keys"].get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters) as other:
        other.execute("LOCK TABLE privacy_keys_datakey")
        with openers_meanwhile((subject,)) as opening:
            assert under_way()
            end_connection()
            other.rollback()
            assert opening()[subject].unseal(FIELD, blob) == "Anna Hale"


@on_postgresql
def test_a_statement_that_fails_says_so_where_it_is_read(subject):
    asks = b"SELECT 1 / (SELECT count(*) FROM privacy_keys_datakey)"
    ask_at("keys", asks, [])
    DataKey.objects.all().delete()
    with Ahead("keys", asks, []) as ahead, pytest.raises(Exception, match="division by zero"):
        ahead.rows()
    assert ask_at("keys", ONE, []).rows() == [(1,)]


def end_connection() -> None:
    """The server ends the key store's connection, as at its restart."""
    pid = connections["keys"].connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)
