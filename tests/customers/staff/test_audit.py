"""The audit log: one line an act, in its transaction, naming nobody but by opaque ids."""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from crystalcall.customers.staff import acts, audit, queries
from crystalcall.customers.staff.models import AuditEntry, AuditReason
from crystalcall.customers.staff.values import Act, Outcome, Subject, SubjectKind
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.models import RegisterEntry, RegisterSecret
from crystalcall.rules.staffing import Right

CARD = Subject(SubjectKind.CARD, "CARD1234")
BLOCKED = "testing.pin_blocked"
LOOKED = "testing.looked_up"
REVEALED = "testing.revealed"
CANARY = "Wilhelmina Canary, +1 212 555 0199"


@pytest.fixture(autouse=True)
def known_acts(monkeypatch):
    """Acts of a room of the tests' own."""
    monkeypatch.setattr(acts, "_acts", dict(acts._acts))
    acts.register(
        Act(BLOCKED, "blocked a PIN", Right.BLOCK_PIN, needs_reason=True),
        Act(LOOKED, "looked something up", Right.LOOK_UP),
        Act(REVEALED, "saw what is masked", Right.REVEAL, needs_reason=True),
    )


def test_a_line_says_who_did_what_to_what_and_when(hire, now):
    by = hire("service").member_id
    line = audit.note(by, LOOKED, CARD, detail="serial", now=now)
    assert (line.member_id, line.act, line.outcome, line.subject, line.detail) == (
        *(by, LOOKED, Outcome.DONE, CARD),
        "serial",
    )
    assert (line.at, line.has_reason, line.register_hash) == (now, False, "")
    assert queries.audit_page(member_id=by) == queries.audit_page(act=LOOKED) == queries.audit_page(subject=CARD)
    [shown] = queries.audit_page(subject=CARD)
    assert (shown.entry, shown.member_name, shown.reason) == (line, "Agata Nowak", "")


def test_a_reason_is_sealed_beside_its_line_and_opened_for_its_readers(hire, now):
    by = hire("service").member_id
    line = audit.note(by, BLOCKED, CARD, reason=f"  {CANARY}\n lost it ", now=now)
    assert line.has_reason
    assert "Canary" not in repr(list(AuditEntry.objects.values())) + repr(list(AuditReason.objects.values()))
    [shown] = queries.audit_page(act=BLOCKED)
    assert shown.reason == f"{CANARY} lost it"
    assert "Canary" not in repr(shown)


@pytest.mark.clause("C14", "C21")
def test_what_shows_personal_data_enters_the_register_without_saying_who_or_why(hire, now):
    by = hire("service").member_id
    line = audit.reveal(by, REVEALED, CARD, what="customers.contact", reason=CANARY, now=now)
    entry = RegisterEntry.objects.get(hash=line.register_hash)
    assert entry.kind == "revealed"
    assert json.loads(entry.facts) == {"what": "customers.contact", "count": "fewer-than-10"}
    assert str(by) not in entry.facts
    kept = RegisterSecret.objects.get(entry=entry)
    said = open_field(
        "privacy.RegisterSecret.sealed", kept.subject, kept.sealed, purpose=Purpose.ACCOUNTABILITY, collected_under=1
    )
    assert (str(by) in said, "Canary" in said) == (True, False)
    assert hashlib.sha256(CANARY.encode()).hexdigest() in said
    assert queries.audit_page(act=REVEALED)[0].reason == CANARY


def test_what_is_undone_leaves_neither_line_nor_entry(hire, now):
    by = hire("service").member_id
    entries = RegisterEntry.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.reveal(by, REVEALED, CARD, what="customers.contact", reason="asked", now=now)
        raise ZeroDivisionError
    assert not queries.audit_page(act=REVEALED)
    assert RegisterEntry.objects.count() == entries


def test_a_refusal_is_a_line_too(hire, now):
    by = hire("accounts").member_id
    line = audit.refuse(by, BLOCKED, CARD, why="no_right", now=now)
    assert (line.outcome, line.detail, line.has_reason) == (Outcome.REFUSED, "no_right", False)


@pytest.mark.parametrize(
    "subject",
    [
        Subject(SubjectKind.CUSTOMER, "anna@example.org"),
        Subject(SubjectKind.CUSTOMER, "12"),
        Subject(SubjectKind.ORDER, "Anna Petrova"),
        Subject(SubjectKind.ORDER, "anna@example.org"),
        Subject(SubjectKind.CARD, ""),
        Subject(SubjectKind.PAGE, "+12125550100"),
        Subject(SubjectKind.PAGE, "a name with spaces"),
        Subject(SubjectKind.MEMBER, "agata"),
    ],
    ids=lambda subject: f"{subject.kind}-{subject.name}",
)
def test_a_line_takes_no_name_address_or_number(hire, subject, now):
    by = hire("service").member_id
    with pytest.raises(audit.AuditError):
        audit.note(by, LOOKED, subject, now=now)
    assert not AuditEntry.objects.filter(act=LOOKED).exists()


