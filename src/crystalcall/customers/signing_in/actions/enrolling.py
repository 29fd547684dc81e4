"""The first sign-in of somebody who was given a one-time address by whoever runs the shop: staff, at their door.

`spend` is asked inside the transaction that lets somebody in: whether what they came with still counts, and from then
on it does not. Before it is asked nothing has changed, and where it says no nothing does.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.signing_in import factors
from crystalcall.customers.signing_in.actions.credentials import create_credential
from crystalcall.customers.signing_in.actions.entering import check_again
from crystalcall.customers.signing_in.hashing import Busy, hash_password
from crystalcall.customers.signing_in.judging import password_problem
from crystalcall.customers.signing_in.locks import locked_credential
from crystalcall.customers.signing_in.models import Ceremony, Credential, Passkey, RecoveryCode, Totp
from crystalcall.customers.signing_in.principals import contact_of
from crystalcall.customers.signing_in.standing import end_sign_ins, issue
from crystalcall.customers.signing_in.values import (
    AddressTaken,
    Audience,
    Issued,
    PasswordProblem,
    SignInRefusal,
    SignInRefused,
)

_OVER = SignInRefused(SignInRefusal.CHALLENGE_OVER)


@sensitive_variables("password", "password_hash")
def enroll(
    audience: Audience, principal_id: UUID, password: str, thumbprint: str, spend: Callable[[], bool], *, now: datetime
) -> Issued | PasswordProblem | AddressTaken | SignInRefused:
    """Let somebody sign in by this password from now on, and sign them in at once, without a second factor.

    CHALLENGE_OVER where `spend` says no, or nobody has this id any more.
    """
    found = contact_of(audience, principal_id)
    if found is None:
        return _OVER
    problem = password_problem(password, (found.name, found.email))
    if problem is not None:
        return problem
    password_hash = hash_password(password)
    if isinstance(password_hash, Busy):
        return SignInRefused(SignInRefusal.BUSY, password_hash.wait_seconds)
    try:
        with transaction.atomic():
            if not spend():
                return _OVER
            credential = create_credential(audience, principal_id, found.email, password_hash, now)
            return issue(credential, thumbprint, now, has_second_factor=False)
    except IntegrityError:
        return AddressTaken()


@sensitive_variables("password")
def enter_without_factor(
    audience: Audience, principal_id: UUID, password: str, thumbprint: str, spend: Callable[[], bool], *, now: datetime
) -> Issued | SignInRefused:
    """Sign somebody in whose second factor was taken away, by the password that counts; wrong ones are counted.

    CHALLENGE_OVER where `spend` says no, where there is a second factor again, or the password changed meanwhile.
    """
    checked = Credential.objects.filter(pk=principal_id, audience=audience.value).first()
    if checked is None:
        return _OVER
    refused = check_again(checked, password, now)
    if refused is not None:
        return refused
    with transaction.atomic():
        if not spend():
            return _OVER
        credential = locked_credential(principal_id)
        is_same = credential is not None and credential.password_hash == checked.password_hash
        if credential is None or not is_same or factors.has_factor(credential):
            transaction.set_rollback(True)
            return _OVER
        return issue(credential, thumbprint, now, has_second_factor=False)


def remove_factors(audience: Audience, principal_id: UUID, *, now: datetime) -> int:  # noqa: ARG001 - every action is told the time
    """Take every second factor of somebody away and end their sign-ins; gives how many sign-ins that were.

    For whoever lost theirs, and was known again by whoever runs the shop: nobody is let in by it (ASVS 5.0, 6.4.4).
    """
    with transaction.atomic():
        credential = locked_credential(principal_id)
        if credential is None or credential.audience != audience.value:
            return 0
        for held in (Totp, RecoveryCode, Passkey, Ceremony):
            held.objects.filter(credential=credential).delete()
        return end_sign_ins(principal_id)
