"""When customers' accounts end: the operator's rule, what their holders were told, and what both give."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from crystalcall.minutes.ledger.models import ALLOWANCE, ExpiryNotice, LedgerAccount, Transfer
from crystalcall.minutes.ledger.values import Expiry, Lapse
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.settings import current
from crystalcall.rules.ledger import CODE_CREDIT_DORMANT, CODE_CREDIT_EXPIRED, CODE_MINUTES_EXPIRED, AccountKind
from crystalcall.rules.validity import End, Told, ValidityRule, end_of

_accounts: Final = Rowset(LedgerAccount)
_notices: Final = Rowset(ExpiryNotice)
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
    rows = _notices.fetch(("told_at", "id", "account_id", "due_at", "by_dormancy"), "account_id", {*account_ids})
    return Notices(
        {account_id: Told(at, due_at) for at, _, account_id, due_at, by_dormancy in sorted(rows) if by_dormancy},
        frozenset((account_id, due_at) for _at, _, account_id, due_at, by_dormancy in rows if not by_dormancy),
    )


def expiries(account_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Expiry]:
    """When the credit of these cards lapses as things stand; cards whose credit never does are left out."""
    rule, told = validity_rule(), told_of(account_ids)
    ends = {}
    rows = _accounts.fetch(("id", "kind", "expires_at", "last_used_at", "opened_at"), "id", account_ids)
    for account_id, kind, expires_at, last_used_at, opened_at in rows:
        if kind != AccountKind.CUSTOMER_CREDIT.value:
            continue
        end = end_of(expires_at, last_used_at or opened_at, told.dormancy(account_id), now, rule)
        if end is not None:
            ends[account_id] = Expiry(account_id, end.at, end.by_dormancy)
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
