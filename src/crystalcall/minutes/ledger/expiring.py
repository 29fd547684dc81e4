"""What lapses: credit and minutes by their rules after notice, and holds that nobody spoke of in time.

Each pass looks for what is due, locks it, looks again and enters it; what a running call holds lapses at a later pass,
when it has returned. Passes may run in several processes at once, and find nothing the second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from crystalcall.minutes.ledger.books import Books, OpenAccount
from crystalcall.minutes.ledger.events import CreditExpired, CreditExpiring
from crystalcall.minutes.ledger.models import ALLOWANCE, FLOORED, OPEN, ExpiryNotice, LedgerAccount, Reservation
from crystalcall.minutes.ledger.store_accounts import system_account
from crystalcall.minutes.ledger.validity import rule_for, told_of, validity_rule
from crystalcall.minutes.ledger.values import Expired, Posting, Returned
from crystalcall.plumbing.announcements import announce
from crystalcall.rules.ledger import (
    CODE_CREDIT_DORMANT,
    CODE_CREDIT_EXPIRED,
    CODE_MINUTES_EXPIRED,
    AccountKind,
)
from crystalcall.rules.validity import End, ValidityRule, end_of, tell_until, untold_end

AT_ONCE: Final = 500
"""How many accounts or holds one page takes: its locks must not be felt by callers."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """An account under lock of which something is left, its end, and whether its holder was told of it."""

    account: OpenAccount
    end: End
    is_told: bool


def announce_expiring(now: datetime) -> int:
    """Tell of every end that comes within the notice time, once each; gives how many were told.

    An end that has come without its holder having been told is moved, so that they get their notice after all.
    """
    rule, told = validity_rule(), 0
    until = tell_until(now, rule)
    for account_ids in _pieces(_untold(until, rule)):
        with transaction.atomic():
            _, endings = _open(account_ids, rule, now)
            coming = [each for each in endings if not each.is_told and each.end.at <= until]
            _tell(coming, rule, now)
            told += len(coming)
    return told


def expire_due(now: datetime) -> Expired:
    """Let lapse what is due and was told: what no call holds goes to the store by a transfer, and that is told too."""
    rule = validity_rule()
    cards = micros = allowances = seconds = 0
    for account_ids in _pieces(_over(now, rule)):
        with transaction.atomic():
            books, endings = _open(account_ids, rule, now)
            due = [each for each in endings if each.is_told and each.end.at <= now]
            for each in due:
                amount = _lapse(books, each, now)
                if each.account.kind == ALLOWANCE:
                    allowances, seconds = allowances + 1, seconds + amount
                else:
                    cards, micros = cards + 1, micros + amount
            books.write()
            for account_id, day in sorted({(str(each.account.holder_id), _day(now)) for each in due}):
                announce(CreditExpired(account_id, day))
    return Expired(cards, micros, allowances, seconds)


def expire_overdue_reservations(now: datetime) -> int:
    """Return the holds whose end has passed and of which nobody spoke; gives how many. Calls' holds are not among them.

    A hold whose end is moved meanwhile stays.
    """
    overdue = Reservation.objects.filter(expires_at__lte=now, state=OPEN).order_by("expires_at", "pk")
    returned = 0
    while due := dict(overdue.values_list("pk", "account_id")[:AT_ONCE]):
        with transaction.atomic():
            books = Books.open(set(due.values()), reservation_ids=due, now=now)
            returned += sum(isinstance(books.expire(each), Returned) for each in due)
            books.write()
    return returned


def _untold(until: datetime, rule: ValidityRule) -> "QuerySet[LedgerAccount]":
    """Accounts that may end until then without their holder knowing."""
    told = ExpiryNotice.objects.filter(account=OuterRef("pk"))
    promised = Q(expires_at__lte=until) & ~Exists(told.filter(due_at=OuterRef("expires_at"), by_dormancy=False))
    if not rule.dormant_days:
        return _something_left().filter(promised)
    still = Exists(told.filter(by_dormancy=True, told_at__gte=OuterRef("used_at")))
    return _something_left().filter(promised | (_idle(until, rule) & ~still))


def _over(now: datetime, rule: ValidityRule) -> "QuerySet[LedgerAccount]":
    """Accounts whose end may have come, and of which something was told."""
    told = ExpiryNotice.objects.filter(account=OuterRef("pk"))
    promised = Q(expires_at__lte=now) & Exists(told.filter(due_at=OuterRef("expires_at"), by_dormancy=False))
    if not rule.dormant_days:
        return _something_left().filter(promised)
    come = Exists(told.filter(by_dormancy=True, told_at__gte=OuterRef("used_at"), due_at__lte=now))
    return _something_left().filter(promised | (_idle(now, rule) & come))


def _something_left() -> "QuerySet[LedgerAccount]":
    """Customers' accounts on which something is left that nothing holds."""
    rows = LedgerAccount.objects.filter(kind__in=FLOORED, credits_posted__gt=F("debits_posted") + F("held"))
    return rows.annotate(used_at=Coalesce("last_used_at", "opened_at"))


