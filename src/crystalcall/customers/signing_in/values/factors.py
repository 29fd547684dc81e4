"""Second factors as their owner sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TotpBegun:
    """A secret to be put into an authenticator; it counts once `totp_confirm` got a code of it.

    `uri` is for the QR code (otpauth://…), `secret` is for typing, in groups of four.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorAdded:
    """The second factor counts from now on; `recovery_codes` are shown once, empty where there were some already."""

    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorRemoved:
    """The second factor is gone; the recovery codes too where it was the last."""


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Ten fresh codes, shown once; those before count no more."""

    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyOptions:
    """What `navigator.credentials.create` wants (JSON form of WebAuthn); `ceremony` comes back with its answer."""

    ceremony: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyInfo:
    """A passkey in the list; `label` is what its owner called it."""

    passkey_id: UUID
    label: str = field(repr=False)
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors somebody has."""

    totp_since: datetime | None
    recovery_codes_left: int
    passkeys: tuple[PasskeyInfo, ...]

    @property
    def has_any(self) -> bool:
        """Whether signing in takes more than the password."""
        return self.totp_since is not None or bool(self.passkeys)
