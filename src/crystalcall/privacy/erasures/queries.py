"""What can be known of erasures: what is not yet done here, whom the gate must not serve, what providers are asked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Count

from crystalcall.plumbing.rowsets import Rowset
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.erasures.models import Erasure, ProviderTask, SuspendedSubject
from crystalcall.privacy.erasures.values import GRACE, PATIENCE, Ask, ErasureFigures, PendingErasure, ProviderTaskView
from crystalcall.privacy.keepers import Person, Way
from crystalcall.privacy.keys.marks import marks
from crystalcall.privacy.queries import providers_of_subjects

PIECE: Final = 500
_suspended: Final = Rowset(SuspendedSubject)


def lines_not_done(lines: Sequence[ledger.Line] | None = None) -> tuple[ledger.Line, ...]:
    """The ledger's lines (those given, or all) that this database has not carried out, oldest first.

    Errors: ledger.LedgerBrokenError.
    """
    lines = ledger.lines() if lines is None else lines
    done: set[str] = set()
    for start in range(0, len(lines), PIECE):
        hashes = [line.hash for line in lines[start : start + PIECE]]
        done.update(Erasure.objects.filter(line_hash__in=hashes).values_list("line_hash", flat=True))
    return tuple(line for line in lines if line.hash not in done)


def pending_erasures(*, now: datetime) -> tuple[PendingErasure, ...]:
    """Erasures that were begun more than some minutes ago and are not carried out, oldest first.

    Errors: ledger.LedgerBrokenError.
    """
    late = (line for line in lines_not_done() if line.at <= now - GRACE)
    return tuple(PendingErasure(line.number, line.at, line.at + PATIENCE) for line in late)


def beyond_ledger() -> int:
    """How many erasures were carried out here that the ledger does not know: then it is not the newest copy of it.

    Destructions in the archive, which the key store knows, are counted with them.

    Errors: ledger.LedgerBrokenError.
    """
    erasures, destroyed = ledger.both()
    known = {line.hash for line in erasures} | {line.hash for line in destroyed}
    here = Erasure.objects.values_list("line_hash", flat=True).iterator()
    return sum(text not in known for text in here) + len(marks() - known)


def suspended(subjects: Collection[str]) -> frozenset[str]:
    """Which of these opaque names belong to somebody found to be a child: one statement for all."""
    return frozenset(row[0] for row in _suspended.fetch(("subject",), "subject", subjects))


def providers_told(person: Person) -> Mapping[str, tuple[str, ...]]:
    """Which providers got something about this person, and under which names they know it."""
    return providers_of_subjects(person.disclosure_subjects)


def provider_tasks(*, is_open: bool | None = True, at_most: int = 500) -> tuple[ProviderTaskView, ...]:
    """What providers are to be asked, oldest first; None for done and open ones."""
    rows = ProviderTask.objects.order_by("opened_at", "pk")
    if is_open is not None:
        rows = rows.filter(done_at__isnull=is_open)
    return tuple(
        ProviderTaskView(
            row.pk, row.provider, Ask(row.ask), row.reference, row.opened_at, row.done_at, row.amount_micros
        )
        for row in rows[:at_most]
    )


def erasure_figures(since: datetime, until: datetime) -> ErasureFigures:
    """How many erasures were carried out in a time, by way."""
    rows = Erasure.objects.filter(erased_at__gte=since, erased_at__lt=until)
    by_way = {Way(way): number for way, number in rows.values_list("way").annotate(Count("pk")).order_by("way")}
    return ErasureFigures(by_way, rows.filter(replayed=True).count())
