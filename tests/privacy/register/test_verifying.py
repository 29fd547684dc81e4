"""`verify`: whatever somebody with the database in hand changes is found and named."""

import json

import pytest
from click.testing import CliRunner
from django.db import connection

from crystalcall.config.cli.privacy.register import register_command, sign_register_command, verify_register_command
from crystalcall.plumbing import append_only
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.register.actions import enter, erase_secret
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry, RegisterHead, RegisterSecret
from crystalcall.privacy.register.verifying import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(now, night):
    """Three nights with open, veiled and sealed things in them."""
    made = {"provider": "mail-carrier", "purpose": "order_status", "fields": '["email"]', "disclosed_at": now}
    Disclosure.objects.bulk_create(Disclosure(subject=f"order-{each}", **made) for each in range(4))
    for number in range(3):
        enter(EntryKind.ERASURE, {"orders": number}, now=now, secret={"why": "asked"})
        enter(EntryKind.AUTHORITY_REQUEST, {"case": f"c{number}"}, now=now, secret={"text": "all of it"})
        night()


@pytest.fixture
def unguarded(book):
    """The same with the guards off, as somebody who owns the database can have it."""
    for table in ("privacy_registerentry", "privacy_registerday", "privacy_disclosure"):
        place = f" ON {table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for verb in append_only.VERBS:
                cursor.execute(f"DROP TRIGGER {table}_refuse_{verb}{place}")


def rules() -> set[str]:
    return {finding.rule for finding in verify().findings} - {"append_only"}


def test_an_untouched_register_is_in_order(book):
    outcome = verify()
    assert outcome.findings == ()
    assert (outcome.entries, outcome.veiled_entries, outcome.days) == (6, 3, 3)


def test_an_empty_register_is_in_order(db):
    assert verify().findings == ()


def test_missing_guards_are_found(unguarded):
    assert {finding.rule for finding in verify().findings} == {"append_only"}


def _entries(book: Book):
    return RegisterEntry.objects.filter(book=book)


def _cut(book: Book, number: int) -> None:
    row = _entries(book).get(sequence=number)
    RegisterSecret.objects.filter(entry=row).delete()
    row.delete()


def _day(number: int):
    return RegisterDay.objects.filter(day=f"2026-11-0{number + 1}")


def _cut_veiled_cleanly() -> None:
    """As somebody would who knows of the head."""
    _cut(Book.VEILED, 3)
    last = _entries(Book.VEILED).get(sequence=2)
    RegisterHead.objects.filter(pk=Book.VEILED).update(sequence=2, hash=last.hash)


def _lose_a_detail() -> None:
    RegisterSecret.objects.order_by("pk")[0].delete()


def _swap() -> None:
    first, second = RegisterSecret.objects.order_by("pk")[:2]
    RegisterSecret.objects.filter(pk=first.pk).update(sealed=second.sealed)


