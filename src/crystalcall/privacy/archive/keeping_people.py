"""How the archive answers for a person: what lies sealed about them and until when, and a child's is destroyed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.archive.actions.destroying import destroy_older, destroy_people
from crystalcall.privacy.archive.models import ArchiveLot
from crystalcall.privacy.archive.personal_data import RETENTION
from crystalcall.privacy.archive.queries import finder_of, lots_about
from crystalcall.privacy.archive.values import LotView
from crystalcall.privacy.inventory import Personal, declaration_of
from crystalcall.privacy.keepers import (
    Cell,
    Column,
    ColumnKind,
    Counts,
    Erasing,
    Keeper,
    NameKind,
    Person,
    Section,
    Way,
)
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.retention_classes import CLASSES

ARCHIVED: Final = Section(
    "sealed_archive",
    _("What is sealed of what you changed or deleted"),
    (
        Column("subject", _("Your number in our records"), fields=("privacy.ArchiveLot.subject",)),
        Column("fields", _("Names of the fields"), ColumnKind.LIST, for_machines=True),
        Column("what", _("What"), ColumnKind.LIST),
        Column("sealed_at", _("Sealed"), ColumnKind.MOMENT),
        Column("kept_until", _("Destroyed at the latest"), ColumnKind.MOMENT),
        Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER),
    ),
)


class ArchiveKeeper(Keeper):
    """Lots by their subject, and by the mailbox that was put away with them."""

    room = "archive"
    sections = (ARCHIVED,)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """What lies there, without what it says: nobody can read that here."""
        return {ARCHIVED.key: [_row(lot) for lot in lots_about(_subjects(person))]}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """A child's is destroyed at once, and all of whoever wants nothing kept; else it stays for its own time."""
        if erasing.way is not Way.CHILD and not erasing.nothing_sealed:
            return {}
        return {"archived_values": destroy_people(_subjects(person), now=erasing.now)}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Destroy lots that were sealed before then."""
        ended = CLASSES[RETENTION].ends(before)
        if retention != RETENTION or ended is None:
            return {}
        over = min(ended, now)
        return {"archived_values": destroy_older(archive_class=RETENTION, before=over, now=now, limit=limit)}


def _subjects(person: Person) -> list[UUID]:
    """The person's own ids, and those under which the same mailbox was put away before."""
    finders = [finder_of(mailbox) for mailbox in person.of(NameKind.MAILBOX)]
    earlier = ArchiveLot.objects.filter(finder__in=finders).values_list("subject", flat=True)
    return sorted({*person.key_subjects, *earlier})


def _row(lot: LotView) -> tuple[Cell, ...]:
    return (
        str(lot.subject),
        lot.fields,
        tuple(_words(field) for field in lot.fields),
        lot.sealed_at,
        lot.kept_until,
        lot.policy_version,
    )


def _words(field: str) -> str:
    declared = declaration_of(field)
    return str(declared.words) if isinstance(declared, Personal) else field
