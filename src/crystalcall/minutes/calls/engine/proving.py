"""The proof of a charge: every figure that it follows from, as the values of one record."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from crystalcall.minutes.calls.engine.live import BundleHold, LiveCall, written_bundles
from crystalcall.plumbing.together import Row
from crystalcall.rules.calls import Settlement
from crystalcall.rules.release import ReleaseCause

RECORD_FIELDS: Final = (
    *("call_id", "ledger_account_id", "destination_key", "country_iso2", "line_type", "area", "prefix", "deck_id"),
    *("deck_version", "minute_price_micros", "connect_fee_micros", "first_increment_seconds"),
    *("next_increment_seconds", "minimum_charge_micros", "free_up_to_seconds", "terms", "offer", "is_guaranteed"),
    *("is_risky", "week_second", "granted_seconds", "used_seconds", "billable_seconds", "increments"),
    *("allowance_seconds", "allowances", "fee_micros", "charge_micros", "hold_micros", "overrun_seconds"),
    *("overrun_micros", "fairness", "forgiven_micros", "balance_before_micros", "available_after_micros"),
    *("transfer_key", "carrier", "cost_micros", "release_cause", "authorized_at", "answered_at", "ended_at"),
    "end_digest",
)


class Closing(NamedTuple):
    """How a call ended: seconds since the answer, cause, carrier; without a digest the sweep settled it."""

    used_seconds: int
    cause: ReleaseCause
    digest: bytes | None
    carrier: str | None = None


class Forgiven(NamedTuple):
    """What fairness took off, and why (empty: nothing); and when in its zone's week the call was answered."""

    reason: str = ""
    micros: int = 0
    week_second: int | None = None


class Paid(NamedTuple):
    """What the books say of the end of a call, and what its carrier asks (None: nobody knows)."""

    balance_before_micros: int
    available_after_micros: int
    transfer_key: UUID | None
    bundles: list[BundleHold]
    carrier: str
    cost_micros: int | None


def record_row(
    live: LiveCall, closing: Closing, settled: Settlement, paid: Paid, forgiven: Forgiven, now: datetime
) -> Row:
    """The record of a call that is over, in the order of `RECORD_FIELDS`."""
    charge = settled.charge
    offer = live.offers.offers[charge.offer]
    return (
        *(live.id, live.account_id, *offer.columns, charge.offer, offer.is_promised, live.is_risky),
        *(forgiven.week_second, live.granted_seconds, closing.used_seconds, charge.billable_seconds),
        *(charge.increments, charge.allowance_seconds, written_bundles(paid.bundles), charge.fee_micros),
        *(charge.amount_micros, live.hold_micros, settled.overrun_seconds, settled.overrun_micros, forgiven.reason),
        *(forgiven.micros, paid.balance_before_micros, paid.available_after_micros, paid.transfer_key),
        *(
            paid.carrier,
            paid.cost_micros,
            closing.cause.value,
            live.authorized_at,
            live.answered_at,
            now,
            closing.digest,
        ),
    )