def _idle(until: datetime, rule: ValidityRule) -> Q:
    idle_since = until - timedelta(days=rule.dormant_days)
    return Q(kind=AccountKind.CUSTOMER_CREDIT.value, used_at__lte=idle_since)


def _pieces(rows: "QuerySet[LedgerAccount]") -> Iterator[list[UUID]]:
    """The ids, so many at a time, each account once, whatever becomes of it meanwhile."""
    ordered = rows.order_by("pk").values_list("pk", flat=True)
    piece = list(ordered[:AT_ONCE])
    while piece:
        yield piece
        piece = list(ordered.filter(pk__gt=piece[-1])[:AT_ONCE])


def _open(account_ids: list[UUID], rule: ValidityRule, now: datetime) -> tuple[Books, list[_Ending]]:
    """Lock the accounts, and look again at the end of each."""
    store = [system_account(kind, now=now) for kind in (AccountKind.BREAKAGE, AccountKind.ALLOWANCE_BREAKAGE)]
    books = Books.open([*account_ids, *store], now=now)
    endings = []
    told = told_of(account_ids)
    for account_id in account_ids:
        account = books.account(account_id)
        used_at = account.last_used_at or account.opened_at
        end = end_of(account.expires_at, used_at, told.dormancy(account_id), now, rule_for(account.kind, rule))
        if end is not None and account.available > 0:
            endings.append(_Ending(account, end, told.knows(account_id, end)))
    return books, endings


def _tell(endings: list[_Ending], rule: ValidityRule, now: datetime) -> None:
    """Write down and announce, once for each card and day."""
    days: set[tuple[str, str]] = set()
    for each in endings:
        at = each.end.at if each.end.by_dormancy else untold_end(each.end.at, now, rule)
        if at != each.end.at:
            LedgerAccount.objects.filter(pk=each.account.id).update(expires_at=at)
        ExpiryNotice.objects.create(
            account_id=each.account.id, due_at=at, by_dormancy=each.end.by_dormancy, told_at=now
        )
        days.add((str(each.account.holder_id), _day(at)))
    for account_id, day in sorted(days):
        announce(CreditExpiring(account_id, day))


def _lapse(books: Books, ending: _Ending, now: datetime) -> int:
    """Enter the transfer by which what is left goes to the store; gives how much."""
    account, amount = ending.account, ending.account.available
    if account.kind == ALLOWANCE:
        kind, code = AccountKind.ALLOWANCE_BREAKAGE, CODE_MINUTES_EXPIRED
    else:
        kind, code = AccountKind.BREAKAGE, CODE_CREDIT_DORMANT if ending.end.by_dormancy else CODE_CREDIT_EXPIRED
    # What was spent before only grows, so every lapse of an account has a name of its own.
    key = f"lapse:{account.id}:{account.debits_posted}"
    books.transfer(Posting(account.id, system_account(kind, now=now), amount, code, key))
    return amount


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
