"""`crystalcall staff`: what it says, what it refuses, and that it masks."""

import json

import pytest
from click.testing import CliRunner

from crystalcall.customers.staff import audit, queries
from crystalcall.customers.staff.models import StaffMember
from crystalcall.customers.staff.values import Subject, SubjectKind
from crystalcall.rules.staffing import Role


@pytest.fixture
def crystalcall(db):
    """Runs the command line in this process."""
    from crystalcall.config import cli

    cli.register_commands()
    return lambda *words: CliRunner().invoke(cli.program, ["staff", *words])


@pytest.fixture
def added(crystalcall):
    """One administrator, added on the command line."""
    words = ("--name", "Agata Nowak", "--role", "administrator", "--role", "accounts")
    said = crystalcall("add", "agata@example.org", *words, "--json")
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


@pytest.fixture
def officer(crystalcall, tmp_path):
    """Options by which an officer of the privacy register looks behind a mask."""
    from crystalcall.config import cli

    passphrase, key = tmp_path / "passphrase", tmp_path / "olga.key"
    passphrase.write_text("a long enough passphrase for olga")
    made = CliRunner().invoke(
        cli.program,
        ["privacy", "officer", "new", "olga", "--key-file", str(key), "--passphrase-file", str(passphrase)],
    )
    assert made.exit_code == 0, made.output
    return ("--as", "olga", "--key-file", str(key), "--passphrase-file", str(passphrase))


def test_add_prints_a_one_time_address_and_until_when_it_opens(crystalcall):
    said = crystalcall("add", "jan@example.org", "--name", "Jan Kos", "--role", "service", "--language", "ru")
    assert said.exit_code == 0
    assert "opens once, until" in said.stdout
    assert said.stdout.rstrip().splitlines()[-1].startswith("http://127.0.0.1:8001/ru/account/set-up/")
    assert "Jan" not in said.stdout


def test_add_refuses_what_makes_no_sense_with_a_sentence(crystalcall, added):
    taken = crystalcall("add", "AGATA@example.org", "--name", "Agata", "--role", "service")
    assert (taken.exit_code, "works here, or did" in taken.stderr) == (1, True)
    senseless = crystalcall("add", "agata", "--name", "Agata", "--role", "service", "--json")
    assert (senseless.exit_code, json.loads(senseless.stdout)["refused"]) == (1, "email_senseless")
    assert crystalcall("add", "a@example.org", "--name", "Agata", "--role", "boss").exit_code == 2
    assert crystalcall("add", "a@example.org", "--name", "Agata").exit_code == 2
    assert StaffMember.objects.count() == 1


def test_the_list_masks_names_and_addresses(crystalcall, added):
    said = crystalcall("list")
    assert "A••• <a•••@example.org>" in said.stdout
    assert "Nowak" not in said.stdout
    assert "accounts, administrator" in said.stdout
    assert "has an address until" in said.stdout
    [listed] = json.loads(crystalcall("list", "--json").stdout)["members"]
    assert (listed["name"], listed["roles"]) == ("A•••", ["accounts", "administrator"])


def test_an_officer_sees_names_and_leaves_a_line_in_the_register(crystalcall, added, officer):
    from crystalcall.privacy.register.models import RegisterEntry

    said = crystalcall("list", "--reveal", "--reason", "yearly review", *officer)
    assert said.exit_code == 0, said.output
    assert "Agata Nowak <agata@example.org>" in said.stdout
    assert "staff.contact" in RegisterEntry.objects.filter(kind="revealed").get().facts
    assert crystalcall("list", "--reveal").exit_code == 2


def test_names_cannot_forge_a_line_of_the_list(crystalcall, added):
    member = added["member_id"]
    from uuid import UUID

    from crystalcall.customers.staff.reading import NAME
    from crystalcall.privacy.keys.sealing import seal_field

    StaffMember.objects.update(sealed_name=seal_field(NAME, UUID(member), "\x1b[2J\nnobody"))
    assert "\x1b" not in crystalcall("list").stdout
    assert len(crystalcall("list").stdout.splitlines()) == 1


def test_the_last_administrator_is_refused_in_words(crystalcall, added):
    said = crystalcall("disable", "agata@example.org", "--reason", "tired")
    assert (said.exit_code, "last administrator" in said.stderr) == (1, True)
    roles = crystalcall("roles", "agata@example.org", "--role", "service")
    assert roles.exit_code == 1


def test_somebody_is_disabled_enabled_and_given_other_roles(crystalcall, added):
    crystalcall("add", "jan@example.org", "--name", "Jan Kos", "--role", "administrator")
    gone = crystalcall("disable", "agata@example.org", "--reason", "left us")
    assert (gone.exit_code, "disabled" in gone.stdout) == (0, True)
    assert "disabled since" in crystalcall("list").stdout
    assert crystalcall("disable", "agata@example.org", "--reason", "left us").exit_code == 1
    back = crystalcall("enable", "agata@example.org")
    assert (back.exit_code, "/account/set-up/" in back.stdout) == (0, True)
    assert crystalcall("roles", "Agata@Example.org", "--role", "service").exit_code == 0
    member = queries.member_of_address("agata@example.org")
    from crystalcall.plumbing.clock import now

    assert queries.member(member, now=now()).roles == {Role.SERVICE}


def test_who_begins_again_gets_a_new_address_and_a_factor_needs_a_password_first(crystalcall, added):
    again = crystalcall("set-up-again", "agata@example.org", "--reason", "mail lost", "--json")
    assert json.loads(again.stdout)["address"] != added["address"]
    reset = crystalcall("reset-second-factor", "agata@example.org", "--reason", "telephone lost", "--json")
    assert (reset.exit_code, json.loads(reset.stdout)["refused"]) == (1, "not_set_up")


@pytest.mark.parametrize("command", ["disable", "reset-second-factor", "set-up-again"])
def test_what_shuts_somebody_out_asks_why(crystalcall, added, command):
    assert crystalcall(command, "agata@example.org").exit_code == 2
    assert crystalcall(command, "agata@example.org", "--reason", " ").exit_code == 1


@pytest.mark.parametrize("command", ["disable", "enable", "roles", "set-up-again"])
def test_nobody_is_nobody(crystalcall, command):
    more = {"roles": ("--role", "service"), "enable": ()}.get(command, ("--reason", "why not"))
    said = crystalcall(command, "nobody@example.org", *more)
    assert (said.exit_code, "Nobody with this address" in said.stderr) == (1, True)


def test_the_log_names_nobody_without_reveal(crystalcall, added, officer, now):
    from uuid import UUID

    member = UUID(added["member_id"])
    audit.note(member, "staff.proposed", Subject(SubjectKind.CARD, "CARD1234"), reason="for Anna", now=now)
    plain = crystalcall("audit")
    assert "staff.proposed done card CARD1234" in plain.stdout
    assert "command line  staff.added done member" in plain.stdout
    assert "Anna" not in plain.stdout
    assert "Nowak" not in plain.stdout + crystalcall("audit", "--json").stdout
    seen = crystalcall("audit", "--email", "agata@example.org", "--reveal", "--reason", "review", *officer)
    [line] = seen.stdout.splitlines()
    assert line.endswith("Agata Nowak  staff.proposed done card CARD1234  “for Anna”")
    page = crystalcall("audit", "--act", "staff.proposed", "--lines", "1", "--json")
    [first] = json.loads(page.stdout)["lines"]
    assert crystalcall("audit", "--before", str(first["entry"])).stdout.count("\n") == 1
