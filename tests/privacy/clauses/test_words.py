"""Evidence is for the very words it was written for: other words in force show none (clause C01)."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "policy"))

from editions import add_version, change, first_version

from crystalcall.config.cli.policy import policy_group
from crystalcall.privacy.announcing.actions import announce, beat
from crystalcall.privacy.clauses.evidence import as_json, evidence, reworded
from crystalcall.privacy.policy import library
from crystalcall.web.evidence_words import counted

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C01")]


@pytest.fixture
def cookies(tmp_path, settings):
    """The operator's second version, which says in English alone that cookies may be set."""
    place = first_version(tmp_path / "policy")
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, policy_folder=str(place))
    second = add_version(place, 2)
    change(second / "policy.en.md", "## C18", "We may set cookies.\n\n## C18")
    return second


def comes_into_force(frozen_clock):
    """Ten full days are over, and the store ran all the time."""
    moment = frozen_clock.now()
    said = announce(None, now=moment)
    while moment < said.due_at:
        moment = min(moment + timedelta(minutes=5), said.due_at)
        beat(moment)
    frozen_clock.moment = moment
    return moment


def test_the_programs_own_words_are_those_that_its_tests_prove():
    for version in library.read_all(library.OWN_FOLDER):
        assert reworded(version) == ()


def test_other_words_in_one_language_take_the_proof_from_the_clause(cookies):
    # C06 differs too, but is planned and claims nothing.
    assert reworded(library.read(cookies).version) == ("C17",)


def test_words_that_came_into_force_show_no_tests_and_no_figures_and_are_not_counted_as_kept(cookies, frozen_clock):
    before = evidence(frozen_clock.now())
    found = evidence(comes_into_force(frozen_clock))
    assert found.policy_version == 2
    [clause] = [each for each in as_json(found)["clauses"] if each["id"] == "C17"]
    assert clause["status"] == "reworded"
    assert not any(clause[claim] for claim in ("since", "kept_by", "enforced_by", "tests", "figures"))
    assert (found.kept, found.planned, found.reworded) == (before.kept - 1, before.planned, 1)
    assert "1 says now what no test was written for" in counted(found)


def test_the_pages_say_plainly_that_these_words_are_not_proven(cookies, frozen_clock, client):
    comes_into_force(frozen_clock)
    for address, said in (
        ("/privacy/evidence/", "in other words than those for which the tests were written"),
        ("/ru/privacy/evidence/", "сказано другими словами"),
        ("/privacy/", "These words are newer than the tests."),
        ("/ru/privacy/", "Эти слова новее тестов."),
    ):
        assert said in client.get(address).content.decode()


def test_checking_a_version_names_what_is_unproven_and_what_changed_in_one_language(cookies, frozen_clock):
    answer = CliRunner().invoke(policy_group, ["check"])
    assert answer.exit_code == 0
    assert "changed in one language only: C17" in answer.output
    assert "no test was written for these words of C17" in answer.output
    told = json.loads(CliRunner().invoke(policy_group, ["check", "--json"]).output)
    assert (told["in_one_language"], told["without_tests"]) == (["C17"], ["C17"])
