"""Tokens of the hosted form: what was asked, when it was opened, whether it was paid.

The token itself is not kept, only its digest.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crystalcall.payments.standin.hosted_settings import HostedOptions
from crystalcall.payments.standin.state import State, moment, stamp

# The gateway's own figure: a form must be opened within 15 minutes of the token.
OPEN_WITHIN = timedelta(minutes=15)
# Stands in a token's place of a transaction where a decline ended it.
SPENT = "spent"
TOKEN_BYTES = 240


class HostedAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What a token froze: amount, order, customer and the options of the form. ``amount_cents`` in cents."""

    transaction_type: str
    amount_cents: int
    ref_id: str = ""
    invoice_number: str = ""
    description: str = ""
    customer_id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    zip_code: str = ""
    duplicate_window_seconds: int = 120
    window_named: bool = False
    test: bool = False
    customer_profile_id: str = ""
    parts: dict[str, Any] = {}
    options: HostedOptions = msgspec.field(default_factory=HostedOptions)

    @property
    def may_save(self) -> bool:
        """Whether the form offers to keep the card: the store asked for it and named a profile."""
        return self.options.offers_saving and bool(self.customer_profile_id)


@dataclass(frozen=True, slots=True)
class HostedForm:
    """One token's form."""

    token_digest: str
    issued_at: datetime
    opened_at: datetime | None
    paid_trans_id: str | None
    ask: HostedAsk

    def may_open(self, now: datetime) -> bool:
        """Whether the browser may (re)open the form now."""
        return self.paid_trans_id is None and now < self.issued_at + OPEN_WITHIN

    def may_pay(self, now: datetime, within_minutes: int) -> bool:
        """Whether an opened form may be paid now: so long after its token, or for ever if 0 is said."""
        if self.opened_at is None or self.paid_trans_id == SPENT:
            return False
        return not within_minutes or now < self.issued_at + timedelta(minutes=within_minutes)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(state: State, ask: HostedAsk, now: datetime) -> str:
    """A new token for ``ask``: 320 characters of base64, opaque."""
    token = base64.b64encode(secrets.token_bytes(TOKEN_BYTES)).decode("ascii")
    state.run(
        "INSERT INTO hosted_form (token_digest, issued_at, ask) VALUES (?, ?, ?)",
        _digest(token),
        stamp(now),
        msgspec.json.encode(ask),
    )
    return token


def find(state: State, token: str) -> HostedForm | None:
    """The form of a token, or None when there never was one."""
    row = state.row("SELECT * FROM hosted_form WHERE token_digest = ?", _digest(token))
    if row is None:
        return None
    return HostedForm(
        token_digest=row["token_digest"],
        issued_at=moment(row["issued_at"]),
        opened_at=moment(row["opened_at"]) if row["opened_at"] else None,
        paid_trans_id=row["paid_trans_id"],
        ask=msgspec.json.decode(row["ask"], type=HostedAsk),
    )


def mark_opened(state: State, form: HostedForm, now: datetime) -> None:
    """Remember the first time the form was shown."""
    state.run(
        "UPDATE hosted_form SET opened_at = ? WHERE token_digest = ? AND opened_at IS NULL",
        stamp(now),
        form.token_digest,
    )


def mark_paid(state: State, form: HostedForm, trans_id: str) -> None:
    """Spend the token."""
    state.run(
        "UPDATE hosted_form SET paid_trans_id = ? WHERE token_digest = ? AND paid_trans_id IS NULL",
        trans_id,
        form.token_digest,
    )


def mark_spent(state: State, form: HostedForm) -> None:
    """End the token without a payment."""
    mark_paid(state, form, SPENT)
