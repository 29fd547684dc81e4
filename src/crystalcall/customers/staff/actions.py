"""What is done about members of staff, on the command line alone; each act is a line of the audit log.

Whoever has the command line has the database too: these acts need no member's sign-in, and the log says that it was
the command line.
"""

import uuid
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from crystalcall.customers.contact_details import LANGUAGES as SPOKEN
from crystalcall.customers.contact_details import ContactProblemReason, canonical_email, read_email, read_name
from crystalcall.customers.signing_in.actions import remove_credential, remove_factors
from crystalcall.customers.signing_in.queries import has_credential
from crystalcall.customers.signing_in.values import Audience
from crystalcall.customers.staff import audit, setting_up
from crystalcall.customers.staff.finding import email_index
from crystalcall.customers.staff.four_eyes import withdraw_all
from crystalcall.customers.staff.locks import lock_member_and_administrators, locked_member
from crystalcall.customers.staff.models import SetUpLink, StaffMember, StaffRole
from crystalcall.customers.staff.reading import EMAIL, NAME
from crystalcall.customers.staff.setting_up import set_up
from crystalcall.customers.staff.values import (
    Changed,
    SetUp,
    SetUpKind,
    StaffRefusal,
    StaffRefused,
    Subject,
    SubjectKind,
)
from crystalcall.privacy.keys.actions import ensure
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.staffing import Role

__all__ = [
    "add_member",
    "disable",
    "enable",
    "reset_second_factor",
    "set_roles",
    "set_up",
    "set_up_again",
]

_UNKNOWN = StaffRefused(StaffRefusal.UNKNOWN)
_LAST = StaffRefused(StaffRefusal.LAST_ADMINISTRATOR)
_NO_REASON = StaffRefused(StaffRefusal.REASON_MISSING)


def add_member(
    email: str, name: str, roles: Collection[Role], language: str = "en", *, now: datetime
) -> SetUp | StaffRefused:
    """Somebody works here from now on; gives the one-time address at which they choose their password.

    Whoever was here before and was disabled is let back in by `enable`: their address is still theirs.
    """
    called, address = read_name(name), read_email(email)
    if isinstance(called, ContactProblemReason):
        return StaffRefused(StaffRefusal.NAME_SENSELESS)
    if isinstance(address, ContactProblemReason):
        return StaffRefused(StaffRefusal.EMAIL_SENSELESS)
    if language not in SPOKEN:
        return StaffRefused(StaffRefusal.LANGUAGE_UNKNOWN)
    if not roles:
        return StaffRefused(StaffRefusal.ROLES_MISSING)
    member_id = uuid.uuid4()
    ensure((member_id,), now=now)
    try:
        with transaction.atomic():
            member = StaffMember.objects.create(
                id=member_id,
                sealed_name=seal_field(NAME, member_id, called),
                sealed_email=seal_field(EMAIL, member_id, address),
                email_index=email_index(canonical_email(address)),
                language=language,
                added_at=now,
                policy_version=current_number(),
            )
            _give_roles(member, roles)
            audit.note(None, "staff.added", _subject(member_id), now=now)
            return setting_up.give(member, SetUpKind.PASSWORD, now)
    except IntegrityError:
        return StaffRefused(StaffRefusal.EMAIL_TAKEN)


def disable(member_id: UUID, *, reason: str, now: datetime) -> Changed | StaffRefused:
    """Let somebody in no more: password, second factors, sign-ins and set-up address are gone at once (ASVS 7.4.2).

    What they proposed and waits is withdrawn. Never the last administrator.
    """
    if not reason.strip():
        return _NO_REASON
    with transaction.atomic():
        member, administrators = lock_member_and_administrators(member_id)
        if member is None:
            return _UNKNOWN
        if member.disabled_at is not None:
            return StaffRefused(StaffRefusal.DISABLED)
        if administrators == {member_id}:
            return _LAST
        member.disabled_at, member.factor_until = max(now, member.added_at), None
        member.save(update_fields=["disabled_at", "factor_until"])
        SetUpLink.objects.filter(member=member).delete()
        withdraw_all(member_id, now)
        ended = remove_factors(Audience.STAFF, member_id, now=now)
        remove_credential(Audience.STAFF, member_id, now=now)
        audit.note(None, "staff.disabled", _subject(member_id), reason=reason, now=now)
    return Changed(member_id, ended)


def enable(member_id: UUID, *, now: datetime) -> SetUp | StaffRefused:
    """Let somebody back in who was disabled, with the roles they had; they set up their sign-in as at first."""
    with transaction.atomic():
        member = locked_member(member_id)
        if member is None:
            return _UNKNOWN
        if member.disabled_at is None:
            return StaffRefused(StaffRefusal.NOT_DISABLED)
        member.disabled_at = None
        member.save(update_fields=["disabled_at"])
        audit.note(None, "staff.enabled", _subject(member_id), now=now)
        return setting_up.give(member, SetUpKind.PASSWORD, now)


def set_roles(member_id: UUID, roles: Collection[Role], *, now: datetime) -> Changed | StaffRefused:
    """Have somebody hold these roles and no others, from their next request on."""
    if not roles:
        return StaffRefused(StaffRefusal.ROLES_MISSING)
    with transaction.atomic():
        member, administrators = lock_member_and_administrators(member_id)
        if member is None:
            return _UNKNOWN
        if Role.ADMINISTRATOR not in roles and administrators == {member_id}:
            return _LAST
        StaffRole.objects.filter(member=member).delete()
        _give_roles(member, roles)
        audit.note(None, "staff.roles_changed", _subject(member_id), now=now)
    return Changed(member_id)


def reset_second_factor(member_id: UUID, *, reason: str, now: datetime) -> SetUp | StaffRefused:
    """Take somebody's second factors away and end their sign-ins; gives the address at which they set up a new one.

    There they give the password that counts. Who asks must be known again as well as on the first day (ASVS 6.4.4).
    """
    if not reason.strip():
        return _NO_REASON
    with transaction.atomic():
        member = locked_member(member_id)
        if member is None:
            return _UNKNOWN
        if member.disabled_at is not None:
            return StaffRefused(StaffRefusal.DISABLED)
        if not has_credential(Audience.STAFF, member_id):
            return StaffRefused(StaffRefusal.NOT_SET_UP)
        remove_factors(Audience.STAFF, member_id, now=now)
        audit.note(None, "staff.factor_reset", _subject(member_id), reason=reason, now=now)
        return setting_up.give(member, SetUpKind.FACTOR, now)


def set_up_again(member_id: UUID, *, reason: str, now: datetime) -> SetUp | StaffRefused:
    """Have somebody begin as at first: password, factors and sign-ins are gone, and an address sets up new ones."""
    if not reason.strip():
        return _NO_REASON
    with transaction.atomic():
        member = locked_member(member_id)
        if member is None:
            return _UNKNOWN
        if member.disabled_at is not None:
            return StaffRefused(StaffRefusal.DISABLED)
        remove_credential(Audience.STAFF, member_id, now=now)
        audit.note(None, "staff.set_up_again", _subject(member_id), reason=reason, now=now)
        return setting_up.give(member, SetUpKind.PASSWORD, now)


def _give_roles(member: StaffMember, roles: Collection[Role]) -> None:
    StaffRole.objects.bulk_create(
        StaffRole(member=member, role=role.value, policy_version=current_number()) for role in sorted(set(roles))
    )


def _subject(member_id: UUID) -> Subject:
    return Subject(SubjectKind.MEMBER, str(member_id))
