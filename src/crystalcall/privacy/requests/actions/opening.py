"""Opening a request and proving the mailbox: the same for known and unknown addresses, until the mail itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from crystalcall.plumbing.announcements import announce
from crystalcall.plumbing.ids import random_code
from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import MailAddress
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.requests import one_time
from crystalcall.privacy.requests.bounding import terms_for_asking, terms_for_mailing
from crystalcall.privacy.requests.closing import enter_opened, move_request
from crystalcall.privacy.requests.detail import NEW_ADDRESS, open_detail, proposed_mailbox, seal_detail
from crystalcall.privacy.requests.events import LinkWanted
from crystalcall.privacy.requests.locks import locked_request, locked_request_of
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.people import addressee_of, person_of
from crystalcall.privacy.requests.values import (
    Channel,
    KeyRefusal,
    KeyRefused,
    KeyRole,
    LinkOpened,
    LinkToMail,
    NobodyToMail,
    Opened,
)
from crystalcall.rules.privacy.linking import LINK_LIFE, LinkTerms, NotBefore
from crystalcall.rules.privacy.requesting import RequestKind, RequestReason, RequestState, expected_by

TEXT_LIMIT_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks: which right, about which mailbox (its keyed name) or which order, and by which way it came.

    One of the two is enough. Neither proves anything.
    """

    kind: RequestKind
    mailbox: str
    channel: Channel
    language: str
    order_number: str = ""


def open_request(asked: Asked, *, now: datetime) -> Opened:
    """Open a request; whether anybody has this mailbox is looked up later, by nobody who waits for the answer.

    None is refused, however many asked before: a link is mailed, or one that was mailed before works and leads to
    every right. What is told of that depends on what was typed before alone, known or not.
    """
    return _opened(asked, {}, terms_for_asking(asked.mailbox, asked.order_number, now=now), now=now)


def receive_mail_request(
    from_address: str, subject: str, text: str, *, now: datetime, channel: Channel = Channel.MAIL
) -> Opened | None:
    """Open a request for a letter to us, with its deadline; None where the sender is no address.

    However many letters come, none is refused: each has its deadline from its receipt on. Nothing is done because of
    the sender, whom anybody can forge: the link goes to the address on file, no more often than `rules.linking` lets
    it, and the right is chosen behind it. The text is sealed and kept until the request is closed. Today an officer
    enters letters (`crystalcall privacy requests receive`); the reader of the mailbox comes with customer service and
    calls this.
    """
    mailbox = keepers.mailbox(from_address)
    if mailbox is None:
        return None
    known = keepers.mail_address(keepers.find(mailbox=mailbox))
    asked = Asked(RequestKind.UNSORTED, mailbox, channel, known.language if known else "en")
    written = {"subject": _kept(subject), "text": _kept(text)}
    return _opened(asked, written, LinkTerms(LINK_LIFE), now=now)


def issue_link(reference: str, *, now: datetime) -> LinkToMail | NobodyToMail:
    """A fresh link for the address on file; made when the mail is written, so that it is kept nowhere else.

    From this moment on the request is about the mailbox that gets it, and about nothing that was typed; it goes on in
    the language on file.
    """
    with transaction.atomic():
        row = locked_request_of(reference)
        if row is None or row.closed_at is not None or row.verified_at is not None:
            return NobodyToMail()
        found = addressee_of(row)
        if found is None:
            return NobodyToMail()
        terms = terms_for_mailing(row, found.mailbox, now=now)
        if isinstance(terms, NotBefore):
            return NobodyToMail()
        row.mailbox, row.language = found.mailbox, found.to.language
        row.save(update_fields=["mailbox", "language"])
        return _link(row, found.subject, found.to, KeyRole.LINK, terms, now=now)


def issue_change(reference: str, *, now: datetime) -> LinkToMail | NobodyToMail:
    """A fresh link for the new address that somebody named after proving the old one; it proves that address alone."""
    with transaction.atomic():
        row = locked_request_of(reference)
        mailbox = None if row is None or row.closed_at is not None else proposed_mailbox(row)
        if row is None or mailbox is None or not person_of(row):
            return NobodyToMail()
        old = addressee_of(row)
        to = MailAddress(open_detail(row)[NEW_ADDRESS], row.language)
        if old is None:
            return NobodyToMail()
        return _link(row, old.subject, to, KeyRole.CHANGE, LinkTerms(LINK_LIFE), now=now)


def open_link(token: str, *, now: datetime) -> LinkOpened | KeyRefused:
    """Take the link as its mailbox's proof and give the ticket that acts; each opening is one of three.

    What was typed into the form is forgotten here: the mailbox is all that is proved.
    """
    key = one_time.use(token, KeyRole.LINK, now=now)
    if isinstance(key, KeyRefused):
        return key
    with transaction.atomic():
        row = locked_request(key.request_id)
        if row is None or row.mailbox is None or not one_time.proves(key, token, bytes(row.mailbox)):
            return KeyRefused(KeyRefusal.UNKNOWN)
        is_first = row.verified_at is None
        row.verified_at = row.verified_at or now
        row.asked_mailbox, row.order_number = None, ""
        row.save(update_fields=["verified_at", "asked_mailbox", "order_number"])
        move_request(row, RequestState.IN_PROGRESS, now=now)
        # As long as the link itself works, so that a ticket never outlives its proof by much.
        ticket = one_time.issue(row, KeyRole.TICKET, bytes(row.mailbox), now=now)
        if is_first and row.channel == Channel.SITE.value:
            enter_opened(row, now=now)
    return LinkOpened(row.pk, row.reference, RequestKind(row.kind), ticket, one_time.VALID_MINUTES)


def open_another(answered: PrivacyRequest, kind: RequestKind, *, now: datetime) -> PrivacyRequest:
    """A request by somebody who proved the mailbox for one that is answered; in the caller's transaction."""
    row = PrivacyRequest(
        reference=random_code(),
        kind=kind.value,
        channel=answered.channel,
        language=answered.language,
        mailbox=answered.mailbox,
        state=RequestState.IN_PROGRESS.value,
        received_at=now,
        verified_at=now,
        expected_by=expected_by(now),
        policy_version=current_number(),
    )
    row.save(force_insert=True)
    enter_opened(row, now=now)
    return row


def _kept(text: str) -> str:
    """What somebody wrote, as it is kept: no card's number, no half of a character, and no book."""
    return keepers.screened(text.encode(errors="replace").decode())[:TEXT_LIMIT_CHARACTERS]


def _opened(asked: Asked, written: dict[str, str], terms: LinkTerms | NotBefore, *, now: datetime) -> Opened:
    with transaction.atomic():
        row = PrivacyRequest(
            reference=random_code(),
            kind=asked.kind.value,
            channel=asked.channel.value,
            language=asked.language,
            asked_mailbox=bytes.fromhex(asked.mailbox) if asked.mailbox else None,
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
    return Opened(row.reference, row.expected_by, terms)


def _link(
    row: PrivacyRequest, subject: str, to: MailAddress, role: KeyRole, terms: LinkTerms, *, now: datetime
) -> LinkToMail:
    name = keepers.mailbox(to.address)
    if name is None:
        raise ValueError("An address on file is no address.")
    return LinkToMail(
        token=one_time.issue(row, role, bytes.fromhex(name), life=terms.life, now=now),
        to=to,
        subject=subject,
        reference=row.reference,
        kind=RequestKind(row.kind),
        role=role,
        minutes=terms.minutes,
    )
