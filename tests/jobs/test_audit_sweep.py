from datetime import timedelta

import pytest

from crystalcall.jobs import sweeps
from crystalcall.jobs.clock import Lane
from crystalcall.minutes.ledger import queries
from crystalcall.minutes.ledger.models import AuditRun, LedgerAccount
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db


def test_the_books_are_audited_once_a_day_however_often_the_worker_starts(now):
    for hours in (0, 1, 19):
        assert sweeps.audit_books(now + timedelta(hours=hours)) == 0
    assert AuditRun.objects.count() == 1
    assert sweeps.audit_books(now + timedelta(hours=21)) == 0
    assert AuditRun.objects.count() == 2


def test_what_the_nightly_audit_finds_is_counted_logged_and_kept(now, caplog):
    from crystalcall.minutes.ledger.actions import open_account

    account = open_account(AccountKind.CUSTOMER_CREDIT, key="card:1", now=now)
    LedgerAccount.objects.filter(pk=account).update(credits_posted=1)
    assert sweeps.audit_books(now) == 1
    assert "NOT in order" in caplog.text
    assert queries.last_audit().first_findings[0].subject == f"account {account}"


def test_the_audit_holds_up_no_other_sweep():
    [lane] = {sweep.lane for sweep in sweeps.SWEEPS if sweep.function is sweeps.audit_books}
    assert lane is Lane.NIGHT
