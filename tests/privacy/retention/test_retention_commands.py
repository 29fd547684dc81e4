"""What an officer types: the schedule, the report, and holds; nobody's name in any of it."""

import json

import pytest
from click.testing import CliRunner

from crystalcall.config.cli.privacy.erase import erase_command
from crystalcall.config.cli.privacy.hold import hold_group
from crystalcall.config.cli.privacy.retention import retention_group
from crystalcall.customers.models import Customer
from crystalcall.privacy.retention_classes import CLASSES, SCHEDULE

pytestmark = pytest.mark.django_db


def run(command, *arguments: str, code: int = 0):
    done = CliRunner().invoke(command, list(arguments))
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_the_schedule_is_printed_with_every_class(shop):
    assert "No night's pass yet" in run(retention_group, "status")
    told = json.loads(run(retention_group, "status", "--json"))
    assert [each["class"] for each in told["classes"]] == list(SCHEDULE)
    assert told["last_pass"] is None


def test_a_pass_is_made_once_and_reported(shop, anna):
    shop.sells(anna)
    assert "Nothing was given up" in run(retention_group, "report")
    shop.later(days=CLASSES["order_record"].days + 1)
    assert json.loads(run(retention_group, "run", "--json"))["given_up"] > 0
    assert json.loads(run(retention_group, "run", "--json"))["given_up"] == 0
    rows = json.loads(run(retention_group, "report", "--days", "1", "--json"))["given_up"]
    assert {"day": f"{shop.now:%Y-%m-%d}", "class": "order_record", "what": "customers", "number": 1} in rows
    assert f"Last pass: {shop.now:%Y-%m-%d}" in run(retention_group, "status")


def test_a_hold_is_placed_listed_and_released_and_the_erasure_waits_for_it(shop, anna, filed_officers):
    bought = shop.sells(anna)
    given = filed_officers("--reason", "tax", "--note", "letter 12 of the tax office", "--as", "vera")
    placed = run(hold_group, "place", bought.order_number, *given, "--until", "2027-11-02", "--yes", "--json")
    reference = json.loads(placed)["hold"]
    refused = run(erase_command, bought.order_number, *filed_officers("--as", "vera", "--yes"), code=1)
    assert "A legal hold stands" in refused
    listed = run(hold_group, "list")
    assert reference in listed
    assert "Erasures that wait: 1" in listed
    assert anna.name not in listed + placed
    assert Customer.objects.exists()
    released = run(hold_group, "release", reference, *filed_officers("--note", "letter 13", "--as", "vera", "--json"))
    assert json.loads(released)["erasures"] == 1
    assert not Customer.objects.exists()
    assert reference not in run(hold_group, "list")
    assert reference in run(hold_group, "list", "--all")


def test_what_makes_no_sense_is_refused_with_the_reason(shop, anna, filed_officers):
    bought = shop.sells(anna)
    given = filed_officers("--reason", "tax", "--note", "x", "--as", "vera", "--yes")
    assert "later than now" in run(hold_group, "place", bought.order_number, *given, "--until", "2020-01-01", code=1)
    assert "Nobody" in run(hold_group, "place", "NOSUCHORDER", *given, "--until", "2027-01-01", code=1)
    run(hold_group, "place", bought.order_number, *given, code=2)
    keys = filed_officers("--note", "x", "--as", "vera")
    assert "no such hold" in run(hold_group, "release", "NOSUCH", *keys, code=1)
