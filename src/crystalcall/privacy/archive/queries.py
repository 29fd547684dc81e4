"""What can be told of the archive without opening it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from crystalcall.privacy import keepers
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot, ArchiveOpening
from crystalcall.privacy.archive.values import ArchiveStanding, LotView, OpeningView
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.keys.sealing import find_index
from crystalcall.privacy.officers.queries import active, officers

FINDER: Final = "privacy.ArchiveLot.finder"


def finder_of(mailbox: str) -> bytes:
    """By which a mailbox's lots are found: a keyed hash of its name (`keepers.mailbox`), the same as nowhere else."""
    return find_index(mailbox, FINDER)


def stands() -> bool:
    """Whether anything is put away at present: it takes two officers."""
    return standing_officers() >= 2  # noqa: PLR2004 - two persons


def standing_officers() -> int:
    """How many officers serve."""
    return len(active())


def archive_standing() -> ArchiveStanding:
    """The archive in figures."""
    return ArchiveStanding(
        officers=standing_officers(),
        lots=ArchiveLot.objects.count(),
        values=ArchivedValue.objects.count(),
        waiting_openings=ArchiveOpening.objects.filter(closed_at__isnull=True).count(),
    )


def lots_about(subjects: Collection[UUID]) -> tuple[LotView, ...]:
    """What was put away about these subjects, oldest first; never the values."""
    rows = ArchiveLot.objects.filter(subject__in=list(subjects)).prefetch_related("values")
    return tuple(view_of(row) for row in rows.order_by("sealed_at", "pk"))


def subjects_of(who: str) -> frozenset[UUID]:
    """Whom an e-mail address, an order's number or a subject's own id means, of those who have something put away.

    Also people who were forgotten: by the address that was put away with the rest.
    """
    named: set[UUID] = set()
    try:
        named.add(UUID(who))
    except ValueError:
        mailbox = keepers.mailbox(who) if "@" in who else None
        named |= set(keepers.find(mailbox=mailbox, order_number=who.strip().upper()).ids(NameKind.CUSTOMER))
        if mailbox is not None:
            rows = ArchiveLot.objects.filter(finder=finder_of(mailbox))
            named |= set(rows.values_list("subject", flat=True))
    return frozenset(ArchiveLot.objects.filter(subject__in=named).values_list("subject", flat=True))


def openings(*, now: datetime, closed_too: bool = False, at_most: int = 500) -> tuple[OpeningView, ...]:
    """Openings that wait for a second officer (or all), the newest first."""
    names = {each.fingerprint: each.name for each in officers()}
    rows = ArchiveOpening.objects.order_by("-asked_at", "-pk")
    if not closed_too:
        rows = rows.filter(closed_at__isnull=True, expires_at__gt=now)
    return tuple(
        OpeningView(
            reference=row.reference,
            asked_by=names.get(row.asked_by, row.asked_by),
            lots=len(row.lots),
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            opened_at=row.opened_at,
            veiled=row.veiled,
        )
        for row in rows[:at_most]
    )


def view_of(row: ArchiveLot) -> LotView:
    """A lot as a value."""
    return LotView(
        lot=row.pk,
        subject=row.subject,
        archive_class=row.archive_class,
        fields=tuple(sorted(value.field for value in row.values.all())),
        sealed_at=row.sealed_at,
        kept_until=row.kept_until,
        policy_version=row.policy_version,
    )
