"""A person's mail goes to another mailbox from now on: what the old one proved and had open ends with it."""

from datetime import datetime

from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import Correction, Counts, Person
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.detail import NEW_ADDRESS, open_detail
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import Channel
from crystalcall.rules.privacy.requesting import RequestState


def correct_all(person: Person, correction: Correction, *, now: datetime) -> Counts:
    """Put right in every room what is told."""
    if correction == Correction():
        return {}
    return keepers.total([keeper.correct(person, correction, now=now) for keeper in keepers.all_keepers()])


def move_mailbox(row: PrivacyRequest, person: Person, new: bytes, *, now: datetime) -> tuple[str, Counts]:
    """Put the proposed address of a locked request, whose mailbox `new` was proved, in the place of the old one.

    Gives the old address, and how much was corrected. The person's requests go with them: answered ones are about the
    new mailbox from now on, so that they are shown and forgotten with the person; letters keep their deadline; what
    was asked on the site and is still open is ended. No key that was mailed to the old mailbox opens anything any more.
    """
    before = keepers.mail_address(person)
    old = bytes(row.mailbox) if row.mailbox is not None else b""
    counts = correct_all(person, Correction(email=open_detail(row)[NEW_ADDRESS]), now=now)
    others = PrivacyRequest.objects.select_for_update().filter(mailbox=old).exclude(pk=row.pk).order_by("pk")
    for other in list(others):
        if other.closed_at is None and other.channel == Channel.SITE.value:
            move_request(other, RequestState.REVOKED, now=now)
        other.mailbox = new
        other.save(update_fields=["mailbox"])
        OneTimeKey.objects.filter(request=other).delete()
    # Unproved ones that never reached a mailbox; what was typed into them leads nowhere any more.
    PrivacyRequest.objects.filter(asked_mailbox=old, mailbox__isnull=True).update(asked_mailbox=None)
    OneTimeKey.objects.filter(request=row).delete()
    row.mailbox = new
    row.save(update_fields=["mailbox"])
    return (before.address if before is not None else ""), counts
