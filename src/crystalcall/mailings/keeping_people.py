"""How this room shows which mails a person got, and takes back what waits to be sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import NoticeKind, NoticeState
from crystalcall.privacy.holds.queries import held_names
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

ENDABLE: Final = (NoticeKind.PRICES_RISE, NoticeKind.POLICY_CHANGES, NoticeKind.POLICY_WITHDRAWN)
"""What is only sent because somebody wished for it."""

KINDS: Final = {
    "order_fulfilled": pgettext_lazy("export", "your PIN"),
    "credit_expiring": pgettext_lazy("export", "credit will expire"),
    "credit_expired": pgettext_lazy("export", "credit has expired"),
    "prices_rise": pgettext_lazy("export", "prices rise"),
    "policy_changes": pgettext_lazy("export", "the policy changes"),
    "policy_withdrawn": pgettext_lazy("export", "the policy does not change after all"),
    "privacy_link": pgettext_lazy("export", "link about your data"),
    "privacy_change": pgettext_lazy("export", "confirm a new address"),
    "privacy_changed": pgettext_lazy("export", "your address was changed"),
    "privacy_extended": pgettext_lazy("export", "your request takes longer"),
    "privacy_denied": pgettext_lazy("export", "your request was refused"),
    "authority_told": pgettext_lazy("export", "an authority got data about you"),
    "sign_in_link": pgettext_lazy("export", "link for signing in"),
    "sign_in_news": pgettext_lazy("export", "news about signing in"),
}
STATES: Final = {
    "queued": pgettext_lazy("export", "waits to be sent"),
    "sent": pgettext_lazy("export", "sent"),
    "failed": pgettext_lazy("export", "could not be sent"),
    "dropped": pgettext_lazy("export", "not sent, no longer needed"),
}

MAILS: Final = Section(
    "mails",
    _("Mails to you"),
    (
        Column("order_number", _("Order number"), fields=("mailings.Notice.order_number",)),
        Column("kind", _("What it told"), fields=("mailings.Notice.kind",), words=KINDS),
        Column("about", _("About"), fields=("mailings.Notice.about",), for_machines=True),
        Column("state", _("State"), fields=("mailings.Notice.state",), words=STATES),
        Column("created_at", _("Queued"), ColumnKind.MOMENT, ("mailings.Notice.created_at",)),
        Column("sent_at", _("Sent"), ColumnKind.MOMENT, ("mailings.Notice.sent_at",)),
    ),
)


class MailingsKeeper(Keeper):
    """Notices by order number or by the reference of a privacy request; no text and no address is kept."""

    room = "mailings"
    sections = (MAILS,)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Every mail that was or is to be sent."""
        rows = _notices(person).order_by("created_at", "pk")
        return {MAILS.key: list(rows.values_list("order_number", "kind", "about", "state", "created_at", "sent_at"))}

    def stop(self, person: Person, *, now: datetime) -> Counts:
        """Drop what waits and was only wished for."""
        return {"mails_dropped": _drop(_notices(person).filter(kind__in=[kind.value for kind in ENDABLE]))}

    def suspend(self, person: Person, *, now: datetime) -> Counts:
        """Drop everything that waits."""
        return {"mails_dropped": _drop(_notices(person))}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Drop everything that waits, but for what tells of an authority: whoever was forgotten is told too."""
        waiting = _notices(person)
        if erasing.way is not Way.CHILD:
            waiting = waiting.exclude(kind=NoticeKind.AUTHORITY_TOLD.value)
        return {"mails_dropped": _drop(waiting)}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Delete what is known of mails that were made before then and wait no more."""
        if retention != "mail_notice":
            return {}
        held = held_names(NameKind.ORDER)
        rows = Notice.objects.filter(created_at__lt=before).exclude(state=NoticeState.QUEUED.value)
        old = list(rows.exclude(order_number__in=held).order_by("pk").values_list("pk", flat=True)[:limit])
        Notice.objects.filter(pk__in=old).delete()
        return {"mail_notices": len(old)}


def _notices(person: Person) -> "QuerySet[Notice]":
    by_order = Q(order_number__in=person.of(NameKind.ORDER))
    return Notice.objects.filter(by_order | Q(order_number="", about__in=person.of(NameKind.REQUEST)))


def message_ids(person: Person) -> list[str]:
    """By which the carrier knows the mails that it took about this person, besides those that name an order."""
    taken = _notices(person).filter(order_number="", state=NoticeState.SENT.value)
    return list(taken.order_by("pk").values_list("message_id", flat=True))


def _drop(notices: "QuerySet[Notice]") -> int:
    return notices.filter(state=NoticeState.QUEUED.value).update(
        state=NoticeState.DROPPED.value, next_try_at=None, failure="", failure_code=0
    )
