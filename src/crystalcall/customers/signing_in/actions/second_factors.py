"""Second factors are added and removed by somebody who just gave their password; each is told by mail."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import pyotp
from django.db import IntegrityError, transaction

from crystalcall.customers.signing_in import factors, passkeys, stepping, trying
from crystalcall.customers.signing_in.locks import locked_credential
from crystalcall.customers.signing_in.models import Credential, Passkey, SignIn, Totp
from crystalcall.customers.signing_in.news import tell
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.principals import contact_of
from crystalcall.customers.signing_in.values import (
    Audience,
    ChangeRefusal,
    ChangeRefused,
    FactorAdded,
    FactorRemoved,
    NewsKind,
    PasskeyOptions,
    RecoveryCodes,
    SignedIn,
    TotpBegun,
)
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.signing_in import Wait

ISSUER: Final = "Crystal Call"
GROUP: Final = 4

T = TypeVar("T")


def totp_begin(signed_in: SignedIn, *, is_again: bool = False, now: datetime) -> TotpBegun | ChangeRefused:
    """Give a secret for an authenticator; one that counts already must be removed first.

    Each beginning has a secret of its own, so that nobody who once saw a picture knows a later one; `is_again`
    shows the one of this beginning once more, after a wrong code.
    """

    def act(credential: Credential) -> TotpBegun | ChangeRefused:
        if factors.has_totp(credential.pk):
            return ChangeRefused(ChangeRefusal.SAME)
        secret = (is_again and factors.pending_totp_secret(credential)) or factors.new_totp_secret(credential, now)
        uri = pyotp.TOTP(secret).provisioning_uri(name=_email(credential), issuer_name=ISSUER)
        said = " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP))
        return TotpBegun(said, uri)

    return _fresh(signed_in, now, act)


@noted("factor_change")
def totp_confirm(signed_in: SignedIn, code: str, *, now: datetime) -> FactorAdded | ChangeRefused:
    """Have the authenticator count, once it showed a right code; with the first factor come the recovery codes."""

    def act(credential: Credential) -> FactorAdded | ChangeRefused:
        if not Totp.objects.filter(pk=credential.pk, confirmed_at__isnull=True).exists():
            return ChangeRefused(ChangeRefusal.NOT_BEGUN)
        row = factors.check_totp(credential.pk, code, now, confirmed=False)
        if row is None:
            return ChangeRefused(ChangeRefusal.NOT_RIGHT)
        row.confirmed_at = now
        row.save(update_fields=["confirmed_at"])
        return _added(signed_in, credential, now)

    target = trying.again_target(signed_in.principal_id)
    if isinstance(trying.begin_inner_try(target, now), Wait):
        return ChangeRefused(ChangeRefusal.TOO_MANY)
    said = _fresh(signed_in, now, act)
    if isinstance(said, FactorAdded):
        trying.forgive(target)
    return said


@noted("factor_change")
def totp_remove(signed_in: SignedIn, *, now: datetime) -> FactorRemoved | ChangeRefused:
    """Take the authenticator away."""
    return _remove(signed_in, now, lambda credential: Totp.objects.filter(pk=credential.pk).delete()[0])


@noted("factor_change")
def recovery_codes(signed_in: SignedIn, *, now: datetime) -> RecoveryCodes | ChangeRefused:
    """Ten fresh recovery codes; those before count no more. Only for somebody with a second factor."""

    def act(credential: Credential) -> RecoveryCodes | ChangeRefused:
        if not factors.has_factor(credential):
            return ChangeRefused(ChangeRefusal.NOT_THERE)
        tell(credential.pk, NewsKind.CODES_RENEWED, now)
        return RecoveryCodes(factors.new_recovery_codes(credential, now))

    return _fresh(signed_in, now, act)


def passkey_options(signed_in: SignedIn, *, now: datetime) -> PasskeyOptions | ChangeRefused:
    """What the browser is asked to make a passkey with; its answer comes within five minutes."""

    def act(credential: Credential) -> PasskeyOptions | ChangeRefused:
        if Passkey.objects.filter(credential=credential).count() >= passkeys.MOST:
            return ChangeRefused(ChangeRefusal.TOO_MANY)
        thumbprint = SignIn.objects.values_list("thumbprint", flat=True).get(pk=signed_in.sign_in_id)
        begun = stepping.begin(credential, thumbprint, now, adds_passkey=True)
        return PasskeyOptions(begun.secret, passkeys.options_to_add(credential, _email(credential), begun.challenge))

    return _fresh(signed_in, now, act)


@noted("factor_change")
def passkey_add(
    signed_in: SignedIn, ceremony: str, answer: str, label: str, *, now: datetime
) -> FactorAdded | ChangeRefused:
    """Have the passkey count that the browser made; `label` is what its owner calls it."""

    def act(credential: Credential) -> FactorAdded | ChangeRefused:
        thumbprint = SignIn.objects.values_list("thumbprint", flat=True).get(pk=signed_in.sign_in_id)
        step = stepping.look(ceremony, thumbprint, now, adds_passkey=True)
        if step is None or step.credential_id != credential.pk:
            return ChangeRefused(ChangeRefusal.NOT_BEGUN)
        made = passkeys.check_new(signed_in.audience, answer, bytes(step.challenge))
        step.delete()
        if made is None:
            return ChangeRefused(ChangeRefusal.NOT_RIGHT)
        return _added(signed_in, credential, now) if _keep(credential, made, label, now) else _same()

    return _fresh(signed_in, now, act)


@noted("factor_change")
def passkey_remove(signed_in: SignedIn, passkey_id: UUID, *, now: datetime) -> FactorRemoved | ChangeRefused:
    """Take one passkey away."""
    return _remove(
        signed_in,
        now,
        lambda credential: Passkey.objects.filter(credential=credential, pk=passkey_id).delete()[0],
    )


def _remove(signed_in: SignedIn, now: datetime, delete: Callable[[Credential], int]) -> FactorRemoved | ChangeRefused:
    def act(credential: Credential) -> FactorRemoved | ChangeRefused:
        if not delete(credential):
            return ChangeRefused(ChangeRefusal.NOT_THERE)
        if signed_in.audience is Audience.STAFF and not factors.has_factor(credential):
            # Undone with the transaction: staff never go without.
            transaction.set_rollback(True)
            return ChangeRefused(ChangeRefusal.LAST_FACTOR)
        factors.tidy_codes(credential)
        tell(credential.pk, NewsKind.FACTOR_REMOVED, now)
        return FactorRemoved()

    return _fresh(signed_in, now, act)


def _fresh(signed_in: SignedIn, now: datetime, act: Callable[[Credential], T | ChangeRefused]) -> T | ChangeRefused:
    """Do something to somebody's factors, in one transaction, if they gave their password within five minutes."""
    if not signed_in.is_fresh(now):
        return ChangeRefused(ChangeRefusal.NOT_FRESH)
    with transaction.atomic():
        credential = locked_credential(signed_in.principal_id)
        stands = SignIn.objects.filter(pk=signed_in.sign_in_id, credential_id=signed_in.principal_id).exists()
        if credential is None or not stands:
            return ChangeRefused(ChangeRefusal.NOT_FRESH)
        return act(credential)


