"""The archive by commands: two officers, two steps, masked until revealed."""

import json

import pytest
from click.testing import CliRunner
from officers_scenery import PASSPHRASE, appoint, new_keys

from crystalcall.config.cli.privacy.archive import SENTENCES, archive_group
from crystalcall.customers import seals
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.actions import put_away
from crystalcall.privacy.archive.models import ArchiveLot
from crystalcall.privacy.archive.values import DestroyRefusal, OpeningRefusal
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.officers.actions import add_officer
from crystalcall.privacy.officers.key_file import load_key_file
from crystalcall.privacy.officers.queries import officer

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


@pytest.fixture
def office(shop, anna, key_files, tmp_path):
    """Two officers with key files; Anna bought and was forgotten."""
    for name in ("vera", "igor"):
        add_officer(name, key_files[name].public, now=shop.now)
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    sold = shop.sells(anna)
    erase_person(keepers.find(order_number=sold.order_number), Way.DELETION, now=shop.now)
    (tmp_path / "order").write_text(sold.order_number, encoding="utf-8")
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
    assert run("destroy", anna.email, "--reason", "asked", *office("vera"))[0] == 1
    assert ArchiveLot.objects.exists()
    assert told("destroy", anna.email, "--reason", "asked", *office("vera"), "--yes")["values"] == 3
    assert not ArchiveLot.objects.exists()
    assert told("status")["lots"] == 0


def test_the_status_warns_where_nothing_is_kept(db):
    code, output = run("status")
    assert code == 0
    assert "WARNING" in output


def test_the_order_number_of_somebody_who_was_forgotten_leads_there_until_it_is_destroyed(office, anna, tmp_path):
    order = (tmp_path / "order").read_text(encoding="utf-8")
    asked = told("request-opening", order.lower(), "--reason", "claim 17", *office("vera"))
    assert asked["lots"] == 1
    told("destroy", order, "--reason", "asked", *office("vera"), "--yes")
    code, output = run("request-opening", order, "--reason", "claim 17", *office("vera"))
    assert (code, output.strip()) == (1, "Nothing is sealed about this person.")


def test_nothing_is_destroyed_under_the_name_of_an_officer_whose_keys_are_not_there(office, anna):
    code, output = run("destroy", anna.email, "--reason", "asked", "--as", "igor", *office("vera")[2:], "--yes")
    assert (code, output.strip()) == (1, "This is the key file of vera, not of igor.")
    assert run("destroy", anna.email, "--reason", "asked", "--as", "igor", "--yes")[0] == 2
    assert ArchiveLot.objects.exists()


def test_rewrapping_names_the_officers_asks_first_and_is_done_by_the_second(office, anna, shop, key_files):
    keys = {name: load_key_file(key_files[name].path, PASSPHRASE) for name in ("vera", "igor")}
    appoint("late", new_keys("late").public, by=keys, now=shop.now)
    assert "rewrap" in run("status")[1]
    code, output = run("request-rewrap", "--with", "igor", "--reason", "one more", *office("vera"))
    assert code == 1
    assert officer("late").fingerprint in output
    asked = told("request-rewrap", "--with", "igor", "--reason", "one more", *office("vera"), "--yes")
    code, output = run("rewrap", asked["reference"], *office("vera"))
    assert (code, output.strip()) == (1, "Another officer must open: it takes two.")
    code, output = run("rewrap", asked["reference"], *office("igor"))
    assert code == 0, output
    assert "1 people opens for every two officers who serve" in output
    assert told("status")["people_lacking"] == 0


def test_what_a_person_wrote_reaches_no_terminal_as_a_command(office, subject, now):
    evil = "Boris \x1b[2J\x1b]0;owned\x07\u202e Lind\nSealed on 1999-01-01:"
    put_away(subject, "sealed_archive", {seals.NAME: evil}, now=now, collected_under=1)
    asked = told("request-opening", subject, "--reason", "claim \x1b[31m17", *office("vera"))
    for reveal in ((), ("--reveal",)):
        code, output = run("open", asked["reference"], *reveal, *office("igor"))
        assert code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(output)
    assert "Boris" in output
    assert "\nSealed on 1999" not in output


def test_every_refusal_has_a_sentence():
    assert {each.value for each in (*OpeningRefusal, *DestroyRefusal)} <= set(SENTENCES)
