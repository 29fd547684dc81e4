"""`crystalcall rates`: sentences for people, JSON for machines, exit codes for scripts."""

import json

import pytest
from click.testing import CliRunner, Result
from small_decks import ACME, BELL, deck_csv

from crystalcall.config.cli.rates import IMPORT_REFUSALS, PUBLICATION_REFUSALS, UNCLEAR, rates_group
from crystalcall.minutes.rates.actions import ImportRefusal, PublicationRefusal
from crystalcall.minutes.rates.models import CarrierDeck, RateDeck
from crystalcall.rules.numbering import UnclearReason

pytestmark = pytest.mark.django_db

STATED = ("--increments", "1/1", "--connect-fee", "0")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rates_group, arguments)


@pytest.fixture
def deck_file(tmp_path):
    def write(content: bytes) -> str:
        path = tmp_path / "deck.csv"
        path.write_bytes(content)
        return str(path)

    return write


def load(deck_file, carrier: str = "acme", rows=ACME, *more: str) -> Result:
    return run("import", deck_file(deck_csv(*rows)), "--carrier", carrier, "--effective", "2026-01-01", *more)


def test_a_deck_is_loaded_published_looked_up_and_quoted(deck_file, frozen_clock):
    first = load(deck_file)
    assert (first.exit_code, "6 rows of acme were loaded." in first.output) == (0, True)
    assert load(deck_file, "bell", BELL).exit_code == 0
    published = run("publish", "--margin", "25")
    assert published.exit_code == 0
    assert "Version 1: 7 prefixes from acme and bell" in published.output
    found = run("lookup", "+7 495 123-45-67")
    assert "Russia, landline, Moscow (prefix 7495, version 1): $0.025 a minute" in found.output
    assert "acme: costs $0.02 a minute" in found.output
    quoted = run("quote", "+7 495 123-45-67", "--credit", "10")
    assert "$10.00 is 400 minutes in one call." in quoted.output


def test_machines_read_json(deck_file, frozen_clock):
    loaded = json.loads(load(deck_file, "acme", ACME, "--json").stdout)
    assert (loaded["loaded"], loaded["rows"], len(loaded["added"])) == (True, 6, 6)
    assert json.loads(run("publish", "--margin", "25%", "--json").stdout)["version"] == 1
    found = json.loads(run("lookup", "74951234567", "--json").stdout)
    assert found["minute_price_micros"] == 25_000
    assert found["routes"] == [{"carrier": "acme", "cost_micros": 20_000}]
    quoted = json.loads(run("quote", "74951234567", "--credit", "2.5", "--json").stdout)
    assert (quoted["minutes"], quoted["charge_micros"], quoted["capped"]) == (100, 2_500_000, False)


def test_bad_rows_are_named_and_nothing_is_loaded(deck_file):
    outcome = load(deck_file, "acme", (*ACME, ("x", "y", "1"), ("7", "Russia", "1")))
    assert outcome.exit_code == 1
    assert "line 8: 'x' is not a prefix" in outcome.stderr
    assert "line 9: the prefix 7 stands on line 2 already" in outcome.stderr
    assert "Nothing was loaded: 2 bad row(s)." in outcome.stderr
    assert not CarrierDeck.objects.exists()
    machine = load(deck_file, "acme", (("x", "y", "1"),), "--json")
    assert machine.exit_code == 1
    assert json.loads(machine.stdout)["bad_rows"][0]["line"] == 2


def test_what_is_left_empty_must_be_stated(deck_file):
    bare = deck_file(b"prefix,destination,price_usd_per_min\n7,Russia,0.1\n")
    command = ("import", bare, "--carrier", "acme", "--effective", "2026-01-01")
    refused = run(*command)
    assert (refused.exit_code, "--increments 60/60" in refused.stderr) == (1, True)
    refused = run(*command, "--increments", "60/60")
    assert (refused.exit_code, "--connect-fee 0" in refused.stderr) == (1, True)
    assert run(*command, "--increments", "60/60", "--connect-fee", "0", "--dry-run").exit_code == 0
    assert not CarrierDeck.objects.exists()
    assert run(*command, "--increments", "60/60", "--connect-fee", "0").exit_code == 0
    again = run(*command, "--increments", "60/60", "--connect-fee", "0")
    assert (again.exit_code, "loaded already" in again.stderr) == (1, True)


def test_differences_are_shown_with_examples(deck_file):
    load(deck_file)
    newer = (("7", "Russia", "0.31"), ("7495", "Russia - Moscow", "0.01", "0", "30", "20"), *ACME[2:4])
    shown = run("import", deck_file(deck_csv(*newer)), "--carrier", "acme", "--effective", "2026-02-01", "--dry-run")
    for word in ("added", "dearer", "cheaper", "removed", "unchanged"):
        assert word in shown.output
    assert "do not divide the first" in shown.output


def test_columns_of_other_names_are_mapped(deck_file):
    path = deck_file(b"Prefix,Name,Price\n7,Russia,0.1\n")
    command = (
        "import",
        path,
        "--carrier",
        "a",
        "--effective",
        "2026-01-01",
        "--increments",
        "1/1",
        "--connect-fee",
        "0",
    )
    mapping = ("--column", "destination=Name", "--column", "price_usd_per_min=Price")
    assert run(*command).exit_code == 1
    assert run(*command, *mapping).exit_code == 0
    assert run(*command, "--column", "nonsense").exit_code == 2
    assert run(*command, "--column", "nonsense=Name").exit_code == 2


def test_a_roll_back_says_what_stands(deck_file, frozen_clock):
    load(deck_file)
    run("publish", "--margin", "25")
    alone = run("rollback")
    assert (alone.exit_code, "no deck before this one" in alone.stderr) == (1, True)
    run("publish", "--margin", "30", "--rounding", "1", "--floor", "0.5", "--effective", "2027-01-01T09:00+03:00")
    assert RateDeck.objects.get(version=2).effective_at.isoformat() == "2027-01-01T06:00:00+00:00"
    assert RateDeck.objects.get(version=2).rounding_micros == 10_000
    assert "Version 2 is withdrawn; version 1 stands." in run("rollback").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("publish", "--margin", "-1"),
        ("publish", "--margin", "lots"),
        ("publish", "--margin", "25", "--rounding", "0.00001"),
        ("publish", "--margin", "25", "--effective", "soon"),
        ("quote", "74951234567", "--credit", "ten"),
        ("quote", "74951234567"),
        ("import", "/nowhere.csv", "--carrier", "a", "--effective", "2026-01-01"),
        ("nonsense",),
    ],
)
def test_a_senseless_command_ends_with_two(arguments):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [("1234", "too short"), ("8 495 123 45 67", "several countries"), ("+7 495 123 45 67", "No deck is in effect")],
)
def test_a_number_that_has_no_price_says_why(number, words):
    outcome = run("lookup", number)
    assert (outcome.exit_code, words in outcome.stderr) == (1, True)


def test_every_reason_has_its_sentence():
    assert set(IMPORT_REFUSALS) == {reason.value for reason in ImportRefusal}
    assert set(PUBLICATION_REFUSALS) == {reason.value for reason in PublicationRefusal}
    assert set(UNCLEAR) == {reason.value for reason in UnclearReason}
