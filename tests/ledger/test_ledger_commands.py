"""`crystalcall ledger`: the audit tells the truth by its exit code, the export is what bean-check takes."""

import json

import pytest
from beancount import loader
from click.testing import CliRunner

from crystalcall.config.cli.ledger import ledger_group
from crystalcall.minutes.ledger import actions
from crystalcall.minutes.ledger.models import LedgerAccount

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


def run(*arguments: str):
    return CliRunner().invoke(ledger_group, arguments)


def test_verify_shows_the_trial_balance_and_says_that_all_is_well(funded):
    funded(12 * DOLLAR + 1)
    answer = run("verify")
    assert answer.exit_code == 0
    assert "12.000001" in answer.output
    assert "The books are in balance" in answer.output


def test_verify_refuses_books_that_do_not_add_up_and_names_what_is_wrong(funded):
    account_id = funded(DOLLAR)
    LedgerAccount.objects.filter(pk=account_id).update(credits_posted=DOLLAR + 1)
    answer = run("verify")
    assert answer.exit_code == 1
    assert f"totals_equal_transfers: account {account_id}" in answer.output


def test_verify_speaks_json(funded):
    account_id = funded(DOLLAR)
    assert json.loads(run("verify", "--json").output)["in_balance"] is True
    LedgerAccount.objects.filter(pk=account_id).update(credits_posted=DOLLAR + 1)
    answer = run("verify", "--json")
    report = json.loads(answer.output)
    assert (answer.exit_code, report["in_balance"]) == (1, False)
    assert report["findings"][0]["subject"] == f"account {account_id}"
    assert [line["kind"] for line in report["accounts"]] == ["customer_credit", "gateway_clearing"]


def test_verify_shows_minutes_in_a_table_of_their_own(funded, now):
    actions.grant_allowance(funded(DOLLAR), "ru-*", 18_000, expires_at=None, key="bundle", now=now)
    answer = run("verify")
    assert answer.exit_code == 0
    assert "Trial balance (USD)" in answer.output
    assert "Trial balance (seconds)" in answer.output
    assert "18,000" in answer.output


def test_status_shows_what_the_last_audit_found(funded):
    answer = run("status")
    assert (answer.exit_code, answer.output) == (1, "The books were never audited here.\n")
    assert json.loads(run("status", "--json").output) == {"audited": False}
    account_id = funded(DOLLAR)
    run("verify")
    answer = run("status")
    assert answer.exit_code == 0
    assert "transfers: 1;" in answer.output
    assert "The books are in balance" in answer.output
    LedgerAccount.objects.filter(pk=account_id).update(credits_posted=DOLLAR + 1)
    assert run("status").exit_code == 0, "it tells of the last audit and makes none"
    run("verify")
    answer = run("status", "--json")
    report = json.loads(answer.output)
    assert (answer.exit_code, report["audited"], report["in_balance"]) == (1, True, False)
    assert report["findings"][0]["subject"] == f"account {account_id}"


def test_export_writes_the_books_to_standard_output(funded):
    funded(DOLLAR)
    answer = run("export", "--format", "beancount")
    assert answer.exit_code == 0
    entries, errors, _ = loader.load_string(answer.stdout)
    assert (len(entries), errors) == (5, [])


def test_export_writes_a_whole_file_or_none(funded, tmp_path, monkeypatch):
    funded(DOLLAR)
    file = tmp_path / "books.beancount"
    answer = run("export", "--output", str(file), "--json")
    assert json.loads(answer.stdout) == {
        "format": "beancount",
        "output": str(file),
        "lines": len(file.read_text().splitlines()),
    }
    whole = file.read_text()

    def broken():
        yield "option"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crystalcall.minutes.ledger.queries.beancount_lines", broken)
    answer = run("export", "--output", str(file))
    assert answer.exit_code == 1
    assert "No space left on device" in answer.output
    assert file.read_text() == whole
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("arguments", [("export", "--format", "csv"), ("export", "--json"), ("verify", "now")])
def test_what_makes_no_sense_is_a_usage_error(arguments):
    assert run(*arguments).exit_code == 2
