"""How often links are mailed: counted by what was typed and by the mailbox that got them, never by who asked."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.people import addressee_of
from crystalcall.rules.privacy.linking import LinkTerms, NotBefore, link_terms, link_terms_of_askings

COUNTED_FOR: Final = timedelta(hours=28)
"""So long a request that nobody proved is kept to be counted: a day, and the longest life of a link within it."""
LOOKED_AT: Final = 200
"""Of more askings in that time the newest count; mails are far fewer."""


def terms_for_asking(mailbox: str, order_number: str, *, now: datetime) -> LinkTerms | NotBefore:
    """Whether a link goes out now, as far as what was typed before tells: the same for known and unknown."""
    same = Q(pk__isnull=True)
    if mailbox:
        name = bytes.fromhex(mailbox)
        same |= Q(asked_mailbox=name) | Q(mailbox=name, verified_at__isnull=False)
    if order_number:
        same |= Q(order_number=order_number)
    return link_terms_of_askings(_moments(PrivacyRequest.objects.filter(same), now), now=now)


def terms_for_mailing(row: PrivacyRequest, mailbox: bytes, *, now: datetime) -> LinkTerms | NotBefore:
    """Whether a link may go to this mailbox now, whatever was typed for it and for others before."""
    others = PrivacyRequest.objects.filter(mailbox=mailbox).exclude(pk=row.pk)
    return link_terms(_moments(others, now), now=now)


def link_is_due(reference: str, *, now: datetime) -> bool:
    """Whether the link of this request is still to be mailed, and may be."""
    row = PrivacyRequest.objects.filter(reference=reference, closed_at__isnull=True, verified_at__isnull=True).first()
    found = None if row is None else addressee_of(row)
    if row is None or found is None:
        return False
    return isinstance(terms_for_mailing(row, found.mailbox, now=now), LinkTerms)


def _moments(rows: QuerySet[PrivacyRequest], now: datetime) -> list[datetime]:
    lately = rows.filter(received_at__gt=now - COUNTED_FOR).order_by("-received_at")
    return list(lately.values_list("received_at", flat=True)[:LOOKED_AT])
