"""When customers' accounts end: the operator's rule, what their holders were told, and what both give."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from crystalcall.minutes.ledger.models import ALLOWANCE, ExpiryNotice, LedgerAccount, Transfer
from crystalcall.minutes.ledger.values import Expiry, Lapse
from crystalcall.plumbing.settings import current
from crystalcall.rules.ledger import CODE_CREDIT_DORMANT, CODE_CREDIT_EXPIRED, CODE_MINUTES_EXPIRED, AccountKind
from crystalcall.rules.validity import End, Told, ValidityRule, end_of

LAPSES: Final = (CODE_CREDIT_DORMANT, CODE_CREDIT_EXPIRED, CODE_MINUTES_EXPIRED)


def validity_rule() -> ValidityRule:
    """The operator's choice, from the settings."""
    settings = current()
    return ValidityRule(settings.credit_valid_days, settings.dormant_after_days, settings.expiry_notice_days)


def rule_for(kind: str, rule: ValidityRule) -> ValidityRule:
    """Minutes have the end of their own purchase, and no dormancy."""
    return ValidityRule(notice_days=rule.notice_days) if kind == ALLOWANCE else rule


@dataclass(frozen=True, slots=True)
class Notices:
    """What the holders of some accounts were told."""

    by_dormancy: dict[UUID, Told]
    promised: frozenset[tuple[UUID, datetime]]

    def dormancy(self, account_id: UUID) -> Told | None:
        """What was told last of the account's dormancy."""
        return self.by_dormancy.get(account_id)

    def knows(self, account_id: UUID, end: End) -> bool:
        """Whether the holder was told of just this end."""
        if not end.by_dormancy:
            return (account_id, end.at) in self.promised
        told = self.by_dormancy.get(account_id)
        return told is not None and told.end_at == end.at


def told_of(account_ids: Iterable[UUID]) -> Notices:
    """What the holders of these accounts were told."""
    rows = list(ExpiryNotice.objects.filter(account__in=list(account_ids)).order_by("told_at", "pk"))
    return Notices(
        {row.account_id: Told(row.told_at, row.due_at) for row in rows if row.by_dormancy},
        frozenset((row.account_id, row.due_at) for row in rows if not row.by_dormancy),
    )


def expiries(account_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Expiry]:
    """When the credit of these cards lapses as things stand; cards whose credit never does are left out."""
    rule, told = validity_rule(), told_of(account_ids)
    rows = LedgerAccount.objects.filter(pk__in=account_ids, kind=AccountKind.CUSTOMER_CREDIT.value)
    ends = {}
    for row in rows:
        end = end_of(row.expires_at, row.last_used_at or row.opened_at, told.dormancy(row.pk), now, rule)
        if end is not None:
            ends[row.pk] = Expiry(row.pk, end.at, end.by_dormancy)
    return ends


def lapses(holder_ids: Collection[UUID], on: date) -> tuple[Lapse, ...]:
    """What lapsed on these cards on a day (UTC): credit and minutes, in the order of the books."""
    beside = LedgerAccount.objects.filter(Q(pk__in=holder_ids) | Q(holder__in=holder_ids))
    accounts = {row.pk: row for row in beside}
    begin = datetime.combine(on, time(), UTC)
    rows = Transfer.objects.filter(
        debit_account__in=accounts, code__in=LAPSES, created_at__gte=begin, created_at__lt=begin + timedelta(days=1)
    )
    return tuple(
        Lapse(
            holder_id=accounts[row.debit_account_id].holder_id or row.debit_account_id,
            coverage=accounts[row.debit_account_id].coverage,
            amount=row.amount,
            at=row.created_at,
            by_dormancy=row.code == CODE_CREDIT_DORMANT,
        )
        for row in rows.order_by("pk")
    )
