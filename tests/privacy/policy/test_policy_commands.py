"""`crystalcall policy`: what the operator may do with the policy, and what the program refuses."""

import json

import pytest
from click.testing import CliRunner
from officers_scenery import PASSPHRASE, new_keys

from crystalcall.config.cli.policy import policy_group
from crystalcall.privacy import policy
from crystalcall.privacy.announcing.actions import beat
from crystalcall.privacy.officers.actions import add_officer, retire_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(key_files, tmp_path, now):
    """Vera is an officer of the shop; gives what a command needs of her."""
    add_officer("vera", key_files["vera"].public, now=now)
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    return ("--key-file", str(key_files["vera"].path), "--passphrase-file", str(tmp_path / "passphrase"))


def run(*arguments: str):
    return CliRunner().invoke(policy_group, arguments)


def test_status_shows_what_is_in_force_and_that_nothing_waits(frozen_clock):
    beat(frozen_clock.now())
    answer = run("status")
    assert answer.exit_code == 0
    assert "Version 1 is in force, since 2026-11-02 15:00 UTC." in answer.output
    assert "No version is announced." in answer.output
    assert json.loads(run("status", "--json").output)["announced"] is None


def test_announcing_says_from_when_and_status_agrees(second, frozen_clock):
    answer = run("announce")
    assert answer.exit_code == 0
    assert "comes into force on 2026-11-13 00:00 UTC, no sooner" in answer.output
    assert "Version 2 was announced on 2026-11-02 15:00 UTC" in run("status").output
    report = json.loads(run("status", "--json").output)
    assert (report["in_force"]["number"], report["announced"]["number"]) == (1, 2)


def test_a_version_is_checked_before_it_is_announced(widened, frozen_clock):
    answer = run("check")
    assert answer.exit_code == 0
    assert "Telephone number: to tell you before prices rise, if you asked" in answer.output
    assert "policy.ru.md says something else in: C06" in answer.output
    report = json.loads(run("check", "--json").output)
    assert (report["version"], report["texts"]) == (2, {"en": ["C06"], "ru": ["C06"]})
    assert policy.announced(frozen_clock.now()) is None


def test_checking_an_unfit_version_says_what_is_wrong_with_it(widened, frozen_clock):
    (widened / "policy.ru.md").unlink()
    answer = run("check")
    assert answer.exit_code == 1
    assert "lacks policy.ru.md: each version speaks both languages" in answer.output


@pytest.mark.clause("C20")
def test_a_sooner_day_ends_with_a_sentence_and_code_1(second, frozen_clock):
    answer = run("announce", "2026-11-12")
    assert answer.exit_code == 1
    assert "2026-11-12 is too soon" in answer.output
    assert "the earliest day is 2026-11-13" in answer.output
    assert policy.announced(frozen_clock.now()) is None


def test_a_later_day_is_taken_and_told_to_a_machine(second, frozen_clock):
    report = json.loads(run("announce", "2027-01-01", "--json").output)
    assert (report["announced"], report["due_at"]) == (2, "2027-01-01T00:00:00+00:00")


def test_a_day_that_is_none_is_a_mistake_of_usage(second, frozen_clock):
    assert run("announce", "tomorrow").exit_code == 2


def test_withdrawing_and_having_nothing_to_withdraw(second, frozen_clock):
    run("announce")
    assert "is taken back" in run("withdraw").output
    answer = run("withdraw")
    assert (answer.exit_code, "No version is announced" in answer.output) == (1, True)


def test_an_officer_explains_the_clock(second, frozen_clock, vera):
    run("announce")
    frozen_clock.advance(days=3)
    assert "An officer must sign this" in run("agree-clock", "--reason", "I say so.").output
    answer = run("agree-clock", *vera, "--reason", "The machine was moved.")
    assert answer.exit_code == 0
    assert "comes into force on 2026-11-16 00:00 UTC" in answer.output
    assert "nobody signed" not in answer.output


def test_one_who_left_explains_no_clock_while_another_serves(second, frozen_clock, vera):
    run("announce")
    add_officer("igor", new_keys("igor").public, now=frozen_clock.now())
    retire_officer("vera", reason="She left.", now=frozen_clock.now())
    frozen_clock.advance(days=3)
    answer = run("agree-clock", *vera, "--reason", "None of your business.")
    assert answer.exit_code == 1
    assert "is no officer of this shop, or serves no more" in answer.output


def test_a_shop_without_officers_is_told_that_nobody_signed(second, frozen_clock):
    run("announce")
    frozen_clock.advance(days=3)
    answer = run("agree-clock", "--reason", "Nobody is appointed yet.")
    assert (answer.exit_code, "nobody signed" in answer.output) == (0, True)


def test_a_clock_that_agrees_is_not_explained(frozen_clock, vera):
    beat(frozen_clock.now())
    answer = run("agree-clock", *vera, "--reason", "To be sure.")
    assert (answer.exit_code, "nothing to explain" in answer.output) == (1, True)
