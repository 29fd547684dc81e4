"""The audit of the books: a list of small rules, each of which reads one moment of the books in one statement.

Because a statement sees one moment whatever else goes on, the audit may run beside live traffic and finds
nothing that is only in motion. Sums are made once for all accounts and then matched, so that the work grows with the
entries and not with their square. What an account or a reservation must satisfy is said in `rules/ledger.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Model

from crystalcall.minutes.ledger.models import FLOORED, AuditRun, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.values import AuditOutcome, Finding, TrialLine
from crystalcall.plumbing import append_only
from crystalcall.rules.ledger import MAX_AMOUNT, AccountFacts, ReservationFacts, account_findings, reservation_findings

CHUNK: Final = 2000

Progress = Callable[[str, int, int], None]
"""Told the rule's name, how many rows it has looked at, and of how many."""
Tick = Callable[[int], None]

_FACTS: Final = """
SELECT a.id, a.kind, a.unit, a.debits_posted, a.credits_posted, a.held,
       COALESCE(d.total, 0) AS debits, COALESCE(c.total, 0) AS credits, COALESCE(r.total, 0) AS reserved
FROM ledger_ledgeraccount AS a
LEFT JOIN (SELECT debit_account_id AS id, CAST(SUM(amount) AS bigint) AS total
           FROM ledger_transfer GROUP BY debit_account_id) AS d ON d.id = a.id
LEFT JOIN (SELECT credit_account_id AS id, CAST(SUM(amount) AS bigint) AS total
           FROM ledger_transfer GROUP BY credit_account_id) AS c ON c.id = a.id
LEFT JOIN (SELECT account_id AS id, CAST(SUM(amount) AS bigint) AS total
           FROM ledger_reservation WHERE state = 'reserved' GROUP BY account_id) AS r ON r.id = a.id
"""
_TRIAL: Final = f"""
SELECT kind, unit, COUNT(*), CAST(SUM(debits) AS bigint), CAST(SUM(credits) AS bigint), CAST(SUM(reserved) AS bigint)
FROM ({_FACTS}) AS facts GROUP BY kind, unit ORDER BY kind, unit
"""  # noqa: S608 - both texts stand above
_SETTLEMENTS: Final = """
SELECT r.id, r.account_id, r.state, r.amount, r.posted, COUNT(t.id), CAST(COALESCE(SUM(t.amount), 0) AS bigint),
       CAST(COALESCE(SUM(CASE WHEN t.debit_account_id = r.account_id THEN 1 ELSE 0 END), 0) AS bigint)
FROM ledger_reservation AS r LEFT JOIN ledger_transfer AS t ON t.reservation_id = r.id
GROUP BY r.id, r.account_id, r.state, r.amount, r.posted
"""
_BROKEN_TRANSFERS: Final = """
SELECT t.id, t.amount, t.unit, t.debit_account_id, t.credit_account_id, d.unit, c.unit
FROM ledger_transfer AS t
LEFT JOIN ledger_ledgeraccount AS d ON d.id = t.debit_account_id
LEFT JOIN ledger_ledgeraccount AS c ON c.id = t.credit_account_id
WHERE t.amount < 1 OR t.amount > %s OR t.debit_account_id = t.credit_account_id
   OR d.id IS NULL OR c.id IS NULL OR d.unit <> t.unit OR c.unit <> t.unit
"""
_STRAYS: Final = """
SELECT 'reservation', r.id, r.account_id FROM ledger_reservation AS r
LEFT JOIN ledger_ledgeraccount AS a ON a.id = r.account_id WHERE a.id IS NULL
UNION ALL
SELECT 'transfer', t.idempotency_key, t.reservation_id FROM ledger_transfer AS t
LEFT JOIN ledger_reservation AS r ON r.id = t.reservation_id WHERE t.reservation_id IS NOT NULL AND r.id IS NULL
UNION ALL
SELECT 'account', a.id, a.holder_id FROM ledger_ledgeraccount AS a
LEFT JOIN ledger_ledgeraccount AS h ON h.id = a.holder_id WHERE a.holder_id IS NOT NULL AND h.id IS NULL
"""


@dataclass(frozen=True, slots=True)
class AuditRule:
    """One rule of the audit: what it finds, and what it counts its way by (nothing, where one look is enough)."""

    find: Callable[[Tick], Iterator[Finding]]
    counted: type[Model] | None = None

    @property
    def name(self) -> str:
        """The function's own name, as findings and progress say it."""
        return self.find.__name__


def audit(progress: Progress | None = None) -> list[Finding]:
    """Everything that is wrong with the books; empty when they are in order."""
    findings: list[Finding] = []
    for rule in AUDIT_RULES:
        total = rule.counted._default_manager.count() if rule.counted else 1  # noqa: SLF001 - Django's documented name

        def tick(done: int, name: str = rule.name, total: int = total) -> None:
            if progress is not None:
                progress(name, min(done, total), total)

        tick(0)
        findings += rule.find(tick)
        tick(total)
    return findings


def trial_balance() -> tuple[TrialLine, ...]:
    """All accounts by kind, counted from the transfers in one moment; the store's unused accounts are left out."""
    lines = [TrialLine(*row) for row in _rows(_TRIAL)]
    return tuple(line for line in lines if line.kind in FLOORED or line.debits or line.credits or line.held)


