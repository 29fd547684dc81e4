"""Each rule about clauses is broken once, and has to name the clause."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import house_clauses
import pytest

from crystalcall.privacy.clauses import proofs, reading
from crystalcall.privacy.clauses.proofs import Proof
from crystalcall.privacy.clauses.reading import Clause, ClausesError, ClauseStatus

SRC = Path(__file__).resolve().parents[3] / "src"
TEXT = reading.FILE.read_text(encoding="utf-8")
KEPT = Clause(
    id="C17",
    status=ClauseStatus.KEPT,
    since=date(2026, 11, 23),
    enforced_by=("crystalcall.plumbing.middleware.cookie_guard",),
    figures=("cookies_refused",),
    kept_by={"en": "x", "ru": "x"},
    waits_for={},
)
MARKS = {"C17": [Proof("tests/a.py", "test_a")]}


def test_a_kept_clause_without_a_test_is_named():
    assert house_clauses.unproven([KEPT], MARKS) == []
    assert house_clauses.unproven([KEPT], {}) == ["C17 is kept, and no test proves it"]


def test_words_that_no_test_was_written_for_are_named():
    proven = replace(KEPT, words={"en": ("a",), "ru": ("b", "c")})
    assert house_clauses.unproven_words([proven], "0001", {"C17": {"en": "a", "ru": "c"}}) == []
    for words in ({"en": "a", "ru": "d"}, {"en": "x", "ru": "b"}, {"en": "a"}):
        [found] = house_clauses.unproven_words([proven], "0002", {"C17": words})
        assert found.startswith("version 0002 says C17")


def test_a_mark_of_a_clause_that_is_none_is_named():
    assert house_clauses.unknown([KEPT], MARKS | {"C99": [Proof("tests/a.py", "test_b")]}) == [
        "tests/a.py::test_b proves C99, which is no clause"
    ]


def test_an_enforcement_that_is_gone_is_named():
    gone = Clause("C17", KEPT.status, KEPT.since, ("crystalcall.plumbing.gone",), (), KEPT.kept_by, {})
    assert house_clauses.unenforced([KEPT], SRC) == []
    assert "crystalcall.plumbing.gone" in house_clauses.unenforced([gone], SRC)[0]


def test_a_figure_that_nobody_counts_is_named():
    assert house_clauses.unfigured([KEPT], {"cookies_refused"}) == []
    assert "cookies_refused" in house_clauses.unfigured([KEPT], set())[0]


def test_a_clause_without_text_and_a_text_without_clause_are_named():
    complaints = house_clauses.unsaid([KEPT], "0001", {"en": ["C17"], "ru": ["C18"]})
    assert [complaint.split(" which")[0] for complaint in complaints] == [
        "version 0001 says C17 in ru nowhere,",
        "version 0001 says C18 in ru and clauses.toml does not know it",
    ]


def test_a_policy_that_was_changed_without_a_new_version_is_named():
    assert house_clauses.rewritten({"0001": "a"}, {"0001": "a"}) == []
    assert "0001 of the policy was changed" in house_clauses.rewritten({"0001": "a"}, {"0001": "b"})[0]
    assert "not locked" in house_clauses.rewritten({}, {"0001": "b"})[0]
    assert "locked and gone" in house_clauses.rewritten({"0001": "a", "0002": "b"}, {"0001": "a"})[0]


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("[C02]\n", "[C02]\nsince = 2026-01-01\n", "C02 is planned and claims evidence (since)"),
        ("[C02]\n", '[C02]\nfigures = ["visits"]\n', "C02 is planned and claims evidence (figures)"),
        ("[C17]\n", '[C17]\nwaits_for.en = "x"\n', "C17 is kept and still waits"),
        ("[C17]\nstatus", "[C17]\nstate", "C17 has the entry state, which means nothing"),
        ('[C17]\nstatus = "kept"', '[C17]\nstatus = "done"', "neither kept nor planned"),
        ("[C25]", "[C26]", "clauses.toml says nothing about C25. clauses.toml speaks of C26"),
        ('"crystalcall.customers.card_numbers"', '"the code"', "C22 is enforced by the code, which is no module"),
    ],
    ids=lambda value: " ".join(value.split()[:3]),
)
def test_a_senseless_entry_is_refused(before, after, complaint):
    assert before in TEXT
    with pytest.raises(ClausesError) as refused:
        reading.read(TEXT.replace(before, after, 1))
    assert complaint in str(refused.value)


MARKED = """
import pytest
CLAUSE = "C01"
pytestmark = [pytest.mark.django_db, pytest.mark.clause("C08")]


@pytest.mark.clause("C17", "C22")
def test_one():
    pass


@pytest.mark.clause(CLAUSE)
def test_two():
    pass


@pytest.mark.long
@pytest.mark.clause("C19")
def test_that_make_test_does_not_run():
    pass


def helper():
    pass
"""


def test_marks_are_read_from_the_source(tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_marks.py").write_text(MARKED)
    found = proofs.marked(folder)
    assert {name: [proof.name for proof in marked] for name, marked in found.items()} == {
        "C17": ["test_one"],
        "C22": ["test_one"],
        "C08": ["test_one", "test_two"],
        "CLAUSE": ["test_two"],
    }
    assert found["C17"][0].file == "tests/test_marks.py"


def test_only_kept_clauses_are_recorded(tmp_path):
    planned = Clause("C19", ClauseStatus.PLANNED, None, (), (), {}, {"en": "x", "ru": "x"})
    written = proofs.record(MARKS | {"C19": [Proof("tests/a.py", "test_b")]}, [KEPT, planned])
    assert "test_a" in written
    assert "C19" not in written
