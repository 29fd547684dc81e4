"""Mailed links: asked for by anybody, written by the worker, good for one thing and for a short while.

The secret is made when the mail is written, so that it stands nowhere but in the mail (ASVS 5.0, 6.5.1 to 6.5.5).
Asking does the same work for a known and an unknown address; who has it is looked up by the worker.
"""

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from crystalcall.customers.signing_in.events import SignInLinkWanted
from crystalcall.customers.signing_in.locks import locked_link_to_write
from crystalcall.customers.signing_in.models import Credential, EmailChange, MailedLink, Registration
from crystalcall.customers.signing_in.principals import contact_of
from crystalcall.customers.signing_in.secret_words import SECRET, digest, new_secret
from crystalcall.customers.signing_in.values import (
    AddressKnown,
    Audience,
    LinkInfo,
    LinkKind,
    LinkRefusal,
    LinkRefused,
    LinkToMail,
    NobodyToMail,
)
from crystalcall.plumbing.announcements import announce
from crystalcall.privacy.keys.opening import PurposeRefusedError, open_field
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose

VALID: Final = {
    LinkKind.CONFIRM: timedelta(hours=24),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.TRY: timedelta(hours=24),
    LinkKind.CHANGE_OLD: timedelta(hours=12),
    LinkKind.CHANGE_NEW: timedelta(hours=12),
}
TRIES: Final = 5
"""Wrong passwords at the link of a registration; the other links take none."""
MOST_AN_HOUR: Final = 3
MOST_A_DAY: Final = 10
MOST_AN_HOUR_FOR_ALL: Final = 600
TRY_LINK_EVERY: Final = timedelta(hours=1)
DETAILS: Final = "signing_in.Registration.sealed_details"
NEW_EMAIL: Final = "signing_in.EmailChange.sealed_email"


def want(
    kind: LinkKind,
    audience: Audience,
    index: bytes,
    now: datetime,
    *,
    registration: Registration | None = None,
    change: EmailChange | None = None,
) -> bool:
    """Have a link mailed to whoever has this address, in the caller's transaction; False where it had its share.

    The share of an address is counted whether or not anybody has it.
    """
    if _had_its_share(kind, index, now):
        return False
    link = MailedLink.objects.create(
        kind=kind.value,
        audience=audience.value,
        address_index=index,
        registration=registration,
        change=change,
        tries_left=TRIES,
        created_at=now,
        policy_version=current_number(),
    )
    announce(SignInLinkWanted(str(link.pk)))
    return True


