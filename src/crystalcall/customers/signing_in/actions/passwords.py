"""New passwords: behind a mailed link, or from somebody who is signed in. Every other sign-in ends with the old one."""

from datetime import datetime

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.signing_in import links, trying
from crystalcall.customers.signing_in.actions.entering import check_again
from crystalcall.customers.signing_in.hashing import Busy, hash_password
from crystalcall.customers.signing_in.judging import password_problem
from crystalcall.customers.signing_in.locks import locked_credential
from crystalcall.customers.signing_in.models import Ceremony, Credential, MailedLink, SignIn
from crystalcall.customers.signing_in.news import tell
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.principals import contact_of
from crystalcall.customers.signing_in.standing import end_sign_ins, issue
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    LinkKind,
    LinkRefusal,
    LinkRefused,
    NewsKind,
    PasswordProblem,
    PasswordSet,
    SignedIn,
    SignInRefusal,
    SignInRefused,
)


@noted("reset")
@sensitive_variables("secret", "password", "password_hash")
def reset(secret: str, password: str, *, now: datetime) -> PasswordSet | PasswordProblem | LinkRefused | SignInRefused:
    """Set a new password behind a mailed link, once; second factors stay what they are (ASVS 5.0, 6.4.3)."""
    link = links.look(secret, LinkKind.RESET, now=now)
    if isinstance(link, LinkRefused):
        return link
    owner = Credential.objects.filter(audience=link.audience, address_index=bytes(link.address_index)).first()
    if owner is None:
        return LinkRefused(LinkRefusal.UNKNOWN)
    problem = password_problem(password, _about(owner))
    if problem is not None:
        return problem
    password_hash = hash_password(password)
    if isinstance(password_hash, Busy):
        return SignInRefused(SignInRefusal.BUSY, password_hash.wait_seconds)
    with transaction.atomic():
        credential = locked_credential(owner.pk)
        if credential is None or not links.spend(link):
            return LinkRefused(LinkRefusal.UNKNOWN)
        _set(credential, password_hash, now)
    trying.forgive(bytes(link.address_index))
    return PasswordSet()


@noted("password_change")
@sensitive_variables("current", "new", "password_hash")
def change_password(
    signed_in: SignedIn, current: str, new: str, *, now: datetime
) -> Issued | PasswordProblem | SignInRefused:
    """Set a new password with the one before; all other sign-ins end, and this one gets a new token (6.2.3, 7.4.3)."""
    row = SignIn.objects.select_related("credential").filter(pk=signed_in.sign_in_id).first()
    if row is None:
        return SignInRefused(SignInRefusal.CHALLENGE_OVER)
    problem = password_problem(new, _about(row.credential))
    if problem is not None:
        return problem
    refused = check_again(row.credential, current, now)
    if refused is not None:
        return refused
    password_hash = hash_password(new)
    if isinstance(password_hash, Busy):
        return SignInRefused(SignInRefusal.BUSY, password_hash.wait_seconds)
    with transaction.atomic():
        credential = locked_credential(row.credential_id)
        stands = SignIn.objects.filter(pk=row.pk).exists()
        if credential is None or not stands or credential.password_hash != row.credential.password_hash:
            return SignInRefused(SignInRefusal.CHALLENGE_OVER)
        _set(credential, password_hash, now)
        return issue(credential, row.thumbprint, now, has_second_factor=row.has_second_factor)


def _set(credential: Credential, password_hash: str, now: datetime) -> None:
    """The new password counts; whatever the old one opened is shut, and its owner is told."""
    credential.password_hash, credential.password_changed_at = password_hash, now
    credential.save(update_fields=["password_hash", "password_changed_at"])
    end_sign_ins(credential.pk)
    Ceremony.objects.filter(credential=credential).delete()
    kinds = (LinkKind.RESET.value, LinkKind.TRY.value)
    old = MailedLink.objects.filter(audience=credential.audience, address_index=bytes(credential.address_index))
    old.filter(kind__in=kinds).update(digest=None, expires_at=None)
    tell(credential.pk, NewsKind.PASSWORD_CHANGED, now)


def _about(credential: Credential) -> tuple[str, ...]:
    found = contact_of(Audience(credential.audience), credential.pk)
    return () if found is None else (found.name, found.email)
