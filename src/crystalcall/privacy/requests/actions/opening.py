"""Opening a request and proving the mailbox: the same for known and unknown addresses, until the mail itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from crystalcall.plumbing.announcements import announce
from crystalcall.plumbing.ids import random_code
from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import MailAddress, NameKind, Person
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.requests import one_time
from crystalcall.privacy.requests.closing import enter_opened, move_request
from crystalcall.privacy.requests.detail import open_detail, seal_detail
from crystalcall.privacy.requests.events import LinkWanted
from crystalcall.privacy.requests.locks import locked_request
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.people import person_of
from crystalcall.privacy.requests.values import (
    Channel,
    KeyRefusal,
    KeyRefused,
    KeyRole,
    LinkOpened,
    LinkToMail,
    NobodyToMail,
    Opened,
    TooMany,
)
from crystalcall.rules.privacy.requesting import RequestKind, RequestReason, RequestState, expected_by

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MOST_AN_HOUR: Final = 3
MOST_A_DAY: Final = 10
MOST_AN_HOUR_FOR_ALL: Final = 300
TEXT_LIMIT_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks: which right, about which mailbox (its keyed name), and by which way it came."""

    kind: RequestKind
    mailbox: str
    channel: Channel
    language: str
    order_number: str = ""


def open_request(asked: Asked, *, now: datetime) -> Opened | TooMany:
    """Open a request; whether anybody has this mailbox is looked up later, by nobody who waits for the answer.

    How often is counted by mailbox and by order number, known or not, and for all together: never by IP address.
    """
    too_many = _too_many(asked, now)
    if too_many is not None:
        return too_many
    return _opened(asked, {}, now=now)


def receive_mail_request(
    from_address: str, subject: str, text: str, *, now: datetime, channel: Channel = Channel.MAIL
) -> Opened | TooMany | None:
    """Open a request for a letter to us, with its deadline; None where the sender is no address.

    Nothing is done because of the sender, whom anybody can forge: the link goes to the address on file, and the right
    is chosen behind it. The text is sealed and kept until the request is closed. Today an officer enters letters
    (`crystalcall privacy requests receive`); the reader of the mailbox comes with customer service and calls this.
    """
    mailbox = keepers.mailbox(from_address)
    if mailbox is None:
        return None
    known = keepers.mail_address(keepers.find(mailbox=mailbox))
    asked = Asked(RequestKind.UNSORTED, mailbox, channel, known.language if known else "en")
    too_many = _too_many(asked, now)
    if too_many is not None:
        return too_many
    written = {
        "subject": keepers.screened(subject)[:TEXT_LIMIT_CHARACTERS],
        "text": keepers.screened(text)[:TEXT_LIMIT_CHARACTERS],
    }
    return _opened(asked, written, now=now)


def issue_link(reference: str, *, now: datetime) -> LinkToMail | NobodyToMail:
    """A fresh link for the address on file; made when the mail is written, so that it is kept nowhere else."""
    with transaction.atomic():
        row = _locked(reference)
        if row is None or row.closed_at is not None:
            return NobodyToMail()
        person = person_of(row)
        address = keepers.mail_address(person)
        if address is None:
            return NobodyToMail()
        return _link(row, person, address, KeyRole.LINK, now=now)


def issue_change(reference: str, *, now: datetime) -> LinkToMail | NobodyToMail:
    """A fresh link for the new address that somebody named after proving the old one."""
    with transaction.atomic():
        row = _locked(reference)
        new = "" if row is None or row.closed_at is not None else open_detail(row).get("email", "")
        person = Person() if row is None else person_of(row)
        if row is None or not new or not person:
            return NobodyToMail()
        return _link(row, person, MailAddress(new, row.language), KeyRole.CHANGE, now=now)


def open_link(token: str, *, now: datetime) -> LinkOpened | KeyRefused:
    """Take the link as the mailbox's proof and give the ticket that acts; each opening is one of three."""
    key = one_time.use(token, KeyRole.LINK, now=now)
    if isinstance(key, KeyRefused):
        return key
    with transaction.atomic():
        row = locked_request(key.request_id)
        if row is None:
            return KeyRefused(KeyRefusal.UNKNOWN)
        is_first = row.verified_at is None
        row.verified_at = row.verified_at or now
        row.save(update_fields=["verified_at"])
        move_request(row, RequestState.IN_PROGRESS, now=now)
        ticket = one_time.issue(row, KeyRole.TICKET, now=now)
        if is_first and row.channel == Channel.SITE.value:
            enter_opened(row, now=now)
    return LinkOpened(row.pk, row.reference, RequestKind(row.kind), ticket, one_time.VALID_MINUTES)


def _opened(asked: Asked, written: dict[str, str], *, now: datetime) -> Opened:
    with transaction.atomic():
        row = PrivacyRequest(
            reference=random_code(),
            kind=asked.kind.value,
            channel=asked.channel.value,
            language=asked.language,
            mailbox=bytes.fromhex(asked.mailbox) if asked.mailbox else None,
            order_number=asked.order_number,
            state=RequestState.IN_PROGRESS.value,
            reason=RequestReason.NEED_USER_VERIFICATION.value,
            received_at=now,
            expected_by=expected_by(now),
            policy_version=current_number(),
        )
        if written:
            row.sealed_detail = seal_detail(row, written)
        row.save(force_insert=True)
        announce(LinkWanted(row.reference))
        if asked.channel is not Channel.SITE:
            enter_opened(row, now=now)
    return Opened(row.reference, row.expected_by)


def _too_many(asked: Asked, now: datetime) -> TooMany | None:
    lately = PrivacyRequest.objects.filter(received_at__gt=now - HOUR)
    if lately.count() >= MOST_AN_HOUR_FOR_ALL:
        return TooMany(for_all=True, retry_after_seconds=int(HOUR.total_seconds()))
    same = Q(mailbox=bytes.fromhex(asked.mailbox)) if asked.mailbox else Q(pk__isnull=True)
    if asked.order_number:
        same |= Q(order_number=asked.order_number)
    for period, most in ((HOUR, MOST_AN_HOUR), (DAY, MOST_A_DAY)):
        if PrivacyRequest.objects.filter(same, received_at__gt=now - period).count() >= most:
            return TooMany(for_all=False, retry_after_seconds=int(period.total_seconds()))
    return None


def _link(row: PrivacyRequest, person: Person, to: MailAddress, role: KeyRole, *, now: datetime) -> LinkToMail:
    return LinkToMail(
        token=one_time.issue(row, role, now=now),
        to=to,
        subject=person.of(NameKind.CUSTOMER)[0],
        reference=row.reference,
        kind=RequestKind(row.kind),
        role=role,
        minutes=one_time.VALID_MINUTES,
    )


def _locked(reference: str) -> PrivacyRequest | None:
    row = PrivacyRequest.objects.filter(reference=reference).first()
    return None if row is None else locked_request(row.pk)
