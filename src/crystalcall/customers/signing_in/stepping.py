"""Steps that take two requests: the second factor after the password, and a passkey that is being made."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from crystalcall.customers.signing_in.locks import locked_ceremony
from crystalcall.customers.signing_in.models import Ceremony, Credential
from crystalcall.customers.signing_in.secret_words import SECRET, digest, new_secret
from crystalcall.privacy.policy.queries import current_number

VALID: Final = timedelta(minutes=5)
TRIES: Final = 5
CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that was begun: the secret that finishes it, and what a passkey is to sign."""

    secret: str = field(repr=False)
    challenge: bytes = field(repr=False)


def begin(
    credential: Credential,
    thumbprint: str,
    now: datetime,
    *,
    adds_passkey: bool = False,
    replaces: UUID | None = None,
) -> Begun:
    """Begin a step, for five minutes and for this browser's key."""
    begun = Begun(new_secret(), secrets.token_bytes(CHALLENGE_BYTES))
    Ceremony.objects.create(
        digest=digest(begun.secret),
        credential=credential,
        thumbprint=thumbprint,
        adds_passkey=adds_passkey,
        replaces=replaces,
        challenge=begun.challenge,
        tries_left=TRIES,
        expires_at=now + VALID,
        policy_version=current_number(),
    )
    return begun


def look(secret: str, thumbprint: str, now: datetime, *, adds_passkey: bool = False) -> Ceremony | None:
    """The step under way, if this browser began it and its time and tries are not over; nothing changes."""
    if not SECRET.fullmatch(secret):
        return None
    rows = Ceremony.objects.filter(
        digest=digest(secret), thumbprint=thumbprint, adds_passkey=adds_passkey, expires_at__gt=now, tries_left__gt=0
    )
    return rows.first()


def take_try(ceremony: Ceremony, now: datetime) -> Ceremony | None:
    """The same step, locked and with one try fewer, in the caller's transaction; None where it ended meanwhile."""
    row = locked_ceremony(bytes(ceremony.digest), now)
    if row is None or row.tries_left < 1:
        return None
    row.tries_left -= 1
    row.save(update_fields=["tries_left"])
    return row