def _keep(credential: Credential, made: passkeys.NewPasskey, label: str, now: datetime) -> bool:
    """Whether the passkey was kept; one that is somebody's already is not."""
    said = " ".join(label.split())[: passkeys.LABEL_LIMIT_CHARACTERS]
    passkey_id = uuid.uuid4()
    try:
        with transaction.atomic():
            Passkey.objects.create(
                id=passkey_id,
                credential=credential,
                handle=made.handle,
                handle_digest=passkeys.handle_digest(made.handle),
                public_key=made.public_key,
                sign_count=made.sign_count,
                sealed_label=seal_field(passkeys.LABEL, credential.pk, said, str(passkey_id)),
                created_at=now,
                policy_version=current_number(),
            )
    except IntegrityError:
        return False
    return True


def _added(signed_in: SignedIn, credential: Credential, now: datetime) -> FactorAdded:
    """A factor was added: this sign-in showed it, and its owner is told."""
    SignIn.objects.filter(pk=signed_in.sign_in_id).update(has_second_factor=True)
    tell(credential.pk, NewsKind.FACTOR_ADDED, now)
    return FactorAdded(factors.first_recovery_codes(credential, now))


def _same() -> ChangeRefused:
    return ChangeRefused(ChangeRefusal.SAME)


def _email(credential: Credential) -> str:
    found = contact_of(Audience(credential.audience), credential.pk)
    return "" if found is None else found.email
