"""The audit of the books: a list of small functions, each of which reads one moment of the books in one statement.

Because a statement sees one moment whatever else goes on, the audit may run beside live traffic and finds
nothing that is only in motion. What an account or a reservation must satisfy is said in `rules/ledger.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from django.db import connection, models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from crystalcall.minutes.ledger.models import OPEN, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.values import Finding, TrialLine
from crystalcall.plumbing import append_only
from crystalcall.rules.ledger import (
    MAX_AMOUNT_MICROS,
    AccountFacts,
    ReservationFacts,
    account_findings,
    reservation_findings,
)

CHUNK: Final = 2000


def audit() -> list[Finding]:
    """Everything that is wrong with the books; empty when they are in order."""
    return [finding for rule in AUDIT_RULES for finding in rule()]


def trial_balance() -> tuple[TrialLine, ...]:
    """All accounts by kind, counted from the transfers in one moment."""
    lines: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for facts in _account_facts():
        line = lines[facts.kind]
        line[0] += 1
        line[1] += facts.debits_of_transfers_micros
        line[2] += facts.credits_of_transfers_micros
        line[3] += facts.open_reservations_micros
    return tuple(TrialLine(kind, *lines[kind]) for kind in sorted(lines))


def transfers_are_whole() -> Iterator[Finding]:
    """Every transfer moves a positive amount between two accounts that exist, so that it balances."""
    known = LedgerAccount.objects.all()
    broken = Transfer.objects.annotate(
        debited=Exists(known.filter(pk=OuterRef("debit_account_id"))),
        credited=Exists(known.filter(pk=OuterRef("credit_account_id"))),
    ).filter(
        Q(amount_micros__lt=1)
        | Q(amount_micros__gt=MAX_AMOUNT_MICROS)
        | Q(debit_account_id=F("credit_account_id"))
        | Q(debited=False)
        | Q(credited=False)
    )
    for row in broken.iterator(CHUNK):
        yield Finding(
            "transfers_are_whole",
            f"transfer {row.pk}",
            f"it moves {row.amount_micros} micros from {row.debit_account_id} to {row.credit_account_id}, "
            "which is no movement between two accounts",
        )


def accounts_add_up() -> Iterator[Finding]:
    """Totals, holds and floors of every account agree with its transfers and reservations."""
    yield from account_findings(_account_facts())


def reservations_add_up() -> Iterator[Finding]:
    """Every reservation was settled as its transfer says, at most once, within its hold."""
    yield from reservation_findings(_reservation_facts())


def books_balance() -> Iterator[Finding]:
    """Over all accounts, what was debited is what was credited."""
    lines = trial_balance()
    debits, credited = sum(line.debits_micros for line in lines), sum(line.credits_micros for line in lines)
    if debits != credited:
        yield Finding("books_balance", "the books", f"{debits} micros are debited, but {credited} are credited")


def keys_are_unique() -> Iterator[Finding]:
    """No fact was booked twice: each key stands once, even where an index was lost."""
    fields: tuple[tuple[type[models.Model], str], ...] = (
        (Transfer, "idempotency_key"),
        (Reservation, "key"),
        (LedgerAccount, "key"),
    )
    for model, field in fields:
        rows = model._default_manager.values(field)  # noqa: SLF001 - Django's documented name
        for row in rows.annotate(times=Count("pk")).filter(times__gt=1).order_by(field):
            subject = f"{model.__name__} {row[field]}"
            yield Finding("keys_are_unique", subject, f"its key stands {row['times']} times")


def triggers_stand() -> Iterator[Finding]:
    """The database refuses to change what was written: its triggers are in place, on every append-only table."""
    for name in append_only.missing_triggers():
        yield Finding("triggers_stand", f"trigger {name}", "it is missing: entries could be changed unseen")


def constraints_stand() -> Iterator[Finding]:
    """The database refuses what the rules refuse: the declared constraints are in place."""
    with connection.cursor() as cursor:
        for model in (LedgerAccount, Reservation, Transfer):
            table = model._meta.db_table  # noqa: SLF001 - _meta is Django's documented model API
            present = connection.introspection.get_constraints(cursor, table)
            for constraint in model._meta.constraints:  # noqa: SLF001 - as above
                if constraint.name not in present:
                    yield Finding("constraints_stand", f"constraint {constraint.name}", f"it is missing from {table}")


AUDIT_RULES: Final[tuple[Callable[[], Iterator[Finding]], ...]] = (
    transfers_are_whole,
    accounts_add_up,
    reservations_add_up,
    books_balance,
    keys_are_unique,
    triggers_stand,
    constraints_stand,
)


def _sum(rows: models.QuerySet[Transfer] | models.QuerySet[Reservation], by: str) -> Coalesce:
    """The sum of `amount_micros` of rows that name the outer row in `by`; 0 where there are none."""
    total = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(total=Sum("amount_micros"))
    return Coalesce(Subquery(total.values("total")), 0, output_field=models.BigIntegerField())


def _account_facts() -> Iterator[AccountFacts]:
    rows = LedgerAccount.objects.annotate(
        debited=_sum(Transfer.objects.all(), "debit_account"),
        credited=_sum(Transfer.objects.all(), "credit_account"),
        reserved=_sum(Reservation.objects.filter(state=OPEN), "account"),
    ).values_list(
        *("pk", "kind", "debits_posted_micros", "credits_posted_micros", "held_micros"),
        *("debited", "credited", "reserved"),
    )
    for pk, *rest in rows.order_by("pk").iterator(CHUNK):
        yield AccountFacts(str(pk), *rest)


def _reservation_facts() -> Iterator[ReservationFacts]:
    mine = Transfer.objects.filter(reservation=OuterRef("pk")).order_by().values("reservation")
    counted = mine.annotate(total=Count("pk")).values("total")
    from_account = mine.filter(debit_account=OuterRef("account")).annotate(total=Count("pk")).values("total")
    rows = Reservation.objects.annotate(
        transfers=Coalesce(Subquery(counted), 0),
        transferred=_sum(Transfer.objects.all(), "reservation"),
        from_account=Coalesce(Subquery(from_account), 0),
    ).values_list(
        *("pk", "account_id", "state", "amount_micros", "posted_micros"),
        *("transfers", "transferred", "from_account"),
    )
    for pk, account_id, *rest in rows.order_by("pk").iterator(CHUNK):
        yield ReservationFacts(str(pk), str(account_id), *rest)
