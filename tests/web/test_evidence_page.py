"""The public evidence: each clause with what keeps it, for people and machines, in both languages."""

import json

import pytest
import yaml

from crystalcall.privacy.clauses import clauses, evidence, proofs
from crystalcall.privacy.clauses.figures import Line, LineKind
from crystalcall.privacy.clauses.reading import IDS
from crystalcall.web.evidence_words import line_words

pytestmark = [pytest.mark.django_db]


@pytest.fixture(params=["", "/ru"], ids=["English", "Russian"])
def language(request):
    return request.param


def test_every_clause_has_its_place_on_the_page(visitor, language):
    page = visitor.get(f"{language}/privacy/evidence/").content.decode()
    for clause in clauses():
        assert f'id="{clause.id}"' in page
        said = clause.kept_by if clause.is_kept else clause.waits_for
        assert said["ru" if language else "en"] in page.replace("&#x27;", "'")


def test_a_kept_clause_shows_its_tests_and_a_planned_one_none(visitor):
    told = json.loads(visitor.get("/privacy/evidence.json").content)
    assert [entry["id"] for entry in told["clauses"]] == list(IDS)
    for entry in told["clauses"]:
        if entry["status"] == "kept":
            assert entry["tests"]
            assert entry["since"]
            assert entry["enforced_by"]
        else:
            assert not (entry["tests"])
            assert not (entry["figures"])
            assert not entry["since"]
            assert entry["waits_for"]


def test_the_tests_are_those_that_the_build_wrote_down(visitor):
    told = json.loads(visitor.get("/privacy/evidence.json").content)
    (cookies,) = [entry for entry in told["clauses"] if entry["id"] == "C17"]
    assert len(cookies["tests"]) == len(proofs.recorded()["C17"])
    assert {"file": "tests/web/test_pages.py", "name": "test_no_page_sets_a_cookie"} in cookies["tests"]


def test_the_json_speaks_the_language_of_its_address(visitor):
    english = json.loads(visitor.get("/privacy/evidence.json").content)
    russian = json.loads(visitor.get("/ru/privacy/evidence.json").content)
    assert english["clauses"][16]["kept_by"].startswith("The outermost layer")
    assert russian["clauses"][16]["kept_by"].startswith("Внешний слой")


def test_the_page_costs_few_statements(visitor, django_assert_max_num_queries):
    visitor.get("/privacy/evidence/")
    with django_assert_max_num_queries(40):
        visitor.get("/privacy/evidence/")


@pytest.mark.clause("C25")
@pytest.mark.parametrize(
    ("line", "english", "russian"),
    [
        (Line(LineKind.EXACT, number=12345), "12,345", "12\u00a0345"),
        (Line(LineKind.AT_LEAST, number=40), "40 or more", "40 или больше"),
        (Line(LineKind.AT_MOST, number=3), "3 or fewer", "не больше 3"),
        (
            Line(LineKind.FEWER_PEOPLE, number=10),
            "not shown: it is about fewer than 10 people",
            "не показано: меньше 10 человек",
        ),
        (Line(LineKind.NOT_YET), "not counted yet", "ещё не подсчитано"),
        (Line(LineKind.TEXT, text="ab12"), "ab12", "ab12"),
    ],
    ids=["exact", "at least", "at most", "too few", "not yet", "text"],
)
def test_a_figure_is_said_in_the_readers_language(line, english, russian):
    from django.utils.translation import override

    with override("en"):
        assert line_words(line, "en") == english
    with override("ru"):
        assert line_words(line, "ru") == russian


@pytest.mark.clause("C01")
def test_the_data_map_is_a_drawing_a_table_and_a_file(visitor, language):
    page = visitor.get(f"{language}/privacy/data-map/").content.decode()
    assert "<svg" in page
    assert page.count("<section") >= 5
    file = visitor.get(f"{language}/privacy/data-map.yaml")
    assert file["Content-Type"].startswith("application/yaml")
    assert {"dataset", "system"} == set(yaml.safe_load(file.content))


@pytest.mark.clause("C06")
def test_the_evidence_of_a_shop_just_opened_claims_nothing_about_people(now):
    found = evidence.evidence(now)
    about_people = [line for figure in found.figures for line in figure.lines if line.kind is LineKind.AT_LEAST]
    assert about_people == []


@pytest.mark.clause("C23")
def test_every_page_leads_to_how_to_see_that_a_page_is_secure(visitor, language):
    assert f'href="{language}/security/"' in visitor.get(f"{language}/privacy/evidence/").content.decode()
    page = visitor.get(f"{language}/security/").content.decode()
    for words in ("https://", "замок" if language else "lock", "Authorize.Net"):
        assert words in page


@pytest.mark.clause("C22")
def test_the_page_on_security_leads_to_the_gateways_own_policy(visitor, language):
    assert "https://www.authorize.net/about-us/privacy.html" in visitor.get(f"{language}/security/").content.decode()
