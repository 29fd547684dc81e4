"""One-time addresses: at one a member chooses their password, or gives it, and then sets up a second factor.

The secret is made here, told once on the command line, and kept as a hash; it opens for half a day and once (ASVS 5.0,
6.4.1). Whoever signs in by it has an hour for the second factor, and reaches nothing else before.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.signing_in.actions import enroll, enter_without_factor
from crystalcall.customers.signing_in.secret_words import SECRET, digest, new_secret
from crystalcall.customers.signing_in.values import (
    AddressTaken,
    Audience,
    Issued,
    PasswordProblem,
    SignInRefusal,
    SignInRefused,
)
from crystalcall.customers.staff import audit
from crystalcall.customers.staff.locks import locked_link, locked_member
from crystalcall.customers.staff.models import SetUpLink, StaffMember
from crystalcall.customers.staff.values import SetUp, SetUpInfo, SetUpKind, SetUpRefused, Subject, SubjectKind
from crystalcall.plumbing.settings import current

VALID: Final = timedelta(hours=12)
FACTOR_WITHIN: Final = timedelta(hours=1)


def give(member: StaffMember, kind: SetUpKind, now: datetime) -> SetUp:
    """A fresh address in place of any before, in the caller's transaction, under the member's lock."""
    secret = new_secret()
    SetUpLink.objects.filter(member=member).delete()
    link = SetUpLink.objects.create(
        member=member, kind=kind.value, digest=digest(secret), created_at=now, expires_at=now + VALID
    )
    member.factor_until = None
    member.save(update_fields=["factor_until"])
    return SetUp(member.pk, address_of(secret, member.language), link.expires_at)


def address_of(secret: str, language: str) -> str:
    """Where this secret opens, at the back office."""
    root = current().backoffice_base_url + ("/ru" if language == "ru" else "")
    return f"{root}/account/set-up/{secret}/"


def look_at_set_up(secret: str, *, now: datetime) -> SetUpInfo | SetUpRefused:
    """What an address would do; for the page that it shows, which changes nothing."""
    link = _opening(secret, now)
    return SetUpRefused() if link is None else SetUpInfo(SetUpKind(link.kind), link.member.language)


@sensitive_variables("secret", "password")
def set_up(
    secret: str, password: str, thumbprint: str, *, now: datetime
) -> Issued | PasswordProblem | SetUpRefused | SignInRefused:
    """Take the password that is chosen (or given, at an address of kind FACTOR) and sign in, without a second factor.

    The address is used up by it, and by nothing less: a password that does not do, or is wrong, leaves it open.
    """
    link = _opening(secret, now)
    if link is None:
        return SetUpRefused()
    member_id = link.member_id

    def spend() -> bool:
        return _spend(member_id, secret, now)

    step = enroll if link.kind == SetUpKind.PASSWORD.value else enter_without_factor
    said = step(Audience.STAFF, member_id, password, thumbprint, spend, now=now)
    is_over = isinstance(said, SignInRefused) and said.reason is SignInRefusal.CHALLENGE_OVER
    return SetUpRefused() if is_over or isinstance(said, AddressTaken) else said


def _opening(secret: str, now: datetime) -> SetUpLink | None:
    if not SECRET.fullmatch(secret):
        return None
    rows = SetUpLink.objects.select_related("member")
    return rows.filter(digest=digest(secret), expires_at__gt=now, member__disabled_at__isnull=True).first()


def _spend(member_id: UUID, secret: str, now: datetime) -> bool:
    """Whether this is the use that counts, of several at once; from then on the hour for the second factor runs."""
    member = locked_member(member_id)
    link = locked_link(digest(secret))
    if member is None or link is None:
        # Used, replaced, or gone with its member's leave, while this one waited for the locks.
        return False
    link.delete()
    member.factor_until = now + FACTOR_WITHIN
    member.save(update_fields=["factor_until"])
    audit.note(member_id, "staff.set_up", Subject(SubjectKind.MEMBER, str(member_id)), now=now)
    return True