CHANGES = {
    "facts": (lambda: _entries(Book.OPEN).filter(sequence=3).update(facts='{"orders":9}'), "unchanged"),
    "kind": (lambda: _entries(Book.OPEN).filter(sequence=3).update(kind="child_erasure"), "unchanged"),
    "commitment": (lambda: _entries(Book.OPEN).filter(sequence=3).update(commitment="0" * 64), "unchanged"),
    "link": (lambda: _entries(Book.OPEN).filter(sequence=3).update(previous="0" * 63 + "1"), "linked"),
    "hash": (lambda: _entries(Book.OPEN).filter(sequence=3).update(hash="0" * 64), "unchanged"),
    "veiled facts": (lambda: _entries(Book.VEILED).filter(sequence=2).update(facts='{"case":"x"}'), "unchanged"),
    "veil": (lambda: _entries(Book.VEILED).filter(sequence=2).update(veil="ab" * 32), "veiled_covered"),
    "gap": (lambda: _cut(Book.OPEN, 3), "no_gap"),
    "end": (lambda: _cut(Book.OPEN, 6), "head"),
    "veiled end": (lambda: _cut(Book.VEILED, 3), "head"),
    "veiled end and its head": (_cut_veiled_cleanly, "veiled_cut"),
    "sealed detail gone": (_lose_a_detail, "sealed_detail_gone"),
    "head": (lambda: RegisterHead.objects.filter(pk=Book.OPEN).update(sequence=5), "head"),
    "no head": (lambda: RegisterHead.objects.all().delete(), "head"),
    "root": (lambda: _day(2).update(root="0" * 64), "root"),
    "day's end": (lambda: _day(2).update(sequence=3), "day_head"),
    "day": (lambda: _day(2).delete(), "every_day"),
    "day before": (lambda: _day(2).update(previous_root="0" * 63 + "1"), "days_linked"),
    "signature": (lambda: _day(2).update(signature="0" * 128), "signature"),
    "key": (lambda: _day(2).update(public_key="ab" * 32), "signature"),
    "signed at": (lambda: _day(2).update(signed_at="2026-11-05T00:00:00Z"), "signature"),
    "veiled root": (lambda: _day(2).update(veiled="0" * 64), "veiled_root"),
    "veiled leaves": (lambda: _day(2).update(veiled_leaves="0" * 4096), "veiled_root"),
    "disclosure gone": (lambda: Disclosure.objects.filter(subject="order-1").delete(), "disclosures"),
    "disclosure changed": (lambda: Disclosure.objects.filter(subject="order-1").update(provider="x"), "disclosures"),
    "sealed detail": (_swap, "sealed_detail_opens"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_behind_the_programs_back_is_named(unguarded, change):
    act, rule = CHANGES[change]
    assert rules() == set()
    act()
    assert rule in rules()


def test_a_sealed_detail_of_another_entry_does_not_pass_for_its_own(unguarded):
    first, second = RegisterSecret.objects.order_by("pk")[:2]
    kept = {"sealed": second.sealed, "subject": second.subject}
    second.delete()
    RegisterSecret.objects.filter(pk=first.pk).update(**kept)
    assert "commitment" in rules()


def test_a_detail_that_was_erased_by_the_rules_is_missed_by_nobody(book, now):
    assert erase_secret(_entries(Book.OPEN).filter(kind="erasure")[0].hash, now=now)
    assert verify().findings == ()


def run(command, *arguments: str):
    return CliRunner().invoke(command, arguments)


def test_the_command_says_that_all_is_well(book):
    answer = run(verify_register_command)
    assert (answer.exit_code, "The register is in order" in answer.output) == (0, True)
    report = json.loads(run(verify_register_command, "--json").output)
    assert (report["in_order"], report["entries"], report["days"]) == (True, 6, 3)


def test_the_command_names_what_is_wrong_and_exits_with_1(unguarded):
    _entries(Book.OPEN).filter(sequence=3).update(facts='{"orders":9}')
    answer = run(verify_register_command)
    assert answer.exit_code == 1
    assert "unchanged: open entry 3: Its content is not what was hashed." in answer.output
    report = json.loads(run(verify_register_command, "--json").output)
    assert report["in_order"] is False


def test_the_register_can_be_read_by_kind_and_its_veiled_book_only_when_asked_for(book):
    shown = json.loads(run(register_command, "--kind", "erasure", "--json").output)["entries"]
    assert [entry["facts"] for entry in shown] == [{"orders": 2}, {"orders": 1}, {"orders": 0}]
    assert "authority_request" not in run(register_command, "--limit", "100").output
    assert "authority_request" in run(register_command, "--veiled").output
    assert run(register_command, "--kind", "gossip").exit_code == 2


def test_the_days_that_are_over_can_be_signed_by_hand(db):
    answer = run(sign_register_command)
    assert (answer.exit_code, RegisterDay.objects.count()) == (0, 1)
    assert RegisterDay.objects.get().root in answer.output
