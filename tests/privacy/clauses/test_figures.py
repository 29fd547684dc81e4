"""No figure speaks of fewer than ten people, whatever is counted and however often somebody looks."""

import pytest
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.plumbing import tallies
from crystalcall.privacy.clauses import figures, own_figures
from crystalcall.privacy.clauses.figures import Line, LineKind, OfPeople, exact, rounded
from crystalcall.privacy.gate import permit
from crystalcall.privacy.purposes import Purpose


@pytest.fixture
def sources(monkeypatch):
    monkeypatch.setattr(figures, "_sources", {})
    monkeypatch.setattr(figures, "_people_sources", {})


@pytest.fixture
def people(sources, monkeypatch):
    """A figure about people that a test sets."""
    counted: list[OfPeople] = []
    figures.supply_of_people("requests", _("Answered"), lambda _now: counted, lambda about: f"<{about}>")
    return counted


@pytest.mark.clause("C06")
@given(number=st.integers(0, 10**9), people=st.integers(0, 50))
def test_what_is_published_is_of_ten_people_at_least_and_a_multiple_of_ten(number, people):
    shown = rounded(OfPeople("", number, people))
    assert shown % 10 == 0
    assert 0 <= shown <= number
    if people < 10 or number < 10:
        assert shown == 0
    else:
        assert number - shown < 10


@pytest.mark.clause("C06")
@given(number=st.integers(10, 10**6), people=st.integers(10, 50))
def test_one_more_act_of_one_person_changes_the_figure_at_most_once_in_ten(number, people):
    changes = [
        rounded(OfPeople("", number + step, people)) != rounded(OfPeople("", number + step + 1, people))
        for step in range(10)
    ]
    assert sum(changes) == 1


@pytest.mark.django_db
def test_before_the_first_night_nothing_is_said(people, now):
    people.append(OfPeople("", 500, 50))
    assert figures.figure("requests", now).lines == (Line(LineKind.NOT_YET),)


@pytest.mark.django_db
def test_too_few_are_withheld_and_enough_are_rounded_down(people, now):
    people += [OfPeople("few", 400, 9), OfPeople("many", 437, 10)]
    figures.count_people(now)
    few, many = figures.figure("requests", now).lines
    assert few == Line(LineKind.FEWER_PEOPLE, number=10, about="<few>", since=now)
    assert many == Line(LineKind.AT_LEAST, number=430, about="<many>", since=now)


@pytest.mark.django_db
def test_the_database_does_not_hold_what_is_withheld(people, now):
    people.append(OfPeople("few", 400, 9))
    figures.count_people(now)
    assert {entry.total for entry in tallies.totals("evidence/").values()} == {0}


@pytest.mark.django_db
def test_counts_about_people_are_taken_once_a_day(people, now, frozen_clock):
    people.append(OfPeople("", 20, 20))
    assert figures.count_daily(now) == 1
    people[0] = OfPeople("", 40, 40)
    assert figures.count_daily(frozen_clock.advance(hours=6)) == 0
    assert figures.figure("requests", now).lines[0].number == 20
    assert figures.count_daily(frozen_clock.advance(hours=15)) == 1
    assert figures.figure("requests", now).lines[0].number == 40


@pytest.mark.django_db
def test_a_figure_about_the_program_is_said_as_it_is(sources, now):
    figures.supply("fields", _("Fields"), lambda _now: [exact(3)])
    assert figures.figure("fields", now).lines == (Line(LineKind.EXACT, number=3),)


@pytest.mark.django_db
@pytest.mark.clause("C17")
def test_responses_are_shown_as_all_processes_counted_them_together(now, monkeypatch):
    monkeypatch.setattr(tallies, "_waiting", type(tallies._waiting)())
    tallies.add({"responses_without_cookie": 40}, now=now)
    tallies.count("responses_without_cookie", 2)
    (line,) = figures.figure("responses_without_cookie", now).lines
    assert (line.kind, line.number, line.since) == (LineKind.EXACT, 42, now)


@pytest.mark.django_db
@pytest.mark.clause("C09")
def test_each_disclosure_is_counted_once_however_often_is_counted(now):
    def counted() -> dict[str, int]:
        return {entry.about: entry.number for entry in own_figures.disclosures(now)}

    for number in range(12):
        permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), f"order-{number}")
    counted()
    assert counted()["mail-carrier"] == 12
    permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), "order-12")
    assert counted()["mail-carrier"] == 12
    assert counted()["mail-carrier"] == 13
    assert counted() == {"mail-carrier": 13, "authorize-net": 0, "telephone-carrier": 0}


@pytest.mark.django_db
def test_disclosures_about_names_that_lead_to_nobody_are_withheld(now):
    for number in range(50):
        permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), f"order-{number}")
    for _night in range(2):
        figures.count_people(now)
    kinds = {line.kind for line in figures.figure("disclosures", now).lines}
    assert kinds == {LineKind.FEWER_PEOPLE}
