"""The keys have a database of their own; destroyed ones leave its files; other processes find it by themselves."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from crystalcall.customers.actions import record_guest
from crystalcall.customers.models import Customer
from crystalcall.privacy.keys import checks, store
from crystalcall.privacy.keys.actions import destroy, ensure
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.routing import KeyStoreRouter

OPENING = """
import sys, uuid, django
django.setup()
from crystalcall.customers.queries import contact
from crystalcall.privacy.purposes import Purpose
print(contact(uuid.UUID(sys.argv[1]), purpose=Purpose.ORDER_FULFILLMENT))
"""


@pytest.mark.django_db
@pytest.mark.clause("C21")
def test_keys_and_what_they_seal_lie_in_two_databases(anna, now):
    record_guest(anna.name, anna.email, None, "en", now=now)
    tables = {alias: set(connections[alias].introspection.table_names()) for alias in ("default", "keys")}
    assert "customers_customer" in tables["default"]
    assert "privacy_keys_datakey" in tables["keys"]
    assert all(table.startswith("privacy_keys_") for table in tables["keys"] - {"django_migrations"})
    assert not any(table.startswith("privacy_keys_") for table in tables["default"])
    assert connections["keys"].settings_dict["NAME"] != connections["default"].settings_dict["NAME"]


def test_the_router_keeps_the_two_apart():
    router = KeyStoreRouter()
    assert router.db_for_read(DataKey) == router.db_for_write(DataKey) == "keys"
    assert router.db_for_read(Customer) is router.db_for_write(Customer) is None
    allowed = {(db, app): router.allow_migrate(db, app) for db in ("default", "keys") for app in ("privacy_keys", "x")}
    assert [place for place, is_allowed in allowed.items() if is_allowed] == [
        ("default", "x"),
        ("keys", "privacy_keys"),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("C21")
def test_a_destroyed_key_is_in_no_file_of_the_key_store(now):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's files are the server's; what it does is asked of it in the next test")
    kept, gone = uuid.uuid4(), uuid.uuid4()
    ensure((kept, gone), now=now)
    wrapped = {row.subject: bytes(row.wrapped) for row in DataKey.objects.all()}
    folder = Path(connections["keys"].settings_dict["NAME"])
    files = [folder, folder.with_name(f"{folder.name}-wal")]

    def holds(key: bytes) -> bool:
        return any(key in file.read_bytes() for file in files if file.exists())

    assert holds(wrapped[gone])
    destroy((gone,), now=now)
    assert not holds(wrapped[gone])
    assert holds(wrapped[kept])


@pytest.mark.django_db(transaction=True)
def test_postgresql_is_told_to_give_the_room_of_a_destroyed_key_back(now):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's files are looked at in the test before")
    subject = uuid.uuid4()
    ensure((subject,), now=now)
    destroy((subject,), now=now)
    with connections["keys"].cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), count(*) FROM pg_stat_all_tables")
        cursor.execute("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'privacy_keys_datakey'")
        assert cursor.fetchone()[0] >= 1


def test_another_process_opens_what_this_one_sealed_and_nothing_after_the_key_is_gone(process_environment, anna, now):
    customer_id = record_guest(anna.name, anna.email, None, "en", now=now)
    assert not DataKey.objects.filter(wrapped__isnull=True).exists()

    def said() -> str:
        command = [sys.executable, "-c", OPENING, str(customer_id)]
        return subprocess.run(command, env=process_environment, capture_output=True, text=True, check=True).stdout

    assert "language='en'" in said()
    destroy((customer_id,), now=now)
    assert said() == "None\n"


@pytest.mark.django_db(transaction=True)
def test_a_connection_to_the_key_store_that_died_is_opened_again(now):
    subject = uuid.uuid4()
    ensure((subject,), now=now)
    died = []

    def ask():
        if not died:
            died.append(True)
            raise OperationalError("the server closed the connection")
        return DataKey.objects.count()

    assert store.reached(ask) == 1


@pytest.mark.django_db
def test_a_question_that_fails_twice_fails(now):
    def ask():
        raise OperationalError("there is no server")

    with pytest.raises(OperationalError):
        store.reached(ask)


@pytest.mark.django_db
def test_sealed_data_without_its_key_store_stops_the_start(anna, now, monkeypatch):
    monkeypatch.setattr(store, "stands", lambda: False)
    assert checks.key_store_check() == []
    record_guest(anna.name, anna.email, None, "en", now=now)
    (error,) = checks.key_store_check()
    assert "key store is missing" in error.msg
    monkeypatch.setattr(store, "stands", lambda: True)
    assert checks.key_store_check() == []


@pytest.mark.django_db
def test_the_command_that_mends_a_lost_key_store_may_start(anna, now, monkeypatch):
    record_guest(anna.name, anna.email, None, "en", now=now)
    monkeypatch.setattr(store, "stands", lambda: False)
    monkeypatch.setattr("sys.argv", ["crystalcall", "migrate", "--accept-lost-keys"])
    assert checks.key_store_check() == []


@pytest.mark.django_db
def test_a_lost_key_store_is_not_replaced_by_an_empty_one_without_a_word(anna, now, monkeypatch):
    monkeypatch.setattr(store, "stands", lambda: False)
    migrated = []
    monkeypatch.setattr(store, "call_command", lambda *words, **_: migrated.append(words))
    store.prepare()
    assert len(migrated) == 1
    record_guest(anna.name, anna.email, None, "en", now=now)
    with pytest.raises(store.KeyStoreMissingError, match="sealed_"):
        store.prepare()
    assert len(migrated) == 1
    store.prepare(accepts_loss=True)
    assert len(migrated) == 2


def test_an_empty_place_is_made_ready_by_the_command(process_environment, tmp_path):
    from urllib.parse import urlsplit, urlunsplit

    environment = process_environment | {"CRYSTALCALL_DATA": str(tmp_path)}
    (tmp_path / "static").mkdir()
    name = f"fresh_{uuid.uuid4().hex}"
    if connection.vendor == "postgresql":
        connection.cursor().execute(f"CREATE DATABASE {name}")
        address = urlsplit(environment["CRYSTALCALL_DATABASE_URL"])
        environment["CRYSTALCALL_DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))
    try:
        for command in (["migrate"], ["migrate"], ["privacy", "keys", "status", "--json"]):
            done = subprocess.run(
                [sys.executable, "-m", "crystalcall.config.cli", *command],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["keys"] == 0
    finally:
        if connection.vendor == "postgresql":
            for made in (name, f"{name}_keys"):
                connection.cursor().execute(f"DROP DATABASE IF EXISTS {made}")


@pytest.mark.django_db
def test_no_model_change_waits_for_a_migration_of_the_key_store():
    call_command("makemigrations", "privacy_keys", check_changes=True, dry_run=True, verbosity=0)
