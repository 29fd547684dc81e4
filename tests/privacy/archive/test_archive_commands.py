"""The archive by commands: two officers, two steps, masked until revealed."""

import json

import pytest
from click.testing import CliRunner
from officers_scenery import PASSPHRASE

from crystalcall.config.cli.privacy.archive import archive_group
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.models import ArchiveLot
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.officers.actions import add_officer

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


@pytest.fixture
def office(shop, anna, key_files, tmp_path):
    """Two officers with key files; Anna bought and was forgotten."""
    for name in ("vera", "igor"):
        add_officer(name, key_files[name].public, now=shop.now)
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    bought = shop.sells(anna)
    erase_person(keepers.find(order_number=bought.order_number), Way.DELETION, now=shop.now)
    return lambda name: (
        *("--as", name, "--key-file", str(key_files[name].path)),
        *("--passphrase-file", str(tmp_path / "passphrase")),
    )


def run(*words: object):
    done = CliRunner().invoke(archive_group, [str(word) for word in words])
    return done.exit_code, done.output


def told(*words: object):
    code, output = run(*words, "--json")
    assert code == 0, output
    return json.loads(output)


def test_two_officers_open_what_a_claim_names_by_its_address(office, anna):
    asked = told("request-opening", anna.email, "--reason", "claim 17", *office("vera"))
    assert told("status")["openings"][0]["asked_by"] == "vera"
    code, output = run("open", asked["reference"], *office("igor"))
    assert code == 0
    assert anna.name not in output
    assert "A•••" in output
    shown = told("open", asked["reference"], "--reveal", *office("igor"))
    assert anna.name in shown["lots"][0]["values"].values()


def test_commands_refuse_in_sentences(office, anna):
    asked = told("request-opening", anna.email, "--reason", "claim 17", *office("vera"))
    code, output = run("open", asked["reference"], *office("vera"))
    assert (code, output.strip()) == (1, "Another officer must open: it takes two.")
    code, output = run("request-opening", "nobody@example.org", "--reason", "claim", *office("vera"))
    assert (code, output.strip()) == (1, "Nothing is sealed about this person.")


def test_destroying_asks_first_and_is_for_good(office, anna):
    assert run("destroy", anna.email, "--reason", "asked", "--as", "vera")[0] == 1
    assert ArchiveLot.objects.exists()
    assert told("destroy", anna.email, "--reason", "asked", "--as", "vera", "--yes")["values"] == 3
    assert not ArchiveLot.objects.exists()
    assert told("status")["lots"] == 0


def test_the_status_warns_where_nothing_is_kept(db):
    code, output = run("status")
    assert code == 0
    assert "WARNING" in output
