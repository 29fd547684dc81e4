"""Roots that went out are remembered beside the database: an older one signs them anew, but never in silence."""

import json

import pytest
from click.testing import CliRunner
from django.db import connection

from crystalcall.config.cli.privacy.register import verify_register_command
from crystalcall.privacy.erasures.starting import replay_at_start
from crystalcall.privacy.register import queries, signing, witness
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry, RegisterHead, RegisterSecret
from crystalcall.privacy.register.verifying import verify
from crystalcall.rules.privacy.chain import GENESIS

pytestmark = pytest.mark.django_db

TABLES = ("privacy_registerentry", "privacy_registerday")


def put_back(days: int) -> None:
    """The database as it was when only so many days were signed, as if an older file was copied back by hand."""
    kept = list(RegisterDay.objects.order_by("day")[:days])
    last = kept[-1].sequence if kept else 0
    with connection.cursor() as cursor:
        for table in TABLES:
            place = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_delete{place}")
    RegisterDay.objects.exclude(pk__in=[day.pk for day in kept]).delete()
    RegisterSecret.objects.filter(entry__sequence__gt=last).delete()
    RegisterEntry.objects.filter(sequence__gt=last).delete()
    newest = kept[-1].hash if kept else GENESIS
    RegisterHead.objects.filter(pk="open").update(sequence=last, hash=newest)
    RegisterHead.objects.filter(pk="veiled").update(sequence=0, hash=GENESIS)
    queries.forget_head()


def rules() -> list[str]:
    """What the audit finds, but for the guards that `put_back` took away."""
    return [each.rule for each in verify().findings if each.rule != "append_only"]


def roots():
    return {each.day: each.root for each in queries.signed_days(limit=100)}


def test_every_signed_day_is_written_down_under_its_own_signature(night, now):
    night(3)
    assert {each.day: each.root for each in witness.witnessed().days} == roots()
    assert witness.path().stat().st_mode & 0o777 == 0o600
    assert witness.lost() == ()
    signing.sign_due_days(now)
    assert len(witness.path().read_text().splitlines()) == 3


def test_a_day_that_a_crash_kept_out_of_the_file_is_written_at_the_next_signing(night):
    night(2)
    file = witness.path()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - 40])
    assert len(witness.witnessed().days) == 1
    night()
    assert {each.day: each.root for each in witness.witnessed().days} == roots()


def test_days_that_an_older_database_lacks_are_named_before_anything_is_signed_in_their_place(night):
    night(5)
    before = roots()
    put_back(2)
    at = night()
    lost = {day: root for day, root in before.items() if roots()[day] != root}
    assert len(lost) == 3
    [row] = RegisterEntry.objects.filter(kind=EntryKind.BACKUP_RESTORED.value)
    facts = json.loads(row.facts)
    assert dict(zip(facts["lost_days"], facts["lost_roots"], strict=True)) == {str(day): lost[day] for day in lost}
    first_anew = RegisterDay.objects.get(day=min(lost))
    assert row.sequence < first_anew.sequence
    assert [(each.day, each.root) for each in queries.lost_days()] == sorted(lost.items(), reverse=True)
    assert rules() == []
    signing.sign_due_days(at)
    assert RegisterEntry.objects.filter(kind=EntryKind.BACKUP_RESTORED.value).count() == 1


def test_the_start_of_a_process_names_them_too_and_only_once(night):
    at = night(4)
    put_back(1)
    assert rules() == ["published_before"] * 3
    for _ in range(2):
        replay_at_start(at)
    assert len(queries.lost_days()) == 3
    assert rules() == []


def test_an_older_database_that_is_put_back_twice_is_named_twice(night):
    night(3)
    put_back(2)
    night()
    put_back(2)
    night()
    assert len(queries.lost_days()) == 1 + 2
    assert rules() == []


def test_the_page_the_command_and_the_readers_program_show_them(night, client, saved, check):
    night(4)
    went_out = RegisterDay.objects.order_by("-day")[0]
    put_back(2)
    night(2)
    for prefix in ("", "/ru"):
        page = client.get(f"{prefix}/privacy/register/").content.decode()
        assert went_out.root[:16] in page
    code, said = check(saved())
    assert code == 0, said
    assert f"LOST: {went_out.day} had the root {went_out.root} until a backup was put back" in said
    code, said = check(saved(), "--seen", f"{went_out.day}:{went_out.root[:16]}")
    assert code == 1
    assert "LOST" in said
    assert "BROKEN" in said
    told = json.loads(CliRunner().invoke(verify_register_command, ["--json"]).output)
    assert went_out.root in {each["root"] for each in told["lost_days"]}
    assert went_out.root in CliRunner().invoke(verify_register_command).output


def test_a_register_that_lost_nothing_shows_no_such_days(night, client):
    night(2)
    assert "took back" not in client.get("/privacy/register/").content.decode()


@pytest.mark.parametrize("change", ["root", "signature", "noise"])
def test_a_line_that_nobody_signed_is_named_and_believed_in_nothing(night, change):
    at = night(2)
    file = witness.path()
    lines = file.read_text().splitlines()
    if change == "noise":
        lines[0] = "no JSON"
    else:
        told = json.loads(lines[0])
        lines[0] = json.dumps(told | {change: "ab" * (len(told[change]) // 2)})
    file.write_text("\n".join(lines) + "\n")
    assert rules() == ["witness"]
    assert witness.name_lost_days(at) == 0
    assert not RegisterEntry.objects.filter(kind=EntryKind.BACKUP_RESTORED.value).exists()


def test_a_witness_that_cannot_be_reached_stops_no_night(night, caplog):
    witness.path().mkdir()
    try:
        night()
        assert rules() == ["witness"]
    finally:
        witness.path().rmdir()
    assert RegisterDay.objects.count() == 1
    assert "cannot be read" in caplog.text
    assert "cannot be written" in caplog.text
