"""`crystalcall backup`: what an operator types, reads, and gets for an exit code."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import msgspec
import pyrage
import pytest
from click.testing import CliRunner
from django.db import connection, connections

from crystalcall.config.cli.backup import backup_group
from crystalcall.minutes.ledger.models import AuditRun, LedgerAccount
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.register.models import RegisterEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(backup_group, [str(word) for word in words])


@pytest.fixture
def made(run, shop, office, anna):
    shop.calls(shop.sells(anna))
    done = run("create", "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_backup_says_where_it_is_how_large_and_what_to_do_with_it(run, shop, office, anna):
    shop.sells(anna)
    done = run("create")
    assert done.exit_code == 0, done.output
    assert f"{office.folder}/crystalcall-" in done.output
    assert "kB" in done.output
    assert "Take both files away" in done.output


def test_a_backup_may_go_to_another_folder(run, shop, office, anna, tmp_path):
    assert run("create", "--to", tmp_path / "stick").exit_code == 0
    assert len(list((tmp_path / "stick").glob("*.age"))) == 2
    assert not office.folder.exists()


def test_without_a_recipient_the_command_says_what_to_set(run, shop, settings):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, backup_recipient="")
    refused = run("create")
    assert refused.exit_code == 1
    assert "CRYSTALCALL_BACKUP_RECIPIENT" in refused.output
    assert json.loads(run("create", "--json").stdout)["refused"] == "no_recipient"


def test_a_restore_into_a_place_with_a_database_is_refused_until_replace_is_typed(run, office, made):
    words = ("restore", made["database"]["path"], "--identity", office.identity)
    refused = run(*words)
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    done = run(*words, "--replace", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == made["database"]["rows"]
    said = run(*words, "--replace")
    assert "0 erasures were done again" in said.output


def test_a_replay_ledger_that_lacks_lines_is_said_at_a_restore(run, shop, office, own_ledger, anna):
    bought = shop.sells(anna)
    person = keepers.whole(Person().joined(NameKind.CUSTOMER, [bought.customer_id]))
    erase_person(person, Way.DELETION, now=shop.now)
    made = json.loads(run("create", "--json").stdout)
    words = ("restore", made["database"]["path"], "--identity", office.identity, "--replace")
    assert "lacks" not in run(*words).output
    own_ledger.unlink()
    said = run(*words)
    assert said.exit_code == 0, said.output
    assert "The replay ledger lacks 1 erasures" in said.output


@pytest.mark.clause("C21")
def test_a_backup_is_verified_in_a_place_of_its_own_and_nothing_of_it_stays(run, office, made, environment_of_children):
    keys = DataKey.objects.count()
    audits = AuditRun.objects.count()
    verified = run("verify", made["database"]["path"], "--identity", office.identity, "--json")
    assert verified.exit_code == 0, verified.output
    told = json.loads(verified.stdout)
    assert told["in_order"]
    assert told["rows"] == made["database"]["rows"]
    assert (DataKey.objects.count(), AuditRun.objects.count()) == (keys, audits)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            own = f"{connection.settings_dict['NAME']}_verify_%"
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [own])
            assert cursor.fetchall() == []


def test_books_that_do_not_balance_are_found_in_the_backup(run, shop, office, anna, environment_of_children):
    bought = shop.sells(anna)
    LedgerAccount.objects.filter(pk=bought.account_id).update(credits_posted=99_000_000)
    made = json.loads(run("create", "--json").stdout)
    verified = run("verify", made["database"]["path"], "--identity", office.identity)
    assert verified.exit_code == 1
    assert "Books: " in verified.output
    assert "99000000 credits" in verified.output
    assert "NOT in order" in verified.output


def test_a_backup_is_verified_with_its_keys_too(run, office, made, environment_of_children):
    verified = run(*("verify", made["database"]["path"], "--identity", office.identity, "--keys", made["keys"]["path"]))
    assert verified.exit_code == 0, verified.output
    assert "its books and its register are in order" in verified.output


def test_another_identity_is_refused_in_one_sentence(run, made, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    refused = run("verify", made["database"]["path"], "--identity", other, "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["refused"] == "wrong_identity"


@pytest.mark.clause("C21")
def test_a_restore_into_another_place_leaves_the_shop_as_it_is(run, office, made, another_place):
    before = list(RegisterEntry.objects.values_list("kind", flat=True))
    words = ("restore", made["database"]["path"], "--identity", office.identity, "--into", another_place)
    assert run(*words).exit_code == 1  # there are no keys yet
    done = run(*words, "--keys", made["keys"]["path"])
    assert done.exit_code == 0, done.output
    assert run(*words, "--keys", made["keys"]["path"]).exit_code == 1  # it is not empty any more
    assert list(RegisterEntry.objects.values_list("kind", flat=True)) == before


def test_the_program_knows_the_command(process_environment):
    connections.close_all()
    command = [sys.executable, "-m", "crystalcall.config.cli", "backup", "--help"]
    said = subprocess.run(command, env=process_environment, capture_output=True, text=True, check=True).stdout
    assert [word for word in ("  create", "  restore", "  verify", "  load") if word in said] == [
        *("  create", "  restore", "  verify")
    ]


@pytest.fixture
def another_place(environment_of_children, tmp_path):
    """A place that is not the shop's: a folder, or an empty database."""
    if connection.vendor == "sqlite":
        yield str(tmp_path / "drill")
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE drill_of_a_test")
    address = urlsplit(environment_of_children["CRYSTALCALL_DATABASE_URL"])
    yield urlunsplit(address._replace(path="/drill_of_a_test"))
    with connection.cursor() as cursor:
        for name in ("drill_of_a_test", "drill_of_a_test_keys"):
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def environment_of_children(process_environment, monkeypatch, settings):
    """Children make places of their own beside the test's database."""
    if "CRYSTALCALL_DATABASE_URL" in process_environment:
        monkeypatch.setitem(os.environ, "CRYSTALCALL_DATABASE_URL", process_environment["CRYSTALCALL_DATABASE_URL"])
    return process_environment
