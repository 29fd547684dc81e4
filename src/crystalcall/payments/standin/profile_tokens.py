"""Tokens of the hosted profile pages: whose profile, with which settings. Only the token's digest is kept.

Unlike the payment form's, such a token opens the pages again and again for fifteen minutes: adding, changing and
deleting happen under one token.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from crystalcall.payments.standin.profile_settings import ProfileOptions
from crystalcall.payments.standin.state import State, moment, stamp

OPEN_WITHIN = timedelta(minutes=15)
TOKEN_BYTES = 240


@dataclass(frozen=True, slots=True)
class ProfileVisit:
    """What a token stands for."""

    customer_profile_id: str
    options: ProfileOptions
    issued_at: datetime


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(state: State, profile_id: str, options: ProfileOptions, now: datetime) -> str:
    """A new token for a profile."""
    token = base64.b64encode(secrets.token_bytes(TOKEN_BYTES)).decode("ascii")
    state.run(
        "INSERT INTO profile_token (token_digest, issued_at, customer_profile_id, settings) VALUES (?, ?, ?, ?)",
        _digest(token),
        stamp(now),
        profile_id,
        msgspec.json.encode(options),
    )
    return token


def find(state: State, token: str, now: datetime) -> ProfileVisit | None:
    """What a token stands for, or None when it is unknown or too old."""
    row = state.row("SELECT * FROM profile_token WHERE token_digest = ?", _digest(token))
    if row is None or now >= moment(row["issued_at"]) + OPEN_WITHIN:
        return None
    options = msgspec.json.decode(row["settings"], type=ProfileOptions)
    return ProfileVisit(row["customer_profile_id"], options, moment(row["issued_at"]))
