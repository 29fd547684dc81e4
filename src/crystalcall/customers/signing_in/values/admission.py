"""A request and its proof, and who asks: what letting in says."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Audience(StrEnum):
    """At which door somebody signs in; a sign-in at one opens nothing at the other."""

    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class ProvenRequest:
    """A request as its proof must describe it.

    `authorization` is the whole header ("DPoP ccs_…"), "" before sign-in; `proof` is the header DPoP;
    `url` the whole address as the browser asked for it, query included; `body` exactly the bytes that came.
    """

    method: str
    url: str = field(repr=False)
    proof: str = field(repr=False)
    authorization: str = field(default="", repr=False)
    body: bytes = field(default=b"", repr=False)


class NotAdmittedReason(StrEnum):
    """Why a request with a proof is not served. What the browser's script does about each stands beside it."""

    NO_PROOF = "no_proof"
    """No token, or no proof, or another scheme: sign in."""
    BAD_PROOF = "bad_proof"
    """The proof is not for this request, not by this key, or not well made: sign in."""
    NONCE_WANTED = "nonce_wanted"
    """No nonce of ours, an old one, or a clock that goes wrong: take the nonce of this answer and ask once more."""
    REPLAYED = "replayed"
    """The same proof came before: make a new one (never by itself; the first may have been carried out)."""
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a word
    """Signed out, ended elsewhere, password changed, or never given: sign in."""
    IDLE = "idle"
    """Not used for half an hour: sign in."""
    EXPIRED = "expired"
    """Twelve hours have passed: sign in."""


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """A request that is not served; `nonce` goes into the answer's header DPoP-Nonce."""

    reason: NotAdmittedReason
    nonce: str

    @property
    def error(self) -> str:
        """The word for `WWW-Authenticate: DPoP error="…"` (RFC 9449, sections 7.1 and 9)."""
        if self.reason is NotAdmittedReason.NONCE_WANTED:
            return "use_dpop_nonce"
        bad = {NotAdmittedReason.BAD_PROOF, NotAdmittedReason.REPLAYED}
        return "invalid_dpop_proof" if self.reason in bad else "invalid_token"


@dataclass(frozen=True, slots=True)
class KeyProven:
    """A request before sign-in whose proof holds; `thumbprint` names the browser's key (RFC 7638, base64url)."""

    thumbprint: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks. `has_second_factor`: it was made with one. until `fresh_until` sensitive acts need no new password."""

    sign_in_id: UUID
    audience: Audience
    principal_id: UUID
    has_second_factor: bool
    fresh_until: datetime | None
    idle_until: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether the password was given within the last five minutes."""
        return self.fresh_until is not None and now < self.fresh_until
