"""The register's page and files: readable in both languages, cacheable, and silent about what must stay silent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crystalcall.privacy.register import queries
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import ALWAYS_VEILED, EntryKind
from crystalcall.privacy.register.signing import sign_due_days
from crystalcall.web.privacy.register_words import KIND_WORDS

FILES = ("entries.json", "roots.json", "unveiled.json", "key.json", "verify.py")


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_the_page_shows_the_signed_head_and_how_to_check_it(client, now, prefix):
    sign_due_days(now)
    page = client.get(f"{prefix}/privacy/register/").content.decode()
    head = queries.head()
    assert head.root in page
    assert f"--seen {head.day}:{head.short_root}" in page
    assert "verify.py" in page


@pytest.mark.django_db
def test_the_page_stands_before_the_first_night(client):
    page = client.get("/privacy/register/")
    assert page.status_code == 200
    assert "The first day is not signed yet" in page.content.decode()
    assert client.get("/privacy/register/entries.json").json() == {"entries": [], "next": None}


@pytest.mark.django_db
def test_a_kind_is_counted_on_the_page_from_ten_on(client, now):
    for number in range(9):
        enter(EntryKind.BACKUP_MADE, {"number": number}, now=now)
    sign_due_days(now)
    many = "<dt>A backup made</dt>"
    assert many not in client.get("/privacy/register/").content.decode()
    enter(EntryKind.BACKUP_MADE, {"number": 9}, now=now)
    sign_due_days(now + timedelta(days=1))
    assert many + "<dd>10</dd>" in client.get("/privacy/register/").content.decode()


def test_every_kind_has_words():
    assert set(KIND_WORDS) == set(EntryKind)


@pytest.mark.django_db
def test_the_page_names_no_kind_that_is_always_veiled(client, now):
    for kind in ALWAYS_VEILED:
        for number in range(12):
            enter(kind, {"case": f"c{number}"}, now=now)
    sign_due_days(now)
    page = client.get("/privacy/register/").content.decode()
    assert not any(str(KIND_WORDS[kind]) in page for kind in ALWAYS_VEILED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_each_file_may_be_kept_by_caches_and_stands_without_a_language(client, now, name):
    sign_due_days(now)
    answer = client.get(f"/privacy/register/{name}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=600")
    assert client.get(f"/ru/privacy/register/{name}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "9" * 5000, "1.5", "٣"])
def test_a_senseless_number_is_refused(client, after):
    assert client.get("/privacy/register/entries.json", {"after": after}).status_code == 400


@pytest.mark.django_db
def test_a_senseless_day_is_refused(client):
    assert client.get("/privacy/register/roots.json", {"after": "yesterday"}).status_code == 400


@pytest.mark.django_db
def test_entries_come_in_pages_that_fit_together(client, now, monkeypatch):
    from crystalcall.privacy.register import publishing

    monkeypatch.setattr(publishing, "ENTRIES_A_PAGE", 3)
    for number in range(7):
        enter(EntryKind.BACKUP_MADE, {"number": number}, now=now)
    sign_due_days(now)
    after, seen = 0, []
    while after is not None:
        page = client.get("/privacy/register/entries.json", {"after": after}).json()
        seen += [entry["sequence"] for entry in page["entries"]]
        after = page["next"]
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.django_db(transaction=True)
def test_the_head_is_remembered_between_pages_and_asked_again_after_a_signing(now):
    queries.forget_head()
    sign_due_days(now)
    first = queries.head()
    with CaptureQueriesContext(connection) as asked:
        assert queries.head() == first
    assert len(asked) == 0
    sign_due_days(now + timedelta(days=1))
    assert queries.head().day == first.day + timedelta(days=1)
    queries.forget_head()


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_the_page_shows_its_newest_lines_in_words_once_they_are_signed_and_leads_to_older_ones(client, now, prefix):
    for number in range(60):
        enter(EntryKind.BACKUP_MADE, {"number": number}, now=now)
    assert 'id="60"' not in client.get(f"{prefix}/privacy/register/").content.decode()
    sign_due_days(now)
    page = client.get(f"{prefix}/privacy/register/").content.decode()
    assert 'id="61"' in page
    assert 'id="11"' not in page
    assert "?before=12#told" in page
    older = client.get(f"{prefix}/privacy/register/", {"before": "12"}).content.decode()
    assert 'id="11"' in older
    assert 'id="12"' not in older
    assert '#told"' not in older


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["x", "-1", "9" * 5000])
def test_a_senseless_line_is_refused(client, before):
    assert client.get("/privacy/register/", {"before": before}).status_code == 400
