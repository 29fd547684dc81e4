"""How cases answer for a person: what was handed over about them, once they may know it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.privacy.authorities.actions.forgetting import forget_child
from crystalcall.privacy.authorities.actions.telling import forget_told, lapse_open
from crystalcall.privacy.authorities.models import AuthorityDisclosure
from crystalcall.privacy.authorities.notices import forget_contacts_about
from crystalcall.privacy.authorities.personal_data import RETENTION
from crystalcall.privacy.authorities.queries import told_about, told_references
from crystalcall.privacy.authorities.values import Told
from crystalcall.privacy.authorities.wording import words_of
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

KINDS: Final = {
    "order": pgettext_lazy("export", "an authority ordered it"),
    "report": pgettext_lazy("export", "we reported an unlawful act"),
}
HANDED: Final = Section(
    "authorities",
    _("What authorities got about you"),
    (
        Column("about", _("Under which numbers"), ColumnKind.LIST, ("privacy.AuthorityDisclosure.subject",)),
        Column("case", _("Number of the case")),
        Column("authority", _("Who")),
        Column("kind", _("Why"), words=KINDS),
        Column("fields", _("Names of the fields"), ColumnKind.LIST, for_machines=True),
        Column("what", _("What"), ColumnKind.LIST),
        Column("since", _("From which day")),
        Column("until", _("Up to which day")),
        Column("handed_at", _("When"), ColumnKind.MOMENT),
        Column("told_at", _("You were told"), ColumnKind.MOMENT),
    ),
)


class AuthoritiesKeeper(Keeper):
    """Cases about a person that the person may know of."""

    room = "authorities"
    sections = (HANDED,)

    def resolve(self, person: Person) -> Iterable[tuple[NameKind, str]]:
        """The cases that were told: mails about them are the person's."""
        return ((NameKind.REQUEST, reference) for reference in told_references(person.disclosure_subjects))

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """A row for each case in which something was handed over."""
        return {HANDED.key: [_row(names, each) for names, each in told_about(person.disclosure_subjects)]}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Forget to whom what was told points; while an order of silence stands the case keeps it, but of no child.

        So it does with the address for the one mail that is due when the silence ends. Of a child letters and queries
        go as well.
        """
        cases = 0
        rows = AuthorityDisclosure.objects.filter(subject__in=person.disclosure_subjects)
        if erasing.way is Way.CHILD:
            cases = forget_child(person, now=erasing.now)
            forget_contacts_about(person.disclosure_subjects, now=erasing.now)
        else:
            rows = rows.filter(case__told_at__isnull=False)
        deleted, _by_model = rows.delete()
        return {"authority_disclosures": deleted, "authority_letters": cases}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Delete cases that were closed so long ago, and close those that nobody decided in all that time."""
        if retention != RETENTION:
            return {}
        lapsed = lapse_open(before=before, now=now, limit=limit)
        return {"authority_cases": forget_told(before=before, now=now, limit=limit), "authority_cases_lapsed": lapsed}


def _row(names: tuple[str, ...], told: Told) -> tuple[Cell, ...]:
    return (
        *(names, told.reference, told.authority, told.kind.value, told.fields, words_of(told.fields)),
        *(told.since.isoformat(), told.until.isoformat(), told.handed_at, told.told_at),
    )
