"""Sign-ins as they stand: made, seen, ended."""

from datetime import datetime
from typing import Final
from uuid import UUID

from crystalcall.customers.signing_in.models import Credential, SignIn
from crystalcall.customers.signing_in.secret_words import digest, new_token
from crystalcall.customers.signing_in.values import Audience, Issued, SignedIn
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.signing_in import CUSTOMERS, STAFF, Lifetimes, fresh_until, idle_until

MOST: Final = 20
_LASTING: Final = {Audience.CUSTOMER: CUSTOMERS, Audience.STAFF: STAFF}


def lifetimes_of(audience: Audience) -> Lifetimes:
    """How long sign-ins at a door last."""
    return _LASTING[audience]


def signed_in_of(row: SignIn) -> SignedIn:
    """A sign-in as others see it."""
    audience = Audience(row.credential.audience)
    return SignedIn(
        sign_in_id=row.pk,
        audience=audience,
        principal_id=row.credential_id,
        has_second_factor=row.has_second_factor,
        fresh_until=row.fresh_until,
        idle_until=idle_until(row.last_used_at, row.expires_at, lifetimes_of(audience)),
        expires_at=row.expires_at,
    )


def issue(credential: Credential, thumbprint: str, now: datetime, *, has_second_factor: bool) -> Issued:
    """A new token for this browser's key, in the caller's transaction; only its hash is kept.

    Of more than twenty sign-ins of one person those that were used longest ago are ended (ASVS 5.0, 7.1.2).
    """
    token = new_token()
    row = SignIn.objects.create(
        token_digest=digest(token),
        credential=credential,
        thumbprint=thumbprint,
        has_second_factor=has_second_factor,
        created_at=now,
        last_used_at=now,
        fresh_until=fresh_until(now),
        expires_at=now + lifetimes_of(Audience(credential.audience)).absolute,
        policy_version=current_number(),
    )
    mine = SignIn.objects.filter(credential=credential).exclude(pk=row.pk).order_by("-last_used_at", "pk")
    SignIn.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST - 1 :])).delete()
    return Issued(token, signed_in_of(row))


def end_sign_ins(principal_id: UUID, *, but: UUID | None = None) -> int:
    """End every sign-in of somebody, but this one; gives how many there were."""
    rows = SignIn.objects.filter(credential_id=principal_id)
    deleted, _by_model = (rows if but is None else rows.exclude(pk=but)).delete()
    return deleted
