"""What was announced is what is served: texts and practices lie in the database, and no folder can change a word."""

import json
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import Error, connection, transaction
from editions import change

from crystalcall.privacy import policy
from crystalcall.privacy.announcing.actions import announce, beat, open_store, withdraw
from crystalcall.privacy.policy import library, queries, shelf
from crystalcall.privacy.policy.checks import published_policy_check
from crystalcall.privacy.policy.library import UnfitPolicyError
from crystalcall.privacy.policy.models import PolicyEdition
from crystalcall.privacy.policy.queries import forget_remembered, history
from crystalcall.privacy.policy.values import FactKind

SERVING = Path(__file__).with_name("serving.py")


def forget_all() -> None:
    """What a process remembers, gone: as in one that starts now."""
    shelf._read.clear()
    queries._use_since.cache_clear()
    queries._gift_since.cache_clear()
    library._first.cache_clear()
    forget_remembered()


def run(environment: dict[str, str], *command: str) -> str:
    """What a command in a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-m", "crystalcall.config.cli", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tampered(second, now):
    """A version that was announced, and whose text somebody then changed in the database, past its guard."""
    announce(None, now=now)
    with connection.cursor() as cursor:  # rolled back with the test
        cursor.execute(
            "ALTER TABLE privacy_policyedition DISABLE TRIGGER USER"
            if connection.vendor == "postgresql"
            else "DROP TRIGGER privacy_policyedition_refuse_update"
        )
    row = PolicyEdition.objects.get(version=2, language="ru")
    PolicyEdition.objects.filter(pk=row.pk).update(text=row.text.replace("мы спрашиваем чаще", "мы не спрашиваем"))
    forget_all()


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_an_announcement_keeps_both_languages_and_the_practices_under_the_hash_of_the_register(second, now):
    announce(None, now=now)
    rows = list(PolicyEdition.objects.order_by("version", "language"))
    assert [(row.version, row.language) for row in rows] == [(1, "en"), (1, "ru"), (2, "en"), (2, "ru")]
    (fact,) = (fact for fact in history() if fact.kind is FactKind.ANNOUNCED)
    assert {row.content_sha256 for row in rows[2:]} == {fact.content_sha256}
    assert rows[3].text == (second / "policy.ru.md").read_text(encoding="utf-8")
    assert rows[2].practices == (second / "practices.toml").read_text(encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.clause("C20")
@pytest.mark.parametrize(
    "verb", ["UPDATE privacy_policyedition SET text = 'We sell.'", "DELETE FROM privacy_policyedition"]
)
def test_what_was_published_cannot_be_rewritten(now, verb):
    open_store(now=now)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert PolicyEdition.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_every_version_is_served_when_its_folder_is_gone_or_says_something_else(second, now):
    due_at = announce(None, now=now).due_at
    shutil.rmtree(second)
    change(second.with_name("0001") / "policy.en.md", "We do not sell", "We rarely sell")
    forget_all()
    assert "Since version 2 we ask more often." in policy.announced(now).text("en").clause("C06").text
    assert "We rarely sell" not in str(policy.in_force(now).texts)
    assert published_policy_check() == []
    moment = now
    while moment < due_at:
        moment += (due_at - moment) if (due_at - moment).total_seconds() < 3600 else (due_at - now) / 300
        beat(moment)
    assert policy.in_force(due_at).number == 2


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_a_text_that_was_changed_in_the_database_is_never_shown_and_stops_the_start(tampered, now, client, caplog):
    with pytest.raises(UnfitPolicyError, match=r"Version 0002 .* is not what was announced"):
        policy.announced(now)
    (error,) = published_policy_check()
    assert "Version 0002 of the privacy policy in the database is not what was announced." in error.msg
    for address in ("/privacy/versions/2/", "/ru/privacy/versions/2/changes/"):
        response = client.get(address)
        assert response.status_code == 500
        assert "не спрашиваем" not in response.content.decode()
    assert "is not what was announced" in caplog.text


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_a_text_that_was_changed_in_the_database_never_comes_into_force(tampered, now, caplog):
    due_at = next(fact for fact in history() if fact.kind is FactKind.ANNOUNCED).due_at
    moment = now
    while moment < due_at:
        moment = min(moment + (due_at - now) / 300, due_at)
        assert beat(moment) == 0
    assert policy.in_force(due_at).number == 1
    assert "It does not come into force." in caplog.text


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_a_withdrawn_version_stays_readable_without_its_folder(second, now):
    announce(None, now=now)
    withdraw(now=now)
    shutil.rmtree(second)
    forget_all()
    (first, gone) = policy.all_versions(now)
    assert (first.number, gone.number, gone.withdrawn_at, gone.follows) == (1, 2, now, 1)
    assert "С версии 2 мы спрашиваем чаще." in gone.text("ru").clause("C06").text
    assert published_policy_check() == []


def test_the_command_that_makes_the_tables_enters_the_first_version(process_environment, tmp_path):
    environment = process_environment | {"CRYSTALCALL_DATA": str(tmp_path)}
    (tmp_path / "static").mkdir()
    name = f"fresh_{uuid.uuid4().hex}"
    if connection.vendor == "postgresql":
        connection.cursor().execute(f"CREATE DATABASE {name}")
        address = urlsplit(environment["CRYSTALCALL_DATABASE_URL"])
        environment["CRYSTALCALL_DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))
    try:
        run(environment, "migrate")
        in_force = json.loads(run(environment, "policy", "status", "--json"))["in_force"]
    finally:
        if connection.vendor == "postgresql":
            for made in (name, f"{name}_keys"):
                connection.cursor().execute(f"DROP DATABASE IF EXISTS {made}")
    assert (in_force["number"], in_force["content_sha256"]) == (1, library.first().version.content_sha256)
    assert in_force["in_force_at"] is not None


@pytest.mark.django_db
def test_what_was_published_before_texts_were_kept_is_taken_from_the_very_same_files(second, now, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(shelf, "keep", lambda _draft: None)
        open_store(now=now)
    forget_all()
    (error,) = published_policy_check()
    assert "Version 0001 of the privacy policy was announced and is not in the database." in error.msg
    open_store(now=now)
    assert published_policy_check() == []


@pytest.mark.clause("C20")
def test_a_running_process_shows_what_another_announced_from_a_folder_it_does_not_know(process_environment, widened):
    with subprocess.Popen(
        [sys.executable, str(SERVING)],
        env={name: value for name, value in process_environment.items() if name != "CRYSTALCALL_POLICY_FOLDER"},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as shop:

        def ask(address: str) -> dict[str, object]:
            shop.stdin.write(f"{address}\n")
            shop.stdin.flush()
            return json.loads(shop.stdout.readline())

        assert "A new version of our privacy policy" not in ask("/service/")["text"]
        environment = process_environment | {"CRYSTALCALL_POLICY_FOLDER": str(widened.parent)}
        assert json.loads(run(environment, "policy", "announce", "--json"))["announced"] == 2
        shutil.rmtree(widened.parent)
        ask("forget")
        for address in ("/service/", "/privacy/", "/there-is-no-such-page/"):
            assert "A new version of our privacy policy applies from" in ask(address)["text"]
            assert "Telephone number: to tell you before prices rise" in ask(address)["text"]
        assert "Since version 2 we ask more often." in ask("/privacy/versions/2/")["text"]
        assert "Номер телефона" in ask("/ru/privacy/versions/2/changes/")["text"]
        shop.stdin.close()
        assert shop.wait(timeout=60) == 0
