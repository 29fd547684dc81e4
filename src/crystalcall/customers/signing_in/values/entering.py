"""Signing in, step by step, and the credentials behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from crystalcall.customers.signing_in.values.admission import SignedIn


@dataclass(frozen=True, slots=True)
class Issued:
    """A token for the browser, told once and kept nowhere: only its hash is."""

    token: str = field(repr=False)
    signed_in: SignedIn


@dataclass(frozen=True, slots=True)
class SecondFactorNeeded:
    """The password was right; `challenge` goes with the second factor to `finish_second_factor`, within five minutes.

    `passkey_options` is what `navigator.credentials.get` wants (JSON form of WebAuthn), None where there is no passkey.
    """

    challenge: str = field(repr=False)
    has_totp: bool
    passkey_options: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProofByMailSent:
    """Too many tries: a link went to the address, if it is known; the browser that presses it may try. No lock-out."""


class SignInRefusal(StrEnum):
    """Why somebody was not let in."""

    NOT_RIGHT = "not_right"
    """Address or password is wrong, or the second factor; never which."""
    WAIT = "wait"
    """Too soon after wrong tries: nothing was looked at. `wait_seconds` says how long."""
    BUSY = "busy"
    """Too many sign in at this moment: nothing was looked at. `wait_seconds` goes into Retry-After."""
    CHALLENGE_OVER = "challenge_over"
    """The step after the password took too long or too many tries: begin again."""


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Nobody was let in, and nothing changed but a count."""

    reason: SignInRefusal
    wait_seconds: int = 0


SignInAnswer = Issued | SecondFactorNeeded | ProofByMailSent | SignInRefused


@dataclass(frozen=True, slots=True)
class TotpAnswer:
    """Six digits of an authenticator."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryAnswer:
    """One of the recovery codes."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What `navigator.credentials.get` gave, as JSON (`PublicKeyCredential.toJSON()`)."""

    credential: str = field(repr=False)


SecondFactorAnswer = TotpAnswer | RecoveryAnswer | PasskeyAnswer


@dataclass(frozen=True, slots=True)
class SignInInfo:
    """A line of the list of sign-ins."""

    sign_in_id: UUID
    since: datetime
    last_used: datetime
    expires_at: datetime
    has_second_factor: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class PrincipalContact:
    """How mail reaches somebody who can sign in; the language is "en" or "ru"."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    language: str
    collected_under: int = 1
    """The version of the privacy policy under which the address was given."""


@dataclass(frozen=True, slots=True)
class CredentialAdded:
    """Somebody can sign in with this address and password from now on."""


@dataclass(frozen=True, slots=True)
class AddressTaken:
    """Somebody else at this door signs in with this address; nothing was added."""