def too_many_for_all(now: datetime) -> bool:
    """Whether the whole shop has been asked for more links in an hour than it mails."""
    return MailedLink.objects.filter(created_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR_FOR_ALL


def write(link_id: UUID, *, now: datetime) -> LinkToMail | AddressKnown | NobodyToMail:
    """Make the link's secret for the mail that is written now; an earlier try's secret opens nothing any more."""
    with transaction.atomic():
        link = locked_link_to_write(link_id)
        if link is None:
            return NobodyToMail()
        to = _recipient(link)
        if not isinstance(to, LinkToMail):
            return to
        link.digest, link.expires_at = digest(to.secret), now + VALID[LinkKind(link.kind)]
        link.save(update_fields=["digest", "expires_at"])
    return to


def recipient_of(link_id: UUID) -> LinkToMail | AddressKnown | NobodyToMail:
    """To whom a link would go, for whoever asks before it is written; its secret opens nothing."""
    link = MailedLink.objects.filter(pk=link_id).first()
    return NobodyToMail() if link is None else _recipient(link)


def look(secret: str, *kinds: LinkKind, now: datetime) -> MailedLink | LinkRefused:
    """The link of this secret, if it would open something; nothing changes."""
    if not SECRET.fullmatch(secret):
        return LinkRefused(LinkRefusal.UNKNOWN)
    names = [kind.value for kind in kinds or LinkKind]
    link = MailedLink.objects.filter(digest=digest(secret), kind__in=names).first()
    if link is None:
        return LinkRefused(LinkRefusal.UNKNOWN)
    if link.expires_at is None or link.expires_at <= now:
        return LinkRefused(LinkRefusal.TOO_OLD)
    return LinkRefused(LinkRefusal.USED_UP) if link.tries_left < 1 else link


def look_at_link(secret: str, *, now: datetime) -> LinkInfo | LinkRefused:
    """What a link would do; for the page that its address shows, which changes nothing."""
    link = look(secret, now=now)
    return link if isinstance(link, LinkRefused) else LinkInfo(LinkKind(link.kind), Audience(link.audience))


def use_try(link: MailedLink) -> bool:
    """Whether one more password may be tried at this link; from now on it was, however many come at once."""
    return bool(MailedLink.objects.filter(pk=link.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1))


def give_back_try(link: MailedLink) -> None:
    """The try was not made after all."""
    MailedLink.objects.filter(pk=link.pk).update(tries_left=F("tries_left") + 1)


def spend(link: MailedLink) -> bool:
    """Whether this is the press that counts: of several at once only one is. The link is gone from now on."""
    deleted, _by_model = MailedLink.objects.filter(pk=link.pk).delete()
    return bool(deleted)


def details_of(registration: Registration, purpose: Purpose = Purpose.SIGNING_IN) -> dict[str, str] | None:
    """Name, e-mail and telephone of a registration; None where its key is gone."""
    try:
        text = open_field(
            DETAILS,
            registration.pk,
            registration.sealed_details,
            purpose=purpose,
            collected_under=registration.policy_version,
        )
    except (KeyDestroyedError, PurposeRefusedError):
        return None
    details: dict[str, str] = json.loads(text)
    return details


def new_email_of(change: EmailChange, purpose: Purpose = Purpose.SIGNING_IN) -> str | None:
    """The address that somebody wants to change to; None where their key is gone."""
    try:
        return open_field(
            NEW_EMAIL,
            change.credential_id,
            change.sealed_email,
            purpose=purpose,
            collected_under=change.policy_version,
        )
    except (KeyDestroyedError, PurposeRefusedError):
        return None


def _had_its_share(kind: LinkKind, index: bytes, now: datetime) -> bool:
    """Whether an address gets no further link of this kind for now.

    Nobody is shut out by somebody who asks in their name: of what lets a customer in, as long as no further link is
    mailed, one that was mailed still opens; and one that was pressed counts no more.
    """
    mine = MailedLink.objects.filter(kind=kind.value, address_index=index)
    if kind is LinkKind.TRY:
        return mine.filter(created_at__gt=now - TRY_LINK_EVERY).exists()
    if mine.filter(created_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        return True
    return kind is not LinkKind.RESET and mine.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY


def _recipient(link: MailedLink) -> LinkToMail | AddressKnown | NobodyToMail:
    kind, audience = LinkKind(link.kind), Audience(link.audience)
    owner = Credential.objects.filter(audience=link.audience, address_index=link.address_index).first()
    if kind is LinkKind.CONFIRM:
        return _of_registration(link, owner)
    if link.change is not None and link.change.is_void:
        return NobodyToMail()
    if kind is LinkKind.CHANGE_NEW:
        # Somebody else signs in with that address: the change comes to nothing, and nobody is told whose it is.
        return NobodyToMail() if owner is not None or link.change is None else _of_change(link, link.change)
    principal = link.change.credential_id if link.change is not None else owner.pk if owner is not None else None
    found = None if principal is None else contact_of(audience, principal)
    if found is None:
        return NobodyToMail()
    return _to_mail(link, found.email, found.language, str(principal))


def _of_registration(link: MailedLink, owner: Credential | None) -> LinkToMail | AddressKnown | NobodyToMail:
    if owner is not None:
        known = contact_of(Audience(owner.audience), owner.pk)
        return (
            NobodyToMail()
            if known is None
            else AddressKnown(Audience(owner.audience), known.email, known.language, str(owner.pk))
        )
    details = None if link.registration is None else details_of(link.registration)
    if details is None or link.registration is None:
        return NobodyToMail()
    return _to_mail(link, details["email"], link.registration.language, str(link.registration.pk))


def _of_change(link: MailedLink, change: EmailChange) -> LinkToMail | NobodyToMail:
    email = new_email_of(change)
    found = contact_of(Audience(link.audience), change.credential_id)
    if email is None or found is None:
        return NobodyToMail()
    return _to_mail(link, email, found.language, str(change.credential_id))


def _to_mail(link: MailedLink, email: str, language: str, subject: str) -> LinkToMail:
    kind = LinkKind(link.kind)
    minutes = int(VALID[kind].total_seconds()) // 60
    return LinkToMail(kind, Audience(link.audience), new_secret(), email, language, subject, minutes)
