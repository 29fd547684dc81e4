"""Credentials as a whole: added for staff on the command line, removed with their owner."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.signing_in.addresses import address_index
from crystalcall.customers.signing_in.hashing import Busy, hash_password
from crystalcall.customers.signing_in.judging import password_problem
from crystalcall.customers.signing_in.models import Credential
from crystalcall.customers.signing_in.values import (
    AddressTaken,
    Audience,
    CredentialAdded,
    PasswordProblem,
    SignInRefusal,
    SignInRefused,
)
from crystalcall.privacy.keys.actions import ensure
from crystalcall.privacy.policy.queries import current_number


@sensitive_variables("password", "password_hash")
def add_credential(
    audience: Audience, principal_id: UUID, email: str, password: str, *, now: datetime
) -> CredentialAdded | AddressTaken | PasswordProblem | SignInRefused:
    """Let somebody sign in from now on; repeating for the same person is AddressTaken."""
    problem = password_problem(password, (email,))
    if problem is not None:
        return problem
    password_hash = hash_password(password)
    if isinstance(password_hash, Busy):
        return SignInRefused(SignInRefusal.BUSY, password_hash.wait_seconds)
    ensure((principal_id,), now=now)
    try:
        with transaction.atomic():
            create_credential(audience, principal_id, email, password_hash, now)
    except IntegrityError:
        return AddressTaken()
    return CredentialAdded()


@sensitive_variables("password_hash")
def create_credential(
    audience: Audience, principal_id: UUID, email: str, password_hash: str, now: datetime
) -> Credential:
    """The row by which somebody signs in, in the caller's transaction. Errors: IntegrityError where there is one."""
    return Credential.objects.create(
        principal_id=principal_id,
        audience=audience.value,
        address_index=address_index(audience, email),
        password_hash=password_hash,
        created_at=now,
        password_changed_at=now,
        policy_version=current_number(),
    )


def remove_credential(audience: Audience, principal_id: UUID, *, now: datetime) -> bool:  # noqa: ARG001 - every action is told the time
    """Let somebody sign in no more, with sign-ins and factors; False where they could not. Their keys stay."""
    deleted, _by_model = Credential.objects.filter(pk=principal_id, audience=audience.value).delete()
    return bool(deleted)
