"""`crystalcall privacy …`: what an officer types, reads, and gets for an exit code; nobody's name unless revealed."""

import json
import stat
import zipfile

import pytest
from click.testing import CliRunner

from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.officers.actions import add_officer
from crystalcall.privacy.officers.key_file import make_key_file
from crystalcall.privacy.officers.values import OfficerInfo
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.queries import written
from crystalcall.privacy.requests.values import Opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(db, tmp_path, now):
    added = add_officer("olga", make_key_file(tmp_path / "olga.age", "olga", "a long enough phrase"), now=now)
    assert isinstance(added, OfficerInfo)
    return added


@pytest.fixture
def run(shop, olga, tmp_path):
    from crystalcall.config.cli import register_commands
    from crystalcall.config.cli.privacy import privacy_group

    register_commands()
    phrase = tmp_path / "phrase"
    phrase.write_text("a long enough phrase", encoding="utf-8")
    keys = ("--key-file", tmp_path / "olga.age", "--passphrase-file", phrase)

    def run(*arguments: object, **more: object):
        words = (*arguments, *keys) if "--as" in arguments else arguments
        return CliRunner().invoke(privacy_group, [str(each) for each in words], **more)

    return run


@pytest.fixture
def letter(shop, anna):
    shop.sells(anna)
    opened = actions.receive_mail_request(anna.email, "data", "Please: what about Uncle Vanya?", now=shop.now)
    assert isinstance(opened, Opened)
    return opened.reference


def test_requests_are_listed_without_a_name_and_late_ones_stand_out(run, shop, letter, anna):
    listed = run("requests", "list")
    assert letter in listed.output
    assert anna.email not in listed.output
    assert "LATE" not in listed.output
    shop.later(days=31)
    assert "LATE" in run("requests", "list").output
    [told] = json.loads(run("requests", "list", "--json").output)["requests"]
    assert (told["reference"], told["state"]) == (letter, "in_progress")


def test_what_was_written_is_shown_only_with_a_reason_that_enters_the_register(run, letter):
    assert "Vanya" not in run("requests", "show", letter).output
    assert run("requests", "show", letter, "--reveal").exit_code == 2
    assert RegisterEntry.objects.filter(kind="revealed").count() == 0
    shown = run("requests", "show", letter, "--reveal", "--reason", "to answer it", "--as", "olga")
    assert "Vanya" in shown.output
    assert RegisterEntry.objects.filter(kind="revealed").count() == 1


def test_a_letter_is_entered_by_an_officer_and_answered_to_the_address_on_file(run, shop, anna):
    shop.sells(anna)
    shop.sends()
    asked = ("requests", "receive", anna.email, "--as", "olga", "--channel", "office", "--json")
    told = json.loads(run(*asked, input="Card 4111111111111111. What do you know?").output)
    assert "4111" not in str(written(told["reference"]))
    [mailed] = shop.sends()
    assert mailed.to == [anna.email]
    assert run("requests", "receive", "nobody", "--as", "olga", input="x").exit_code == 1


def test_a_request_is_extended_denied_and_closed_by_an_officer_who_exists(run, letter):
    assert run("requests", "close", letter, "--as", "nobody").exit_code == 1
    assert run("requests", "extend", letter, "--why", "Many orders.", "--as", "olga").exit_code == 0
    again = run("requests", "extend", letter, "--why", "Many.", "--as", "olga", "--json")
    assert (again.exit_code, json.loads(again.output)["refused"]) == (1, "extended_before")
    assert run("requests", "deny", letter, "--reason", "whim", "--as", "olga").exit_code == 2
    assert run("requests", "deny", letter, "--reason", "no_match", "--as", "olga").exit_code == 0
    closed = run("requests", "close", letter, "--as", "olga", "--json")
    assert json.loads(closed.output)["refused"] == "closed"
    assert run("requests", "show", "NOSUCHONE0").exit_code == 1


def test_an_export_is_a_file_for_its_owner_alone_and_enters_the_register(run, shop, anna, tmp_path):
    bought = shop.sells(anna)
    out = tmp_path / "anna.zip"
    asked = ("export", bought.order_number.lower(), "--out", out, "--reason", "asked at the counter", "--as")
    assert run(*asked, "nobody").exit_code == 1
    assert not out.exists()
    assert run(*asked, "olga").exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert anna.name in zipfile.ZipFile(out).read("personal-data.html").decode()
    assert RegisterEntry.objects.filter(kind="revealed").count() == 1
    assert run(*asked, "olga").exit_code == 1  # never over a file that is there


def test_an_erasure_is_masked_asks_once_more_and_names_its_officer_by_fingerprint(run, shop, anna, olga):
    bought = shop.sells(anna)
    asked = run("erase", anna.email, "--as", "olga", input="n\n")
    assert asked.exit_code == 1
    assert anna.name not in asked.output
    assert "$10.00" in asked.output
    assert keepers.find(order_number=bought.order_number)
    done = run("erase", anna.email, "--as", "olga", "--yes", "--json")
    assert json.loads(done.output)["counts"]["customers"] == 1
    assert not keepers.find(order_number=bought.order_number)
    facts = RegisterEntry.objects.get(kind="erasure").facts
    assert olga.fingerprint in facts
    assert run("erase", anna.email, "--as", "olga", "--yes").exit_code == 1


@pytest.mark.clause("C19")
def test_a_childs_erasure_leaves_a_list_of_what_to_ask_of_whom(run, shop, anna):
    bought = shop.sells(anna)
    shop.sends()
    suspects = ("suspect-child", bought.order_number, "--as", "olga", "--reason", "wrote of school")
    assert run(*suspects).exit_code == 0
    assert RegisterEntry.objects.filter(kind="child_suspected").count() == 1
    assert run(*suspects).exit_code == 1
    assert "second officer" in run(*suspects, "--lift").output
    assert run(*suspects, "--lift").exit_code == 1  # the same officer twice is one officer
    assert run("erase-child", bought.order_number, "--as", "olga", "--yes").exit_code == 0
    tasks = json.loads(run("provider-tasks", "--json").output)["open"]
    assert {task["provider"] for task in tasks} >= {"mail-carrier", "authorize-net"}
    for task in tasks:
        assert run("provider-tasks", "--done", task["task"]).exit_code == 0
    assert "Nothing" in run("provider-tasks").output
    assert run("provider-tasks", "--done", tasks[0]["task"]).exit_code == 1


def test_erasures_are_replayed_by_command_at_once(run, shop, anna):
    bought = shop.sells(anna)
    ledger.append([bought.customer_id], ledger.Way.DELETION, now=shop.now)
    told = json.loads(run("replay-erasures", "--json").output)
    assert (told["lines"], told["people"]) == (1, 1)
    ledger.path().write_text(ledger.path().read_text().replace("deletion", "child"))
    assert run("replay-erasures").exit_code == 1
