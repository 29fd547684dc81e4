"""The audit finds whatever was done to the books behind their back, and nothing in sound ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, models, transaction

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.models import LedgerAccount, Reservation, Transfer
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
        TrialLine(AccountKind.CALL_REVENUE, 1, 0, 400_000, 0),
        TrialLine(AccountKind.CUSTOMER_CREDIT, 1, 400_000, 10 * DOLLAR, DOLLAR),
        TrialLine(AccountKind.GATEWAY_CLEARING, 1, 10 * DOLLAR, 0, 0),
    )


def test_a_transfer_that_was_raised_is_found_on_its_account_and_its_reservation(books):
    with guards_lifted():
        Transfer.objects.filter(reservation=books["posted"]).update(amount_micros=400_001)
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
        Transfer.objects.filter(reservation=books["posted"]).update(amount_micros=-1)
        assert "transfers_are_whole" in {rule for rule, _ in found()}


def test_a_transfer_from_an_account_that_is_gone_is_found(books, clearing):
    with guards_lifted():
        LedgerAccount.objects.filter(pk=clearing)._raw_delete("default")
        rules = {rule for rule, _ in found()}
        assert {"transfers_are_whole", "books_balance"} <= rules


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"credits_posted_micros": 11 * DOLLAR}, {"totals_equal_transfers"}),
        ({"debits_posted_micros": 0}, {"totals_equal_transfers"}),
        ({"held_micros": 0}, {"held_equals_open_reservations"}),
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
        ("open", {"amount_micros": 20 * DOLLAR}, {"held_equals_open_reservations", "never_below_zero"}),
        ("open", {"state": "voided"}, {"held_equals_open_reservations"}),
        ("voided", {"state": "posted", "posted_micros": 5}, {"settlement_matches_transfer"}),
        ("posted", {"amount_micros": 399_999}, {"posted_within_hold"}),
        ("posted", {"state": "voided"}, {"settlement_matches_transfer", "posted_within_hold"}),
        ("posted", {"account": None}, {"settlement_matches_transfer"}),
    ],
)
def test_a_reservation_that_was_tampered_with_is_found(books, funded, which, change, rules):
    change = change | ({"account": funded(DOLLAR)} if "account" in change else {})
    with guards_lifted():
        Reservation.objects.filter(pk=books[which]).update(**change)
        assert {rule for rule, _ in found()} == rules


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
        Transfer.objects.update(idempotency_key="twice")
        assert ("keys_are_unique", "Transfer twice") in found()


def test_a_missing_trigger_is_found(books):
    with guards_lifted():
        suffix = " ON ledger_transfer" if connection.vendor == "postgresql" else ""
        connection.cursor().execute(f"DROP TRIGGER IF EXISTS ledger_transfer_refuse_update{suffix}")
        missing = {finding.subject for finding in queries.audit() if finding.rule == "triggers_stand"}
        assert "trigger ledger_transfer_refuse_update" in missing


def test_a_missing_constraint_is_found(books, monkeypatch):
    ghost = models.CheckConstraint(name="ledger_transfer_ghost", condition=models.Q(amount_micros__gt=0))
    monkeypatch.setattr(Transfer._meta, "constraints", [*Transfer._meta.constraints, ghost])
    [finding] = queries.audit()
    assert (finding.rule, finding.subject) == ("constraints_stand", "constraint ledger_transfer_ghost")
