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


RULES = """
[default]
margin = 25

[[group]]
name = "Moscow"
prefixes = ["7495"]
price = 1.5
"""


@pytest.fixture
def rules_file(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_other_money_is_stated_and_shown(deck_file):
    command = ("import", deck_file(deck_csv(*ACME)), "--carrier", "acme", "--effective", "2026-01-01")
    for wrong in (("--currency", "EUR"), ("--rate", "1.1"), ("--currency", "EUR", "--rate", "x"), ("--rate", "0")):
        assert run(*command, *wrong).exit_code == 2
    assert run(*command, "--currency", "USD", "--rate", "2").exit_code == 2
    assert run(*command, "--currency", "euro", "--rate", "1.1").exit_code == 2
    assert not CarrierDeck.objects.exists()
    loaded = run(*command, "--currency", "eur", "--rate", "1.0832")
    assert (loaded.exit_code, "one EUR as $1.0832." in loaded.output) == (0, True)
    assert "in EUR" in run("decks").output
    assert json.loads(run("decks", "--json").stdout)["carriers"][0]["currency"] == "EUR"


def test_a_load_is_taken_back_by_carrier_and_time(deck_file, frozen_clock):
    load(deck_file)
    run("publish", "--margin", "25")
    other = run("import", deck_file(deck_csv(*BELL)), "--carrier", "acme", "--effective", "2026-01-01")
    assert (other.exit_code, "at the very same time" in other.stderr) == (1, True)
    assert CarrierDeck.objects.count() == 1
    taken = run("withdraw-import", "--carrier", "acme", "--effective", "2026-01-01")
    assert taken.exit_code == 0
    assert "6 rows of acme from 2026-01-01 00:00 UTC are withdrawn." in taken.output
    assert "retail version 1" in taken.output
    again = run("withdraw-import", "--carrier", "acme", "--effective", "2026-01-01", "--json")
    assert (again.exit_code, json.loads(again.stdout)["reason"]) == (1, "nothing_to_withdraw")


def test_a_publication_is_by_a_margin_or_by_rules(rules_file):
    assert run("publish").exit_code == 2
    assert run("publish", "--margin", "25", "--rules", rules_file(RULES)).exit_code == 2
    assert run("publish", "--rules", rules_file(RULES), "--floor", "1").exit_code == 2


def test_faults_of_a_rules_file_are_named_and_nothing_is_published(deck_file, rules_file):
    load(deck_file)
    path = rules_file("[default]\nmargin = 25\nmargni = 3\n[[group]]\nname = 'x'\n")
    refused = run("publish", "--rules", path)
    assert refused.exit_code == 1
    assert "line 3: 'margni' is no rule" in refused.stderr
    assert "line 4: a group names countries" in refused.stderr
    assert "rules.toml has 2 fault(s)" in refused.stderr
    machine = run("publish", "--rules", path, "--json")
    assert [fault["line"] for fault in json.loads(machine.stdout)["bad_rows"]] == [3, 4]
    assert not RateDeck.objects.exists()


def test_what_is_under_cost_must_be_signed_for(deck_file, rules_file, frozen_clock):
    load(deck_file)
    path = rules_file(RULES)
    refused = run("publish", "--rules", path)
    assert refused.exit_code == 1
    assert "ru-landline-moscow" in refused.stderr
    assert "1 destination(s) would be sold under cost" in refused.stderr
    machine = json.loads(run("publish", "--rules", path, "--json").stdout)
    assert machine["under_cost"][0]["worst_call"] == {
        "seconds": 10_800,
        "paid_micros": 2_700_000,
        "cost_micros": 3_600_000,
    }
    signed = ("--allow-under-cost", "ru-landline-moscow")
    assert "say why with --reason" in run("publish", "--rules", path, *signed).stderr
    unknown = run("publish", "--rules", path, "--allow-under-cost", "atlantis", "--reason", "x")
    assert (unknown.exit_code, "no such destination in this deck: atlantis" in unknown.stderr) == (1, True)
    assert not RateDeck.objects.exists()
    done = run("publish", "--rules", path, *signed, "--reason", "campaign", "--signed-by", "olga")
    assert (done.exit_code, "Sold under cost, as signed for: ru-landline-moscow." in done.output) == (0, True)
    report = json.loads(run("margins", "--json").stdout)
    moscow = next(each for each in report["destinations"] if each["destination"] == "ru-landline-moscow")
    assert (moscow["exception"]["signed_by"], moscow["exception"]["reason"]) == ("olga", "campaign")


def test_margins_are_shown_as_a_chart_and_a_table(deck_file, rules_file, frozen_clock):
    load(deck_file)
    assert run("margins").exit_code == 1
    draft = run("publish", "--rules", rules_file(RULES), "--dry-run")
    assert (draft.exit_code, "1 destination(s) under cost" in draft.output) == (0, True)
    assert json.loads(run("publish", "--margin", "30", "--dry-run", "--json").stdout)["published"] is False
    assert not RateDeck.objects.exists()
    run("publish", "--margin", "25")
    shown = run("margins", "--all")
    assert (shown.exit_code, "20 to 30 %" in shown.output, "█" in shown.output) == (0, True, True)
    only = json.loads(run("margins", "--country", "gb", "--version", "1", "--json").stdout)
    assert [each["destination"] for each in only["destinations"]] == ["gb-landline", "gb-mobile"]
    assert run("margins", "--version", "7").exit_code == 1


def test_changes_of_prices_are_told(deck_file, frozen_clock):
    load(deck_file)
    assert run("changes").exit_code == 1
    run("publish", "--margin", "25")
    assert "against nothing" in run("changes").output
    dearer = run("publish", "--margin", "50")
    assert "Some destinations are dearer than before" in dearer.output
    told = run("changes")
    assert "Version 2 against version 1:" in told.output
    assert "Russia, landline, Moscow (7495): $0.025 (60/60) → $0.03 (60/60)" in told.output
    machine = json.loads(run("changes", "--version", "2", "--json").stdout)
    assert (machine["former"], len(machine["dearer"]), machine["cheaper"]) == (1, 6, [])


def test_extras_of_a_rate_are_said(deck_file, frozen_clock):
    rich = (
        b"prefix,destination,price_usd_per_min,connect_fee_usd,first_increment_s,next_increment_s,minimum_charge_usd,"
        b"steps,bands\n7495,Russia - Moscow,0.02,0,60,60,0.03,60:0.01,Sat 00:00-Mon 00:00=0.01\n"
    )
    path = deck_file(rich)
    assert run("import", path, "--carrier", "acme", "--effective", "2026-01-01").exit_code == 0
    run("publish", "--margin", "0")
    said = run("lookup", "74951234567").output
    assert "$0.01 from second 60; other prices in 1 part(s) of the week; at least $0.03 a call." in said
    quoted = run("quote", "74951234567", "--credit", "1", "--json")
    assert json.loads(quoted.stdout)["minutes"] == 99, "the first minute costs two cents, on a Monday"


def test_past_calls_are_rated_again_and_nothing_is_changed(deck_file, frozen_clock, monkeypatch):
    from crystalcall.minutes.calls import queries as calls

    start, end = ("--from", "2026-10-01"), ("--to", "2026-11-01")
    assert run("rerate", *end, *("--from", "2026-11-01")).exit_code == 2
    refused = run("rerate", *start, *end)
    assert (refused.exit_code, "No such deck" in refused.stderr) == (1, True)
    load(deck_file)
    run("publish", "--margin", "25")
    assert "0 calls were charged $0.00" in run("rerate", *start, *end).output
    asked = []
    records = [
        ("7495", "ru-landline-moscow", 1, 61, 600, 0, 40_000, 0, None, "normal"),
        ("33", "fr-landline", 1, 61, 600, 0, 40_000, 0, None, "normal"),
        ("4", "x", 1, 61, 600, 0, 40_000, 0, None, "normal"),
    ]
    monkeypatch.setattr(calls, "records_between", lambda *between: asked.append(between) or iter(records))
    shown = run("rerate", *start, *end)
    assert "1 calls were charged $0.04; by version 1 they would be charged $0.05" in shown.output
    assert "2 call(s) have no price under that version" in shown.output
    report = json.loads(run("rerate", *start, *end, "--deck", "1", "--json").stdout)
    assert (report["calls"], report["difference_micros"], report["unreachable_calls"]) == (1, 10_000, 2)
    assert report["destinations"][0]["destination"] == "ru-landline-moscow"
    assert asked[0][0].isoformat() == "2026-10-01T00:00:00+00:00"


def test_the_columns_of_records_are_those_that_the_calls_give():
    from crystalcall.minutes.calls.queries import RERATED_FIELDS
    from crystalcall.minutes.rates.rerating import RECORD_COLUMNS

    assert RECORD_COLUMNS == RERATED_FIELDS
