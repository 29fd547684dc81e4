"""Second factors: authenticators (RFC 6238), recovery codes, passkeys (WebAuthn, level 3)."""

from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp

from crystalcall.customers.signing_in.locks import locked_totp
from crystalcall.customers.signing_in.models import Credential, Passkey, RecoveryCode, Totp
from crystalcall.customers.signing_in.secret_words import digest, new_recovery_code, recovery_code_typed
from crystalcall.privacy.keys.opening import open_field
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose

SECRET: Final = "signing_in.Totp.sealed_secret"  # noqa: S105 - a field's name
STEP_SECONDS: Final = 30
DIGITS: Final = 6
STEPS_AROUND: Final = (0, -1, 1)
"""A code of the step before or after is taken too: clocks differ (RFC 6238, section 5.2)."""
CODES: Final = 10


def has_factor(credential: Credential) -> bool:
    """Whether signing in takes more than the password."""
    return has_totp(credential.pk) or Passkey.objects.filter(credential=credential).exists()


def has_totp(principal_id: UUID) -> bool:
    """Whether an authenticator counts."""
    return Totp.objects.filter(pk=principal_id, confirmed_at__isnull=False).exists()


def new_totp_secret(credential: Credential, now: datetime) -> str:
    """A fresh secret, kept sealed under its owner's key; it counts once a code of it was shown."""
    secret = pyotp.random_base32(32)
    Totp.objects.update_or_create(
        credential=credential,
        defaults={
            "sealed_secret": seal_field(SECRET, credential.pk, secret),
            "confirmed_at": None,
            "last_step": 0,
            "created_at": now,
            "policy_version": current_number(),
        },
    )
    return secret


def pending_totp_secret(credential: Credential) -> str | None:
    """The secret that was shown and has not counted yet: a code with a slip of the finger does not ask to scan anew."""
    row = Totp.objects.filter(credential=credential, confirmed_at__isnull=True).first()
    if row is None:
        return None
    return open_field(
        SECRET, credential.pk, row.sealed_secret, purpose=Purpose.SIGNING_IN, collected_under=row.policy_version
    )


def check_totp(principal_id: UUID, code: str, now: datetime, *, confirmed: bool = True) -> Totp | None:
    """The authenticator's row, if this is its code now; the same code is never taken again (RFC 6238, section 5.2).

    In the caller's transaction.
    """
    row = locked_totp(principal_id)
    if row is None or (row.confirmed_at is not None) is not confirmed:
        return None
    secret = open_field(
        SECRET, principal_id, row.sealed_secret, purpose=Purpose.SIGNING_IN, collected_under=row.policy_version
    )
    step = matching_step(secret, code, now)
    if step is None or step <= row.last_step:
        return None
    row.last_step = step
    row.save(update_fields=["last_step"])
    return row


def matching_step(secret: str, code: str, now: datetime, digits: int = DIGITS) -> int | None:
    """The time step whose code this is, around now; None where it is none."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == digits):
        return None
    generator = pyotp.HOTP(secret, digits=digits)
    here = int(now.timestamp()) // STEP_SECONDS
    # All three are computed whichever fits, and compared in constant time.
    found = [step for step in (here + around for around in STEPS_AROUND) if step >= 0 and generator.verify(typed, step)]
    return found[0] if found else None


def use_recovery_code(credential: Credential, code: str) -> bool:
    """Whether this is one of the codes; it was the last time."""
    wanted = digest(recovery_code_typed(code))
    deleted, _by_model = RecoveryCode.objects.filter(credential=credential, digest=wanted).delete()
    return bool(deleted)


def new_recovery_codes(credential: Credential, now: datetime) -> tuple[str, ...]:
    """Ten fresh codes in place of all before, told once."""
    codes = tuple(new_recovery_code() for _ in range(CODES))
    RecoveryCode.objects.filter(credential=credential).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            credential=credential,
            digest=digest(recovery_code_typed(code)),
            created_at=now,
            policy_version=current_number(),
        )
        for code in codes
    )
    return codes


def first_recovery_codes(credential: Credential, now: datetime) -> tuple[str, ...]:
    """Ten codes where there are none yet, else none."""
    return () if RecoveryCode.objects.filter(credential=credential).exists() else new_recovery_codes(credential, now)


def tidy_codes(credential: Credential) -> None:
    """Recovery codes go with the last second factor: there is nothing to recover any more."""
    if not has_factor(credential):
        RecoveryCode.objects.filter(credential=credential).delete()
