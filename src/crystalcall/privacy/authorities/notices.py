"""Where somebody is told of a case: kept sealed with the case alone, for that one mail."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from crystalcall.privacy import keepers
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityNotice
from crystalcall.privacy.keepers import MailAddress, Person
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import KeyDestroyedError, seal_field
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose

CONTACT: Final = "privacy.AuthorityNotice.sealed_contact"


def keep_contact(row: AuthorityCase, person: Person) -> None:
    """Keep where the person gets mail, sealed, until they are told; nothing where there is no address."""
    to = keepers.mail_address(person)
    if to is not None:
        key = uuid4()
        sealed = seal_field(CONTACT, key, json.dumps({"address": to.address, "language": to.language}))
        AuthorityNotice.objects.create(id=key, case=row, sealed_contact=sealed, policy_version=current_number())


def contact_of(reference: str) -> MailAddress | None:
    """Where the person of a case that is told gets mail, though they may be forgotten; None where nobody knows."""
    row = AuthorityNotice.objects.filter(case__reference=reference, case__told_at__isnull=False).first()
    if row is None:
        return None
    try:
        text = open_field(
            *(CONTACT, row.pk, row.sealed_contact), purpose=Purpose.PRIVACY_REQUEST, collected_under=row.policy_version
        )
    except KeyDestroyedError:
        return None
    return MailAddress(**json.loads(text))


def forget_contact(reference: str, *, now: datetime) -> None:
    """The mail was sent, or cannot be: its address goes, with its key."""
    _forget(AuthorityNotice.objects.filter(case__reference=reference).values_list("pk", flat=True), now=now)


def forget_contacts_about(subjects: Collection[str], *, now: datetime) -> None:
    """Nothing is kept about these names, not even to tell them: they are a child's."""
    about = AuthorityNotice.objects.filter(case__disclosures__subject__in=subjects)
    _forget(about.values_list("pk", flat=True).distinct(), now=now)


def forget_contacts_of(row: AuthorityCase, *, now: datetime) -> None:
    """Nobody is told of this case any more."""
    _forget(AuthorityNotice.objects.filter(case=row).values_list("pk", flat=True), now=now)


def forget_contacts_told(before: datetime, *, now: datetime) -> None:
    """What was kept for mails that must have been sent or given up by now."""
    _forget(AuthorityNotice.objects.filter(case__told_at__lt=before).values_list("pk", flat=True), now=now)


def _forget(found: "Collection[UUID]", *, now: datetime) -> None:
    keys = list(found)
    with transaction.atomic():
        AuthorityNotice.objects.filter(pk__in=keys).delete()
        destroy(keys, now=now)
