"""An audit that is kept: run by hand or every night, logged, and shown by `ledger status`."""

import logging
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Final

from crystalcall.minutes.ledger.auditing import Progress, audit
from crystalcall.minutes.ledger.models import AuditRun, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.values import AuditOutcome
from crystalcall.plumbing import clock

logger = logging.getLogger(__name__)

FIRST_FINDINGS: Final = 100
KEPT_DAYS: Final = 400


def run_audit(*, now: datetime, progress: Progress | None = None) -> AuditOutcome:
    """Audit the whole books, keep what was found, and log it: an error for books that are not in order."""
    findings = audit(progress)
    row = AuditRun.objects.create(
        began_at=now,
        ended_at=max(now, clock.now()),
        accounts=LedgerAccount.objects.count(),
        transfers=Transfer.objects.count(),
        reservations=Reservation.objects.count(),
        findings=len(findings),
        report=[astuple(finding) for finding in findings[:FIRST_FINDINGS]],
    )
    AuditRun.objects.filter(began_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    if findings:
        logger.error("the books are NOT in order: %d found, first %s", len(findings), findings[0])
    else:
        logger.info("the books are in order: %d transfers on %d accounts", row.transfers, row.accounts)
    return AuditOutcome(
        row.began_at,
        row.ended_at,
        row.accounts,
        row.transfers,
        row.reservations,
        row.findings,
        tuple(findings[:FIRST_FINDINGS]),
    )
