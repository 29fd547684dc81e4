"""What can be known of legal holds: whom they hold, and which stand."""

from datetime import datetime

from django.db.models import Count

from crystalcall.privacy.holds.models import HeldName, LegalHold, WaitingErasure
from crystalcall.privacy.holds.values import HoldReason, HoldView, Waiting
from crystalcall.privacy.keepers import NameKind, Person, Way


def held_names(kind: NameKind) -> frozenset[str]:
    """Every name of one kind that a standing hold holds; what has such a name is neither expired nor erased."""
    return frozenset(HeldName.objects.filter(kind=kind.value).values_list("name", flat=True))


def is_held(person: Person, *, since: datetime | None = None) -> bool:
    """Whether a standing hold (placed after a moment, where one is given) holds any of this person's names.

    An erasure that was begun and cut short asks for later ones alone: none stood when it began, so that an earlier one
    in this database is that of a restored backup, and was released long ago.
    """
    held = HeldName.objects.all() if since is None else HeldName.objects.filter(hold__placed_at__gt=since)
    for kind in NameKind:
        names = person.of(kind)
        if names and held.filter(kind=kind.value, name__in=names).exists():
            return True
    return False


def holds(*, released_too: bool = False) -> tuple[HoldView, ...]:
    """Every hold that stands (or ever stood), oldest first."""
    rows = LegalHold.objects.annotate(held=Count("names")).order_by("placed_at", "pk")
    if not released_too:
        rows = rows.filter(released_at__isnull=True)
    return tuple(view_of(row, row.held) for row in rows)


def view_of(row: LegalHold, names: int) -> HoldView:
    """A row as it may be told."""
    return HoldView(
        row.reference, HoldReason(row.reason), row.officer, row.placed_at, row.until, row.released_at, names
    )


def due_for_release(now: datetime) -> tuple[str, ...]:
    """References of the holds whose last day is over and that nobody released."""
    rows = LegalHold.objects.filter(released_at__isnull=True, until__lte=now).order_by("until", "pk")
    return tuple(rows.values_list("reference", flat=True))


def waiting_erasures() -> tuple[Waiting, ...]:
    """The erasures that wait for the end of a hold, in the order in which they were asked for."""
    return tuple(
        Waiting(
            row.pk,
            Person(frozenset((NameKind(kind), name) for kind, name in row.names)),
            Way(row.way),
            row.by,
            row.nothing_sealed,
        )
        for row in WaitingErasure.objects.order_by("asked_at", "pk")
    )
