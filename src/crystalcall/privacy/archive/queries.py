"""What can be told of the archive without opening it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from crystalcall.privacy import keepers
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveFinder, ArchiveLot, ArchiveOpening, ArchiveRewrap
from crystalcall.privacy.archive.values import PAIR, ArchiveStanding, LotView, OpeningView, RewrapView
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.keys.sealing import find_index
from crystalcall.privacy.keys.wraps import count_lacking, count_people, recipients_of, shut_to
from crystalcall.privacy.officers.queries import active, officers

FINDER: Final = "privacy.ArchiveLot.finder"
ORDER_FINDER: Final = "privacy.ArchiveFinder.finder"


def finder_of(mailbox: str) -> bytes:
    """By which a mailbox's lots are found: a keyed hash of its name (`keepers.mailbox`), the same as nowhere else."""
    return find_index(mailbox, FINDER)


def finder_of_order(order_number: str) -> bytes:
    """The same of an order's number, as a person writes it."""
    return find_index(order_number.strip().upper(), ORDER_FINDER)


def stands() -> bool:
    """Whether anything is put away at present: it takes two officers."""
    return len(active()) >= PAIR


def archive_standing() -> ArchiveStanding:
    """The archive in figures."""
    serving = [each.fingerprint for each in active()]
    return ArchiveStanding(
        officers=len(serving),
        lots=ArchiveLot.objects.count(),
        values=ArchivedValue.objects.count(),
        waiting_openings=ArchiveOpening.objects.filter(closed_at__isnull=True).count(),
        people=count_people(),
        lacking=count_lacking(serving),
        shut=len(shut_to(serving)),
    )


def lots_about(subjects: Collection[UUID]) -> tuple[LotView, ...]:
    """What was put away about these subjects, oldest first; never the values."""
    rows = ArchiveLot.objects.filter(subject__in=list(subjects)).prefetch_related("values")
    return tuple(view_of(row) for row in rows.order_by("sealed_at", "pk"))


def subjects_of(who: str) -> frozenset[UUID]:
    """Whom an e-mail address, an order's number or a subject's own id means, of those who have something put away.

    Also people who were forgotten: by the address that was put away with the rest, and by their orders. Nobody whose
    archive was destroyed is found, even where a backup brought its rows back.
    """
    named: set[UUID] = set()
    try:
        named.add(UUID(who))
    except ValueError:
        mailbox = keepers.mailbox(who) if "@" in who else None
        number = None if mailbox else who.strip().upper()
        named |= set(keepers.find(mailbox=mailbox, order_number=number).ids(NameKind.CUSTOMER))
        if mailbox is not None:
            rows = ArchiveLot.objects.filter(finder=finder_of(mailbox))
            named |= set(rows.values_list("subject", flat=True))
        else:
            found = ArchiveFinder.objects.filter(finder=finder_of_order(who))
            named |= set(found.values_list("subject", flat=True))
    lots = ArchiveLot.objects.filter(subject__in=named).values_list("subject", flat=True)
    return frozenset(recipients_of(list(lots)))


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
            case=row.case,
        )
        for row in rows[:at_most]
    )


def rewraps(*, now: datetime) -> tuple[RewrapView, ...]:
    """Rewraps that wait for their second officer, the newest first."""
    rows = ArchiveRewrap.objects.filter(closed_at__isnull=True, expires_at__gt=now).order_by("-asked_at", "-pk")
    return tuple(rewrap_view(row) for row in rows)


def rewrap_view(row: ArchiveRewrap) -> RewrapView:
    """A rewrap as a value, with the officers' names."""
    names = {each.fingerprint: each.name for each in officers()}
    return RewrapView(
        reference=row.reference,
        asked_by=names.get(row.asked_by, row.asked_by),
        second=names.get(row.second, row.second),
        officers=tuple(row.officers),
        people=count_people(of=(row.asked_by, row.second)),
        asked_at=row.asked_at,
        expires_at=row.expires_at,
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
