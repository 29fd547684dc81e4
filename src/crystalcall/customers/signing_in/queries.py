"""What can be known of signing in, as frozen values."""

from datetime import datetime
from uuid import UUID

from crystalcall.customers.signing_in.links import VALID, recipient_of
from crystalcall.customers.signing_in.models import Credential, EmailChange, Passkey, RecoveryCode, SignIn, Totp
from crystalcall.customers.signing_in.news import news_to_mail
from crystalcall.customers.signing_in.passkeys import LABEL
from crystalcall.customers.signing_in.standing import lifetimes_of
from crystalcall.customers.signing_in.values import Audience, Factors, LinkKind, PasskeyInfo, SignedIn, SignInInfo
from crystalcall.privacy.keys.opening import openers
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.purposes import Purpose

__all__ = [
    "factors_of",
    "has_credential",
    "lifetimes_of",
    "news_to_mail",
    "pending_email_change",
    "recipient_of",
    "sign_ins_of",
]


def has_credential(audience: Audience, principal_id: UUID) -> bool:
    """Whether somebody can sign in at this door."""
    return Credential.objects.filter(pk=principal_id, audience=audience.value).exists()


def sign_ins_of(signed_in: SignedIn, *, now: datetime) -> tuple[SignInInfo, ...]:
    """The sign-ins of whoever asks that stand, newest first; no place and no device is known of any."""
    used_after = now - lifetimes_of(signed_in.audience).idle
    rows = SignIn.objects.filter(
        credential_id=signed_in.principal_id,
        expires_at__gt=now,
        last_used_at__gt=used_after,
    ).order_by("-created_at", "pk")
    return tuple(
        SignInInfo(
            sign_in_id=row.pk,
            since=row.created_at,
            last_used=row.last_used_at,
            expires_at=row.expires_at,
            has_second_factor=row.has_second_factor,
            is_this=row.pk == signed_in.sign_in_id,
        )
        for row in rows
    )


def factors_of(audience: Audience, principal_id: UUID) -> Factors:
    """The second factors of somebody."""
    mine = Credential.objects.filter(pk=principal_id, audience=audience.value)
    totp = Totp.objects.filter(credential__in=mine, confirmed_at__isnull=False).first()
    keys = Passkey.objects.filter(credential__in=mine).order_by("created_at", "pk")
    return Factors(
        totp_since=None if totp is None else totp.confirmed_at,
        recovery_codes_left=RecoveryCode.objects.filter(credential__in=mine).count(),
        passkeys=tuple(PasskeyInfo(row.pk, label_of(row), row.created_at, row.last_used_at) for row in keys),
    )


def pending_email_change(signed_in: SignedIn, *, now: datetime) -> datetime | None:
    """Since when a change of address waits for its mailboxes; None where none does."""
    begun_after = now - VALID[LinkKind.CHANGE_OLD]
    rows = EmailChange.objects.filter(credential_id=signed_in.principal_id, is_void=False, created_at__gt=begun_after)
    return rows.order_by("-created_at").values_list("created_at", flat=True).first()


def label_of(row: Passkey, purpose: Purpose = Purpose.SIGNING_IN) -> str:
    """What its owner calls a passkey; "" where nobody may read it any more."""
    try:
        opener = openers((row.credential_id,))[row.credential_id]
        return opener.open(
            *(LABEL, row.sealed_label), row=str(row.pk), purpose=purpose, collected_under=row.policy_version
        )
    except KeyDestroyedError:
        return ""
