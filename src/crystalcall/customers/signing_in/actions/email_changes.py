"""A change of address, agreed to at both mailboxes: whoever has only one of them changes nothing."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from crystalcall.customers.contact_details import ContactProblemReason, read_email
from crystalcall.customers.keeping_people import CustomersKeeper
from crystalcall.customers.signing_in import links
from crystalcall.customers.signing_in.addresses import address_index
from crystalcall.customers.signing_in.locks import locked_change, locked_credential
from crystalcall.customers.signing_in.models import Credential, EmailChange, MailedLink
from crystalcall.customers.signing_in.news import tell
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.values import (
    Audience,
    ChangeAgreed,
    ChangeRefusal,
    ChangeRefused,
    ChangeRequested,
    LinkKind,
    LinkRefusal,
    LinkRefused,
    NewsKind,
    SignedIn,
)
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.keepers import Correction, NameKind, Person
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number

MOST_A_DAY: Final = 5


class _TakenError(Exception):
    """Somebody else signs in with the new address by now."""


@noted("address_change")
def request_email_change(signed_in: SignedIn, email: str, *, now: datetime) -> ChangeRequested | ChangeRefused:
    """Ask both mailboxes; the answer is the same where somebody else signs in with the new address already.

    For customers: staff addresses are changed on the command line.
    """
    read = read_email(email)
    if isinstance(read, ContactProblemReason):
        return ChangeRefused(ChangeRefusal.NOT_AN_EMAIL)
    if not signed_in.is_fresh(now):
        return ChangeRefused(ChangeRefusal.NOT_FRESH)
    index = address_index(signed_in.audience, read)
    with transaction.atomic():
        credential = locked_credential(signed_in.principal_id)
        if credential is None or signed_in.audience is not Audience.CUSTOMER:
            return ChangeRefused(ChangeRefusal.NOT_THERE)
        old = bytes(credential.address_index)
        if index == old:
            return ChangeRefused(ChangeRefusal.SAME)
        begun = MailedLink.objects.filter(kind=LinkKind.CHANGE_OLD.value, address_index=old)
        if begun.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            return ChangeRefused(ChangeRefusal.TOO_MANY)
        _begin(credential, read, index, now)
    return ChangeRequested()


@noted("address_change_confirmed")
def confirm_email_change(secret: str, *, now: datetime) -> ChangeAgreed | LinkRefused:
    """Agree for the mailbox that this link went to; with the other half, the new address counts from now on."""
    link = links.look(secret, LinkKind.CHANGE_OLD, LinkKind.CHANGE_NEW, now=now)
    if isinstance(link, LinkRefused):
        return link
    try:
        with transaction.atomic():
            return _agree(link, now)
    except (_TakenError, IntegrityError):
        return LinkRefused(LinkRefusal.UNKNOWN)


def _begin(credential: Credential, email: str, index: bytes, now: datetime) -> None:
    # What was begun before is void; its links stay as a count, with nothing that they open.
    EmailChange.objects.filter(credential=credential).update(is_void=True)
    MailedLink.objects.filter(change__credential=credential).update(digest=None, expires_at=None)
    change = EmailChange.objects.create(
        id=uuid.uuid4(),
        credential=credential,
        sealed_email=seal_field(links.NEW_EMAIL, credential.pk, email),
        address_index=index,
        created_at=now,
        policy_version=current_number(),
    )
    audience = Audience(credential.audience)
    links.want(LinkKind.CHANGE_OLD, audience, bytes(credential.address_index), now, change=change)
    links.want(LinkKind.CHANGE_NEW, audience, index, now, change=change)


def _agree(link: MailedLink, now: datetime) -> ChangeAgreed | LinkRefused:
    if link.change is None:
        return LinkRefused(LinkRefusal.UNKNOWN)
    # Before any row of theirs, as an erasure and a legal hold do.
    lock_people((link.change.credential_id,))
    credential = locked_credential(link.change.credential_id)
    change = locked_change(link.change.pk)
    if credential is None or change is None or change.is_void:
        return LinkRefused(LinkRefusal.UNKNOWN)
    if not MailedLink.objects.filter(pk=link.pk, digest=bytes(link.digest or b"")).update(digest=None, expires_at=None):
        return LinkRefused(LinkRefusal.UNKNOWN)
    if link.kind == LinkKind.CHANGE_OLD.value:
        change.old_agreed_at = now
    else:
        change.new_agreed_at = now
    change.save(update_fields=["old_agreed_at", "new_agreed_at"])
    if change.old_agreed_at is None or change.new_agreed_at is None:
        return ChangeAgreed(is_done=False)
    _apply(credential, change, now)
    return ChangeAgreed(is_done=True)


def _apply(credential: Credential, change: EmailChange, now: datetime) -> None:
    email = links.new_email_of(change)
    index = bytes(change.address_index)
    taken = Credential.objects.filter(audience=credential.audience, address_index=index).exists()
    if email is None or taken:
        raise _TakenError
    person = Person().joined(NameKind.CUSTOMER, (credential.pk,))
    CustomersKeeper().correct(person, Correction(email=email), now=now)
    # Links that went to the old mailbox open nothing any more.
    old = MailedLink.objects.filter(audience=credential.audience, address_index=bytes(credential.address_index))
    old.update(digest=None, expires_at=None)
    credential.address_index = index
    credential.save(update_fields=["address_index"])
    change.delete()
    tell(credential.pk, NewsKind.EMAIL_CHANGED, now)
