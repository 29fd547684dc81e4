"""Every row lock of signing in.

The order, for all: wrong tries, then registrations by id, then credentials, then what hangs on one.
"""

from datetime import datetime
from uuid import UUID

from crystalcall.customers.signing_in.models import (
    Ceremony,
    Credential,
    EmailChange,
    MailedLink,
    Registration,
    Totp,
    WrongTries,
)


def locked_tries(target: bytes) -> WrongTries | None:
    """What is remembered of wrong tries, locked until the caller's transaction ends."""
    return WrongTries.objects.select_for_update().filter(target=target).first()


def lock_registrations(address_index: bytes) -> None:
    """Lock every registration that waits for this address, until the caller's transaction ends."""
    list(Registration.objects.select_for_update().filter(address_index=address_index).order_by("pk"))


def locked_credential(principal_id: UUID) -> Credential | None:
    """The credential, locked until the caller's transaction ends, or None."""
    return Credential.objects.select_for_update().filter(pk=principal_id).first()


def locked_link(digest: bytes) -> MailedLink | None:
    """The link with this secret's hash, locked, or None."""
    return MailedLink.objects.select_for_update().filter(digest=digest).first()


def locked_link_to_write(link_id: UUID) -> MailedLink | None:
    """The link that is to be mailed, locked, or None."""
    return MailedLink.objects.select_for_update().filter(pk=link_id).first()


def locked_change(change_id: UUID) -> EmailChange | None:
    """The change of address, locked, or None."""
    return EmailChange.objects.select_for_update().filter(pk=change_id).first()


def locked_ceremony(digest: bytes, now: datetime) -> Ceremony | None:
    """The step that is under way, locked, if its time is not over."""
    return Ceremony.objects.select_for_update().filter(digest=digest, expires_at__gt=now).first()


def locked_totp(principal_id: UUID) -> Totp | None:
    """The authenticator's secret, locked, or None."""
    return Totp.objects.select_for_update().filter(pk=principal_id).first()