@pytest.mark.parametrize("detail", ["anna@example.org", "Anna", "two words", "+1212", "x" * 41])
def test_a_detail_is_a_word(hire, detail, now):
    with pytest.raises(audit.AuditError):
        audit.note(hire("service").member_id, LOOKED, CARD, detail=detail, now=now)


def test_an_act_that_takes_a_reason_is_not_done_without_one(hire, now):
    by = hire("service").member_id
    with pytest.raises(audit.ReasonMissingError):
        audit.note(by, BLOCKED, CARD, reason="  ", now=now)
    with pytest.raises(audit.ReasonMissingError):
        audit.reveal(by, LOOKED, CARD, what="customers.contact", reason="", now=now)


def test_an_act_that_no_room_registered_is_none(hire, now):
    with pytest.raises(acts.UnknownActError):
        audit.note(hire("service").member_id, "testing.never", CARD, now=now)
    with pytest.raises(acts.UnknownActError):
        acts.register(Act(BLOCKED, "blocked a PIN", Right.SEE_AUDIT))
    with pytest.raises(acts.UnknownActError):
        acts.register(Act("Not a name", "…"))
    assert acts.words("testing.never") == "testing.never"


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_outside_a_transaction_nothing_is_written_down(hire, now):
    with pytest.raises(audit.AuditError, match="own transaction"):
        audit.note(hire("service").member_id, LOOKED, CARD, now=now)


def test_nobody_changes_or_deletes_a_line(hire, now):
    line = audit.note(hire("service").member_id, BLOCKED, CARD, reason="lost", now=now)
    rows = AuditEntry.objects.filter(pk=line.entry_id)
    for change in (
        lambda: rows.update(act="testing.other"),
        lambda: rows._raw_delete(using="default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert rows.get().act == BLOCKED


def test_pages_follow_each_other_without_gap(hire, now):
    by = hire("service").member_id
    for number in range(7):
        audit.note(by, LOOKED, Subject(SubjectKind.CARD, f"CARD{number}"), now=now)
    first = queries.audit_page(act=LOOKED, limit=4)
    rest = queries.audit_page(act=LOOKED, limit=4, before=first[-1].entry.entry_id)
    names = [line.entry.subject.name for line in first + rest]
    assert names == [f"CARD{number}" for number in reversed(range(7))]


def test_how_often_somebody_did_something_is_counted_for_limits(hire, now):
    by, other = hire("service").member_id, hire("service").member_id
    audit.note(by, LOOKED, CARD, now=now - timedelta(hours=2))
    audit.note(by, LOOKED, CARD, now=now)
    audit.refuse(by, LOOKED, CARD, why="too_many", now=now)
    audit.note(other, LOOKED, CARD, now=now)
    assert queries.acts_of(by, now - timedelta(hours=1), LOOKED) == 2


def test_a_page_of_the_log_asks_the_same_however_many_lines_it_has(hire, now, django_assert_num_queries):
    for _ in range(5):
        audit.note(hire("service").member_id, BLOCKED, CARD, reason="lost", now=now)
    # Lines, members and reasons; their keys come by one statement from the key store.
    with django_assert_num_queries(3):
        lines = queries.audit_page(act=BLOCKED)
    assert {(line.member_name, line.reason) for line in lines} == {("Agata Nowak", "lost")}


def test_who_may_do_an_act_is_said_by_its_right(hire):
    assert audit.may(hire("service").member, BLOCKED)
    assert not audit.may(hire("accounts", "administrator").member, BLOCKED)
    assert audit.may(hire("accounts").member, "staff.withdrawn")


def test_the_command_line_has_no_member_and_its_reasons_are_about_one(hire, now):
    member = hire("service").member_id
    line = audit.note(None, "staff.disabled", Subject(SubjectKind.MEMBER, str(member)), reason="left us", now=now)
    assert line.member_id is None
    assert queries.audit_page(act="staff.disabled")[0].reason == "left us"
    with pytest.raises(audit.AuditError), transaction.atomic():
        audit.note(None, BLOCKED, CARD, reason="lost", now=now)


def test_every_act_of_a_started_program_has_words_in_both_languages():
    from django.utils import translation

    for act in acts.registered():
        if act.name.startswith("testing."):
            continue
        with translation.override("en"):
            english = str(act.words)
        with translation.override("ru"):
            assert str(act.words) != english, act.name


def test_lines_of_nobody_known_are_shown_without_a_name(db, now):
    audit.note(uuid4(), LOOKED, CARD, now=now)
    assert queries.audit_page(act=LOOKED)[0].member_name == ""
