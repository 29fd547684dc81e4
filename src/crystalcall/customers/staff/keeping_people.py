"""How this room answers for a customer: what staff did about them; and how members of staff are forgotten in time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.customers.staff import acts
from crystalcall.customers.staff.models import AuditEntry, AuditHorizon, AuditReason, Proposal, SetUpLink, StaffMember
from crystalcall.customers.staff.personal_data import ACTS, STAFF
from crystalcall.customers.staff.values import Outcome, SubjectKind
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Counts, Erasing, Keeper, NameKind, Person, Section
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.purposes import Purpose

STEPS: Final = "signing_in"
NAMES: Final[Mapping[SubjectKind, NameKind]] = {
    SubjectKind.CUSTOMER: NameKind.CUSTOMER,
    SubjectKind.ORDER: NameKind.ORDER,
    SubjectKind.CARD: NameKind.CARD,
    SubjectKind.REQUEST: NameKind.REQUEST,
}
"""By which names of a person a line of the log is about them."""

KINDS: Final = {
    "customer": pgettext_lazy("export", "you as a customer"),
    "order": pgettext_lazy("export", "an order"),
    "card": pgettext_lazy("export", "a card"),
    "request": pgettext_lazy("export", "a request about data"),
}
OUTCOMES: Final = {
    Outcome.DONE.value: pgettext_lazy("export", "done"),
    Outcome.REFUSED.value: pgettext_lazy("export", "refused by the program"),
}


def act_said(act: str, _language: str) -> str:
    """An act, in words of the active language."""
    return str(acts.words(act))


def _fields(*names: str) -> tuple[str, ...]:
    return tuple(f"staff.AuditEntry.{name}" for name in names)


DONE: Final = Section(
    "staff_acts",
    _("What our staff did about you"),
    (
        Column("about", _("About"), fields=_fields("subject_kind"), words=KINDS),
        Column("number", _("Under which number"), fields=_fields("subject_name")),
        Column("act", _("What was done"), fields=_fields("act"), say=act_said),
        Column("detail", _("More"), fields=_fields("detail"), for_machines=True),
        Column("outcome", _("Outcome"), fields=_fields("outcome"), words=OUTCOMES),
        Column("at", _("When"), ColumnKind.MOMENT, _fields("at")),
    ),
)


class StaffKeeper(Keeper):
    """What staff did about customers; and members of staff, whom no right of a customer reaches here."""

    room = "staff"
    sections = (DONE,)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Every act about the person, oldest first; never who of the staff it was, nor in which words they say why."""
        rows = AuditEntry.objects.filter(_about(person)).order_by("pk")
        return {
            DONE.key: [(row.subject_kind, row.subject_name, row.act, row.detail, row.outcome, row.at) for row in rows]
        }

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Delete every reason that was written about them; the lines stay, and lead to nobody any more."""
        mine = _about(person)
        deleted, _by_model = AuditReason.objects.filter(entry__in=AuditEntry.objects.filter(mine)).delete()
        unsaid = Proposal.objects.filter(mine, sealed_reason__isnull=False).update(sealed_reason=None)
        return {"staff_reasons": deleted + unsaid}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Forget members who left long ago, acts as old that no legal hold holds, and set-up addresses that ended."""
        if retention == STAFF:
            return {"staff_members": _forget_members(before, now, limit)}
        if retention == ACTS:
            return {"staff_acts": _forget_acts(before, limit)}
        return {"set_up_addresses": _forget_addresses(now, limit)} if retention == STEPS else {}


def _about(person: Person) -> Q:
    """Lines about any of the person's names; none where they have none."""
    found = Q(pk__in=())
    for subject, name in NAMES.items():
        if names := person.of(name):
            found |= Q(subject_kind=subject.value, subject_name__in=names)
    return found


def _forget_members(before: datetime, now: datetime, limit: int) -> int:
    with transaction.atomic():
        rows = StaffMember.objects.select_for_update().filter(disabled_at__lt=before).order_by("pk")[:limit]
        gone = [row.pk for row in rows]
        StaffMember.objects.filter(pk__in=gone).delete()
        if gone:
            # Only once it is certain: nothing brings a key back. What they wrote opens nowhere from then on.
            transaction.on_commit(lambda: destroy(gone, now=now))
    return len(gone)


def _forget_addresses(now: datetime, limit: int) -> int:
    over = list(SetUpLink.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:limit])
    return SetUpLink.objects.filter(pk__in=over).delete()[0]


def _forget_acts(before: datetime, limit: int) -> int:
    """Delete lines and proposals that are older; the horizon rises first, since the database lets none go before."""
    held = Q(pk__in=())
    for subject, name in NAMES.items():
        held |= Q(subject_kind=subject.value, subject_name__in=held_names(name))
    with transaction.atomic():
        _raise_horizon(before)
        old = AuditEntry.objects.filter(at__lt=before).exclude(held).order_by("pk")
        numbers = list(old.values_list("pk", flat=True)[:limit])
        AuditReason.objects.filter(pk__in=numbers).delete()
        AuditEntry.objects.filter(pk__in=numbers).delete()
        ended = Proposal.objects.filter(proposed_at__lt=before).exclude(held).order_by("pk")
        proposals = list(ended.values_list("pk", flat=True)[:limit])
        Proposal.objects.filter(pk__in=proposals).delete()
    return len(numbers) + len(proposals)


def _raise_horizon(moment: datetime) -> None:
    row, is_new = AuditHorizon.objects.get_or_create(pk=1, defaults={"kept_from": moment})
    if not is_new and row.kept_from < moment:
        AuditHorizon.objects.filter(pk=1, kept_from__lt=moment).update(kept_from=moment)
