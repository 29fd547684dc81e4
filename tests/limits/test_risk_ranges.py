"""Ranges of risk: listed, imported, and looked up in memory."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crystalcall.minutes.limits import actions, queries, risk
from crystalcall.minutes.limits.models import RiskRange
from crystalcall.minutes.limits.values import (
    BadRiskFile,
    BadRiskPrefix,
    RiskFileProblem,
    RiskImported,
    RiskRangeAdded,
    RiskRangeRemoved,
)

pytestmark = pytest.mark.django_db

SHIPPED = ("808", "870", "878", "881", "882", "883", "979")


def listed() -> list[str]:
    return [each.prefix for each in queries.risk_list()]


def test_the_codes_of_global_services_are_guarded_from_the_start():
    assert tuple(listed()) == SHIPPED
    assert all("ITU-T" in each.note for each in queries.risk_list())
    assert queries.is_risky("88213123456")
    assert not queries.is_risky("74951234567")


def test_a_range_that_is_added_counts_at_once_and_one_removed_no_more(now):
    assert not queries.is_risky("37122345678")
    assert actions.add_risk_range("+371 22", note="carrier's list of May", now=now) == RiskRangeAdded(
        "37122", was_new=True
    )
    assert queries.is_risky("37122345678")
    assert not queries.is_risky("37123345678")
    assert actions.remove_risk_range("37122") == RiskRangeRemoved("37122", was_listed=True)
    assert not queries.is_risky("37122345678")
    assert actions.remove_risk_range("37122") == RiskRangeRemoved("37122", was_listed=False)


def test_a_range_added_again_gets_its_new_note(now):
    actions.add_risk_range("37122", note="first", now=now)
    assert actions.add_risk_range("37122", note="x" * 500, now=now) == RiskRangeAdded("37122", was_new=False)
    assert RiskRange.objects.get(prefix="37122").note == "x" * 200


@pytest.mark.parametrize("typed", ["", "7", "0044", "88x", "1" * 16])
def test_what_is_no_prefix_is_not_listed(now, typed):
    assert actions.add_risk_range(typed, now=now) == BadRiskPrefix(typed)
    assert actions.remove_risk_range(typed) == BadRiskPrefix(typed)
    assert tuple(listed()) == SHIPPED


def test_look_ups_are_answered_from_memory(now):
    queries.is_risky("74951234567")
    with CaptureQueriesContext(connection) as asked:
        for number in range(100):
            queries.is_risky(f"7495{number:07d}")
    assert not asked.captured_queries


def test_another_processs_change_is_seen_when_the_moment_has_come(now, monkeypatch):
    assert not queries.is_risky("37122345678")
    RiskRange.objects.create(prefix="37122", added_at=now)  # as another process would: this one is told nothing
    assert not queries.is_risky("37122345678")
    monkeypatch.setattr(risk, "FRESH_SECONDS", 0.0)
    assert queries.is_risky("37122345678")
    RiskRange.objects.filter(prefix="37122").delete()
    RiskRange.objects.create(prefix="37133", added_at=now)
    assert not queries.is_risky("37122345678")
    assert queries.is_risky("37133345678")


def test_an_unchanged_list_is_not_read_again(monkeypatch):
    first = queries.risk_ranges()
    monkeypatch.setattr(risk, "FRESH_SECONDS", 0.0)
    assert queries.risk_ranges() is first


def test_a_file_is_imported_and_says_what_it_did(now):
    lines = ["Prefix,Carrier,Note\n", "+371 22,x,hot\n", "\n", "88213,y,\n", "37122,z,second\n"]
    assert actions.import_risk_ranges(lines, replace_all=False, now=now) == RiskImported(added=2, known=0, removed=0)
    assert RiskRange.objects.get(prefix="37122").note == "hot"
    assert queries.is_risky("37122345678")
    assert actions.import_risk_ranges(lines, replace_all=False, now=now) == RiskImported(added=0, known=2, removed=0)
    assert actions.import_risk_ranges(lines, replace_all=True, now=now) == RiskImported(added=0, known=2, removed=7)
    assert listed() == ["37122", "88213"]


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        ([], [(1, 'names no column "prefix"')]),
        (["code,note\n", "88213,\n"], [(1, 'names no column "prefix"')]),
        (["prefix\n"], [(1, "there is no range")]),
        (["prefix,note\n", "88213,fine\n", "abc,bad\n", "0044,bad\n"], [(3, "'abc'"), (4, "'0044'")]),
        (["note,prefix\n", "only a note\n"], [(2, "''")]),
        (["prefix\n", "881\x00\n"], [(2, "")]),
    ],
)
def test_a_file_with_one_bad_line_changes_nothing(now, lines, problems):
    refused = actions.import_risk_ranges(lines, replace_all=True, now=now)
    assert isinstance(refused, BadRiskFile)
    assert [problem.line for problem in refused.problems] == [line for line, _ in problems]
    for problem, (_, words) in zip(refused.problems, problems, strict=True):
        assert words in problem.reason
    assert tuple(listed()) == SHIPPED


def test_a_file_of_nonsense_names_twenty_problems_and_no_more(now):
    refused = actions.import_risk_ranges(["prefix\n", *["nonsense\n"] * 500], replace_all=False, now=now)
    assert isinstance(refused, BadRiskFile)
    assert len(refused.problems) == 20
    assert refused.problems[0] == RiskFileProblem(2, "'nonsense' is no prefix of 2 to 15 digits")


@pytest.mark.parametrize("prefix", ["", "0123", "12a", "+12", "7"])
def test_the_database_takes_only_digits(now, prefix):
    with pytest.raises(DatabaseError), transaction.atomic():
        RiskRange.objects.create(prefix=prefix, added_at=now)
