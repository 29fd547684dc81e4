"""The audit finds whatever was done to the books behind their back, and nothing in sound ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from crystalcall.minutes.ledger import actions, auditing, queries
from crystalcall.minutes.ledger.models import AuditRun, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.values import TrialLine
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000
CHECKED_TABLES = (LedgerAccount, Reservation, Transfer)


@contextmanager
def guards_lifted() -> Iterator[None]:
    """What somebody with the database's own password could do: no trigger, no check. All of it is undone afterwards."""
    with transaction.atomic():
        sqlite = connection.vendor == "sqlite"
        with connection.cursor() as cursor:
            if sqlite:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TRIGGER {name}")
                cursor.execute("PRAGMA ignore_check_constraints = ON")
            else:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for model in CHECKED_TABLES:
                    for constraint in model._meta.constraints:
                        cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {constraint.name}")
                cursor.execute("SET LOCAL session_replication_role = replica")
        try:
            yield
        finally:
            if sqlite:
                connection.cursor().execute("PRAGMA ignore_check_constraints = OFF")
            transaction.set_rollback(True)


def found() -> set[tuple[str, str]]:
    ours = {"triggers_stand", "constraints_stand"}  # the guards that these tests lift themselves
    return {(finding.rule, finding.subject) for finding in queries.audit() if finding.rule not in ours}


@pytest.fixture
def books(funded, revenue, now):
    """An account with a posted, a voided and an open reservation, and the ids of all of it."""
    account_id = funded(10 * DOLLAR)
    posted, voided, still_open = (
        actions.reserve(account_id, DOLLAR, key=f"call:{number}", now=now).reservation_id for number in range(3)
    )
    actions.post_reservation(posted, 400_000, credit_account_id=revenue, code="call.charge", now=now)
    actions.void_reservation(voided, now=now)
    return {"account": account_id, "posted": posted, "voided": voided, "open": still_open}


def test_sound_books_give_no_finding(books):
    assert queries.audit() == []


def test_empty_books_give_no_finding(db):
    assert queries.audit() == []
    assert queries.trial_balance() == ()


def test_debits_equal_credits_in_the_trial_balance(books):
    assert queries.trial_balance() == (
        TrialLine(AccountKind.CALL_REVENUE, "usd_micros", 1, 0, 400_000, 0),
        TrialLine(AccountKind.CUSTOMER_CREDIT, "usd_micros", 1, 400_000, 10 * DOLLAR, DOLLAR),
        TrialLine(AccountKind.GATEWAY_CLEARING, "usd_micros", 1, 10 * DOLLAR, 0, 0),
    )


def test_a_transfer_that_was_raised_is_found_on_its_account_and_its_reservation(books):
    with guards_lifted():
        Transfer.objects.filter(reservation=books["posted"]).update(amount=400_001)
        assert found() == {
            ("totals_equal_transfers", f"account {books['account']}"),
            ("settlement_matches_transfer", f"reservation {books['posted']}"),
        }


def test_a_transfer_that_was_taken_out_is_found(books):
    with guards_lifted():
        Transfer.objects.filter(reservation=books["posted"])._raw_delete("default")
        assert found() == {
            ("totals_equal_transfers", f"account {books['account']}"),
            ("settlement_matches_transfer", f"reservation {books['posted']}"),
        }


def test_a_transfer_of_nothing_is_found(books):
    with guards_lifted():
        Transfer.objects.filter(reservation=books["posted"]).update(amount=-1)
        assert "transfers_are_whole" in {rule for rule, _ in found()}


def test_a_transfer_from_an_account_that_is_gone_is_found(books, clearing):
    with guards_lifted():
        LedgerAccount.objects.filter(pk=clearing)._raw_delete("default")
        rules = {rule for rule, _ in found()}
        assert {"transfers_are_whole", "books_balance"} <= rules


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"credits_posted": 11 * DOLLAR}, {"totals_equal_transfers"}),
        ({"debits_posted": 0}, {"totals_equal_transfers"}),
        ({"held": 0}, {"held_equals_open_reservations"}),
        ({"kind": "piggy_bank"}, {"kind_is_known", "totals_equal_transfers"}),
    ],
)
def test_an_account_that_was_made_up_is_found(books, change, rules):
    with guards_lifted():
        LedgerAccount.objects.filter(pk=books["account"]).update(**change)
        assert found() == {(rule, f"account {books['account']}") for rule in rules}


@pytest.mark.parametrize(
    ("which", "change", "rules"),
    [
        ("open", {"amount": 20 * DOLLAR}, {"held_equals_open_reservations", "never_below_zero"}),
        ("open", {"state": "voided"}, {"held_equals_open_reservations"}),
        ("voided", {"state": "posted", "posted": 5}, {"settlement_matches_transfer"}),
        ("posted", {"amount": 399_999}, {"posted_within_hold"}),
        ("posted", {"state": "voided"}, {"settlement_matches_transfer", "posted_within_hold"}),
        ("posted", {"account": None}, {"settlement_matches_transfer"}),
    ],
)
def test_a_reservation_that_was_tampered_with_is_found(books, funded, which, change, rules):
    change = change | ({"account": funded(DOLLAR)} if "account" in change else {})
    with guards_lifted():
        Reservation.objects.filter(pk=books[which]).update(**change)
        assert {rule for rule, _ in found()} == rules


