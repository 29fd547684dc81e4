"""What can be known of requests: how they stand, which are late, and whose data nothing may delete meanwhile."""

from datetime import datetime
from statistics import median

from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.requests.detail import FORMER_ADDRESS, open_detail
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.people import Addressee, addressee_of, person_meant
from crystalcall.privacy.requests.values import AnswerFigures, Channel, RequestView
from crystalcall.privacy.requests.viewing import view_of
from crystalcall.rules.privacy.requesting import RequestState

__all__ = [
    "answer_figures",
    "extension_reason",
    "former_address",
    "late_requests",
    "mail_facts",
    "open_requests",
    "people_answered",
    "people_with_open_requests",
    "person_of_request",
    "request",
    "written",
]


def request(reference: str) -> RequestView | None:
    """The request of this reference, or None."""
    row = PrivacyRequest.objects.filter(reference=reference).first()
    return None if row is None else view_of(row)


def open_requests(*, at_most: int = 500, closed_too: bool = False) -> tuple[RequestView, ...]:
    """Requests that wait for an answer (or all), the one that must be answered first in front.

    What was typed into the site's form and never proved is not among them.
    """
    rows = PrivacyRequest.objects.exclude(channel=Channel.SITE.value, verified_at__isnull=True)
    if not closed_too:
        rows = rows.filter(closed_at__isnull=True)
    return tuple(view_of(row) for row in rows.order_by("expected_by", "pk")[:at_most])


def late_requests(*, now: datetime) -> tuple[RequestView, ...]:
    """Requests that should have been answered by now."""
    return tuple(view for view in open_requests() if view.expected_by < now)


def written(reference: str) -> dict[str, str]:
    """What was written to us with an open request; reading it is for the office, with a reason, into the register."""
    row = PrivacyRequest.objects.filter(reference=reference).first()
    return {} if row is None else open_detail(row)


def extension_reason(reference: str) -> str:
    """Why an answer takes longer, as the person is told; empty where it does not."""
    return written(reference).get("extended", "")


def former_address(reference: str) -> str:
    """The address that a proved new one has just replaced, until it is told so; else empty."""
    return written(reference).get(FORMER_ADDRESS, "")


def person_of_request(reference: str) -> Person:
    """Whom a request is about, as far as anybody says; empty when nobody has that mailbox (any more)."""
    row = PrivacyRequest.objects.filter(reference=reference).first()
    return Person() if row is None else person_meant(row)


def mail_facts(reference: str) -> tuple[RequestView, Addressee] | None:
    """What a mail about a request needs, or None where there is no such request or nobody to write to."""
    row = PrivacyRequest.objects.filter(reference=reference).first()
    to = None if row is None else addressee_of(row)
    return None if row is None or to is None else (view_of(row), to)


def people_with_open_requests() -> frozenset[tuple[NameKind, str]]:
    """Every name of everybody whose request is not answered yet: retention leaves them alone until it is."""
    rows = PrivacyRequest.objects.filter(closed_at__isnull=True).exclude(
        channel=Channel.SITE.value, verified_at__isnull=True
    )
    return frozenset(name for row in rows.iterator(500) for name in person_meant(row).names)


def answer_figures(since: datetime, until: datetime, *, now: datetime) -> AnswerFigures:
    """How proved requests received in a time were answered. Fewer than ten people: the caller does not show them."""
    rows = PrivacyRequest.objects.filter(received_at__gte=since, received_at__lt=until).exclude(
        channel=Channel.SITE.value, verified_at__isnull=True
    )
    facts = list(rows.values_list("state", "received_at", "closed_at", "expected_by"))
    took = [int((closed - received).total_seconds()) for _, received, closed, _ in facts if closed is not None]
    waiting = [int((now - received).total_seconds()) for _, received, closed, _ in facts if closed is None]
    return AnswerFigures(
        received=len(facts),
        answered=len(took),
        denied=sum(state == RequestState.DENIED.value for state, *_ in facts),
        late=sum((closed or now) > expected for _, _, closed, expected in facts),
        oldest_open_seconds=max(waiting, default=0),
        median_answer_seconds=int(median(took)) if took else 0,
    )


def people_answered(since: datetime, until: datetime) -> int:
    """How many mailboxes stand behind the proved and answered requests of a time; the forgotten are not counted."""
    rows = PrivacyRequest.objects.filter(received_at__gte=since, received_at__lt=until, closed_at__isnull=False)
    return rows.exclude(verified_at__isnull=True).exclude(mailbox__isnull=True).values("mailbox").distinct().count()