def last_audit() -> AuditOutcome | None:
    """What the latest audit found, or None where there was none yet."""
    row = AuditRun.objects.order_by("-began_at", "-pk").first()
    if row is None:
        return None
    return AuditOutcome(
        began_at=row.began_at,
        ended_at=row.ended_at,
        accounts=row.accounts,
        transfers=row.transfers,
        reservations=row.reservations,
        findings=row.findings,
        first_findings=tuple(Finding(*entry) for entry in row.report),
    )


def transfers_are_whole(_tick: Tick) -> Iterator[Finding]:
    """Every transfer moves a positive amount between two accounts that exist and count in its unit."""
    for pk, amount, unit, debit, credit, debit_unit, credit_unit in _rows(_BROKEN_TRANSFERS, [MAX_AMOUNT]):
        yield Finding(
            "transfers_are_whole",
            f"transfer {pk}",
            f"it moves {amount} {unit} from {_named(debit)} ({debit_unit}) to {_named(credit)} ({credit_unit}), "
            "which is no movement between two accounts of its unit",
        )


def what_is_named_exists(_tick: Tick) -> Iterator[Finding]:
    """Reservations have an account, postings a reservation, and holders exist: the database itself does not ask."""
    for what, own_id, named in _rows(_STRAYS):
        yield Finding("what_is_named_exists", f"{what} {_named(own_id)}", f"it names {_named(named)}, which is not")


def accounts_add_up(tick: Tick) -> Iterator[Finding]:
    """Totals, holds and floors of every account agree with its transfers and reservations."""
    yield from account_findings(AccountFacts(*row) for row in _counted(_FACTS, tick, ids=1))


def reservations_add_up(tick: Tick) -> Iterator[Finding]:
    """Every reservation was settled as its transfer says, at most once, within its hold."""
    yield from reservation_findings(ReservationFacts(*row) for row in _counted(_SETTLEMENTS, tick, ids=2))


def books_balance(_tick: Tick) -> Iterator[Finding]:
    """In each unit, over all accounts, what was debited is what was credited."""
    sums: dict[str, tuple[int, int]] = {}
    for line in trial_balance():
        debits, credited = sums.get(line.unit, (0, 0))
        sums[line.unit] = debits + line.debits, credited + line.credits
    for unit, (debits, credited) in sums.items():
        if debits != credited:
            yield Finding("books_balance", "the books", f"{debits} {unit} are debited, but {credited} are credited")


def keys_are_unique(_tick: Tick) -> Iterator[Finding]:
    """No fact was booked twice: each key stands once, even where an index was lost."""
    for model, column in ((Transfer, "idempotency_key"), (Reservation, "id"), (LedgerAccount, "key")):
        table = model._meta.db_table  # noqa: SLF001 - _meta is Django's documented model API
        twice = f"SELECT {column}, COUNT(*) FROM {table} GROUP BY {column} HAVING COUNT(*) > 1"  # noqa: S608 - ours
        for key, times in _rows(twice):
            name = key if column == "key" else _named(key)
            yield Finding("keys_are_unique", f"{model.__name__} {name}", f"its key stands {times} times")


def triggers_stand(_tick: Tick) -> Iterator[Finding]:
    """The database refuses to change what was written: its triggers are in place, on every append-only table."""
    for name in append_only.missing_triggers():
        yield Finding("triggers_stand", f"trigger {name}", "it is missing: entries could be changed unseen")


def constraints_stand(_tick: Tick) -> Iterator[Finding]:
    """The database refuses what the rules refuse: the declared constraints are in place."""
    with connection.cursor() as cursor:
        for model in (LedgerAccount, Reservation, Transfer):
            table = model._meta.db_table  # noqa: SLF001 - _meta is Django's documented model API
            present = connection.introspection.get_constraints(cursor, table)
            for constraint in model._meta.constraints:  # noqa: SLF001 - as above
                if constraint.name not in present:
                    yield Finding("constraints_stand", f"constraint {constraint.name}", f"it is missing from {table}")


AUDIT_RULES: Final = (
    AuditRule(transfers_are_whole),
    AuditRule(what_is_named_exists),
    AuditRule(accounts_add_up, LedgerAccount),
    AuditRule(reservations_add_up, Reservation),
    AuditRule(books_balance),
    AuditRule(keys_are_unique),
    AuditRule(triggers_stand),
    AuditRule(constraints_stand),
)


def _rows(text: str, parameters: list[Any] | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of one statement, a piece at a time: the books may be larger than the memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _counted(text: str, tick: Tick, *, ids: int) -> Iterator[tuple[Any, ...]]:
    """The rows of one statement, whose first values are ids; tells its way now and then."""
    plain = connection.vendor == "postgresql"
    for number, row in enumerate(_rows(text), start=1):
        yield row if plain else (*map(_named, row[:ids]), *row[ids:])
        if number % CHUNK == 0:
            tick(number)


def _named(value: UUID | str | None) -> str:
    """An id as people read it; SQLite gives it without its hyphens."""
    return str(UUID(value)) if isinstance(value, str) else str(value)