def test_a_transfer_between_money_and_minutes_is_found(books, now):
    bundle = actions.grant_allowance(books["account"], "ru-*", 600, expires_at=None, key="bundle", now=now)
    with guards_lifted():
        Transfer.objects.filter(reservation=books["posted"]).update(debit_account=bundle)
        assert "transfers_are_whole" in {rule for rule, _ in found()}
    with guards_lifted():
        Transfer.objects.filter(credit_account=bundle).update(unit="usd_micros")
        assert {rule for rule, _ in found()} == {"transfers_are_whole"}


def test_an_account_that_counts_something_else_is_found(books):
    with guards_lifted():
        LedgerAccount.objects.filter(pk=books["account"]).update(unit="seconds")
        assert ("unit_is_of_its_kind", f"account {books['account']}") in found()


def test_what_names_something_that_is_gone_is_found(books, funded, now):
    holder = funded(0)
    bundle = actions.grant_allowance(holder, "ru-*", 600, expires_at=None, key="bundle", now=now)
    with guards_lifted():
        LedgerAccount.objects.filter(pk=holder)._raw_delete("default")
        assert found() == {("what_is_named_exists", f"account {bundle}")}
    with guards_lifted():
        Reservation.objects.filter(pk=books["posted"])._raw_delete("default")
        assert found() == {("what_is_named_exists", f"transfer {books['posted']}")}
    with guards_lifted():
        LedgerAccount.objects.filter(pk=books["account"])._raw_delete("default")
        strays = {subject for rule, subject in found() if rule == "what_is_named_exists"}
        assert strays == {f"reservation {books[name]}" for name in ("posted", "voided", "open")}


def test_the_number_of_statements_does_not_grow_with_the_accounts(books, funded):
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert queries.audit() == []
        return len(seen)

    few = statements()
    for _ in range(30):
        funded(DOLLAR)
    assert statements() == few


def test_progress_is_told_for_every_rule_and_ends_where_it_must(books, funded, monkeypatch):
    monkeypatch.setattr(auditing, "CHUNK", 2)
    for _ in range(5):
        funded(DOLLAR)
    told = []
    queries.audit(lambda rule, done, total: told.append((rule, done, total)))
    accounts = LedgerAccount.objects.count()
    assert [done for rule, done, _ in told if rule == "accounts_add_up"][:3] == [0, 2, 4]
    assert {rule: (done, total) for rule, done, total in told} == {
        rule.name: (total, total)
        for rule in auditing.AUDIT_RULES
        for total in [{"accounts_add_up": accounts, "reservations_add_up": 3}.get(rule.name, 1)]
    }
    assert all(0 <= done <= total for _, done, total in told)


def test_an_audit_that_is_run_is_kept_with_what_it_found(books, now, caplog):
    assert queries.last_audit() is None
    with caplog.at_level("INFO"):
        outcome = actions.run_audit(now=now)
    assert queries.last_audit() == outcome
    assert (outcome.findings, outcome.transfers, outcome.reservations) == (0, 2, 3)
    assert "the books are in order" in caplog.text
    LedgerAccount.objects.filter(pk=books["account"]).update(credits_posted=11 * DOLLAR)
    later = actions.run_audit(now=now + timedelta(days=1))
    assert queries.last_audit() == later
    assert (later.findings, later.first_findings[0].rule) == (1, "totals_equal_transfers")
    assert "the books are NOT in order: 1 found" in caplog.text
    actions.run_audit(now=now + timedelta(days=401, hours=1))
    assert AuditRun.objects.count() == 1


def test_a_fact_booked_twice_is_found_even_when_the_index_is_lost(books):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite does not let anybody drop the index of a UNIQUE column")
    with guards_lifted():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'u' AND conrelid = 'ledger_transfer'::regclass"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE ledger_transfer DROP CONSTRAINT {name}")
        twice = uuid4()
        Transfer.objects.update(idempotency_key=twice)
        assert ("keys_are_unique", f"Transfer {twice}") in found()


def test_a_missing_trigger_is_found(books):
    with guards_lifted():
        suffix = " ON ledger_transfer" if connection.vendor == "postgresql" else ""
        connection.cursor().execute(f"DROP TRIGGER IF EXISTS ledger_transfer_refuse_update{suffix}")
        missing = {finding.subject for finding in queries.audit() if finding.rule == "triggers_stand"}
        assert "trigger ledger_transfer_refuse_update" in missing


def test_a_missing_constraint_is_found(books, monkeypatch):
    ghost = models.CheckConstraint(name="ledger_transfer_ghost", condition=models.Q(amount__gt=0))
    monkeypatch.setattr(Transfer._meta, "constraints", [*Transfer._meta.constraints, ghost])
    [finding] = queries.audit()
    assert (finding.rule, finding.subject) == ("constraints_stand", "constraint ledger_transfer_ghost")
