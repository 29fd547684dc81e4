"""`crystalcall switches` and `crystalcall access-numbers`."""

import json

import pytest
from click.testing import CliRunner

from crystalcall.config.cli.switches import access_numbers_group, switches_group
from crystalcall.switches.http.queries import switch_of_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    runner = CliRunner()

    def run(group, *words: str):
        return runner.invoke(group, words, catch_exceptions=False)

    return run


def test_a_switch_is_added_and_its_key_printed_once(run):
    added = run(switches_group, "add", "tandem-1")
    assert added.exit_code == 0
    found = switch_of_key(added.stdout.strip())
    assert found is not None
    assert found.name == "tandem-1"
    again = run(switches_group, "add", "tandem-1")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "cannot be shown again" in again.stderr


def test_a_machine_may_read_the_key(run):
    told = json.loads(run(switches_group, "add", "tandem-1", "--json").stdout)
    assert told["name"] == "tandem-1"
    assert switch_of_key(told["key"]) is not None


def test_a_name_that_is_none_is_refused_with_a_sentence(run):
    refused = run(switches_group, "add", "no name")
    assert refused.exit_code == 1
    assert "letters, digits" in refused.stderr


def test_switches_are_listed_and_disabled(run):
    assert "no switch yet" in run(switches_group, "list").stderr
    run(switches_group, "add", "tandem-1")
    assert run(switches_group, "list").stdout.startswith("tandem-1\tactive\t")
    assert run(switches_group, "disable", "tandem-1").exit_code == 0
    assert "before" in run(switches_group, "disable", "tandem-1").stdout
    assert json.loads(run(switches_group, "list", "--json").stdout)[0]["active"] is False
    assert run(switches_group, "disable", "nobody").exit_code == 1


def test_access_numbers_are_added_listed_and_removed(run):
    words = ("add", "+1 718 555 0100", "--place-en", "New York", "--place-ru", "Нью-Йорк")
    assert run(access_numbers_group, *words).exit_code == 0
    assert run(access_numbers_group, "list").stdout == "+17185550100\tNew York\tНью-Йорк\n"
    assert json.loads(run(access_numbers_group, "list", "--json").stdout)[0]["place_ru"] == "Нью-Йорк"
    assert run(access_numbers_group, "remove", "+17185550100").exit_code == 0
    assert run(access_numbers_group, "remove", "+17185550100").exit_code == 1
    assert run(access_numbers_group, "remove", "x").exit_code == 1
    assert run(access_numbers_group, "add", "12", "--place-en", "X", "--place-ru", "Х").exit_code == 1
    assert run(access_numbers_group, "add", "+17185550100").exit_code == 2
