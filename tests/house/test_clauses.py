"""Each clause of the policy is text, code, test and evidence at once, or says what it waits for (decision 0030)."""

import house_clauses
import pytest

from crystalcall.privacy.clauses import clauses, proofs
from crystalcall.privacy.clauses.reading import IDS
from crystalcall.privacy.policy import library


@pytest.fixture(scope="module")
def marks(root):
    return proofs.marked(root / "tests")


def test_there_are_twenty_five_clauses():
    assert tuple(clause.id for clause in clauses()) == IDS


def test_every_kept_clause_has_a_test(marks):
    assert house_clauses.unproven(clauses(), marks) == []


def test_every_mark_names_a_clause(marks):
    assert house_clauses.unknown(clauses(), marks) == []


def test_what_enforces_a_clause_exists(src):
    assert house_clauses.unenforced(clauses(), src) == []


def test_what_shows_a_clause_is_counted_somewhere():
    from crystalcall.privacy.clauses import figures

    assert house_clauses.unfigured(clauses(), figures.names()) == []


def test_every_version_of_the_policy_says_every_clause_in_both_languages():
    for version in library.read_all(library.OWN_FOLDER):
        said = {language: [clause.id for clause in text.clauses] for language, text in version.texts.items()}
        assert house_clauses.unsaid(clauses(), f"{version.number:04d}", said) == []


def test_the_tests_of_each_kept_clause_were_written_for_its_very_words():
    for version in library.read_all(library.OWN_FOLDER):
        words = {
            clause_id: {language: text.clause(clause_id).words for language, text in version.texts.items()}
            for clause_id in IDS
        }
        assert house_clauses.unproven_words(clauses(), f"{version.number:04d}", words) == []


def test_no_version_was_rewritten(src):
    written = {f"{version.number:04d}": version.content_sha256 for version in library.read_all(library.OWN_FOLDER)}
    assert house_clauses.rewritten(proofs.locked_versions(), written) == []


def test_the_proofs_that_the_page_shows_are_those_of_the_tests(marks):
    assert proofs.FILE.read_text(encoding="utf-8") == proofs.record(marks, clauses()), "run `make documents`"
