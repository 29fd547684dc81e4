"""The office's way from a letter to a package, by commands."""

import json
import stat

import pyrage
import pytest
from click.testing import CliRunner
from officers_scenery import with_keys

from crystalcall.config.cli.privacy.authority import SENTENCES, authority_group
from crystalcall.customers import seals
from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.authorities.values import CaseRefusal
from crystalcall.privacy.officers.actions import add_officer
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterEntry

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10")]


@pytest.fixture
def office(shop, anna, key_files, tmp_path):
    """Two officers with key files, a passphrase file, a letter, and a buyer."""
    for name in ("vera", "igor"):
        add_officer(name, key_files[name].public, now=shop.now)
    (tmp_path / "letter.txt").write_text("who bought the card", encoding="utf-8")
    RUN[:] = [lambda words: with_keys(words, key_files, tmp_path)]
    return shop.sells(anna)


RUN = []


def run(*words: object):
    [add_keys] = RUN
    done = CliRunner().invoke(authority_group, add_keys(words))
    return done.exit_code, done.output


def told(*words: object):
    code, output = run(*words, "--json")
    assert code == 0, output
    return json.loads(output)


def test_from_a_letter_to_a_package(shop, office, anna, key_files, tmp_path):
    court, day, out = pyrage.x25519.Identity.generate(), f"{shop.now:%Y-%m-%d}", tmp_path / "package.age"
    letter = ("--authority", "Court", "--instrument", "court order", "--dated", day, "--scope", tmp_path / "letter.txt")
    case = told("record", *letter, "--recipient", court.to_public(), "--as", "vera")["reference"]
    days = ("--from", day, "--to", day)
    assert run("scope", case, "--person", anna.email, "--field", "all", *days, "--as", "vera")[0] == 1
    scoped = told("scope", case, "--person", anna.email, "--field", seals.NAME, *days, "--as", "vera")
    assert run("extract", case, "--out", out, "--as", "vera")[0] == 1
    assert not out.exists()
    for name in ("vera", "igor"):
        told("approve", case, "--hash", scoped["hash"], "--as", name)
    handed = told("extract", case, "--out", out, "--as", "vera")
    assert handed["rows"] == 1
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert pyrage.decrypt(out.read_bytes(), [court]).startswith(b"PK")
    assert [each["state"] for each in told("list", "--all")["cases"]] == ["extracted"]


def test_the_letter_is_shown_to_officers_with_a_reason_alone_and_veiled(shop, office, tmp_path):
    court, day = pyrage.x25519.Identity.generate(), f"{shop.now:%Y-%m-%d}"
    letter = ("--authority", "Court", "--instrument", "court order", "--dated", day, "--scope", tmp_path / "letter.txt")
    case = told("record", *letter, "--recipient", court.to_public(), "--as", "vera")["reference"]
    assert "who bought" not in run("show", case)[1]
    assert "letter" not in told("show", case)
    assert (
        run("show", case, "--reveal", "--reason", "to scope it", "--as", "igor", "--key-file", tmp_path / "x")[0] == 1
    )
    shown = told("show", case, "--reveal", "--reason", "to scope it", "--as", "vera")
    assert shown["letter"]["scope"] == "who bought the card"
    assert RegisterEntry.objects.get(kind=EntryKind.REVEALED.value).book == Book.VEILED
    assert run("refuse", case, "--why", "no judge", "--as", "vera")[0] == 0
    assert run("list")[1].strip() == "No case is open."
    [notice] = RegisterEntry.objects.filter(kind=EntryKind.AUTHORITY_NOTICE.value)
    assert len(json.loads(notice.facts)["unveils"]) == 3  # recorded, looked at, refused


def test_an_approver_reads_fields_days_and_key_without_seeing_whose(shop, office, anna, tmp_path):
    court, day = pyrage.x25519.Identity.generate(), f"{shop.now:%Y-%m-%d}"
    letter = ("--authority", "Court", "--instrument", "court order", "--dated", day, "--scope", tmp_path / "letter.txt")
    case = told("record", *letter, "--recipient", court.to_public(), "--as", "vera")["reference"]
    assert "Nobody has said yet" in run("show", case)[1]
    days = ("--from", day, "--to", day)
    told("scope", case, "--person", anna.email, "--field", seals.NAME, *days, "--as", "vera")
    code, shown = run("show", case)
    assert code == 0
    for text in (seals.NAME, day, str(court.to_public()), "about 1 person"):
        assert text in shown
    assert str(office.customer_id) not in shown
    assert office.order_number not in shown
    assert told("show", case)["asked"]["fields"][0]["name"] == seals.NAME
    assert not RegisterEntry.objects.filter(kind=EntryKind.REVEALED.value).exists()


def test_a_letter_that_is_no_utf8_is_refused_in_a_sentence_and_its_escapes_reach_no_terminal(shop, office, tmp_path):
    court, day = pyrage.x25519.Identity.generate(), f"{shop.now:%Y-%m-%d}"
    (tmp_path / "old.txt").write_bytes("Суд просит".encode("cp1251"))
    letter = ("--authority", "Court", "--instrument", "order", "--dated", day, "--recipient", court.to_public())
    code, output = run("record", *letter, "--scope", tmp_path / "old.txt", "--as", "vera")
    assert (code, "no text in UTF-8" in output) == (1, True)
    assert not AuthorityCase.objects.exists()
    (tmp_path / "evil.txt").write_text("who \x1b[2Jbought\r\nhash: 0000", encoding="utf-8")
    case = told("record", *letter, "--scope", tmp_path / "evil.txt", "--as", "vera")["reference"]
    code, output = run("show", case, "--reveal", "--reason", "to scope it", "--as", "vera")
    assert code == 0
    assert "\x1b" not in output
    assert "\nhash: 0000" not in output


def test_every_refusal_has_a_sentence():
    assert {each.value for each in CaseRefusal} == set(SENTENCES)


def test_commands_refuse_in_sentences(shop, office, key_files, tmp_path):
    code, output = run("extract", "NOSUCH", "--out", tmp_path / "x", "--as", "vera")
    assert (code, output.strip()) == (1, "There is no such case.")
    keys = ("--key-file", key_files["igor"].path, "--passphrase-file", tmp_path / "phrase")
    code, output = run("approve", "NOSUCH", "--hash", "0" * 64, "--as", "vera", *keys)
    assert (code, output.strip()) == (1, "This is the key file of igor, not of vera.")
    assert seals.NAME in told("fields")["fields"]
    assert not AuthorityCase.objects.exists()
