"""Settlement: once a day, at the account's cut-off, what was captured is closed into a batch.

Nothing runs at the cut-off itself. Whoever looks (a request, the courier, a moved clock) first closes every batch
whose cut-off has passed, each with the moment of its own cut-off; so the order of events does not depend on who looks.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crystalcall.payments.standin import transactions
from crystalcall.payments.standin.state import State, moment, stamp
from crystalcall.payments.standin.switches import Switches
from crystalcall.payments.standin.transactions import Transaction

#: The account's own time zone, as at a merchant on the gateway's coast.
ZONE = ZoneInfo("America/Los_Angeles")
SETTLED_STATE = "settledSuccessfully"
FAILED_STATE = "settlementError"
SETTLING = {transactions.CAPTURED: transactions.SETTLED, transactions.REFUND_PENDING: transactions.REFUND_SETTLED}


@dataclass(frozen=True, slots=True)
class Batch:
    """One closed batch."""

    batch_id: str
    settled_at: datetime
    state: str


def _batch(row: dict[str, str]) -> Batch:
    return Batch(row["batch_id"], moment(row["settled_at"]), row["state"])


def next_cutoff(after: datetime, cutoff: str) -> datetime:
    """The first cut-off later than ``after``; in the account's own time, so summer time moves it in UTC."""
    hour, minute = (int(part) for part in cutoff.split(":"))
    local = after.astimezone(ZONE)
    today = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    return today if today > local else (today + timedelta(days=1)).replace(fold=0)


def catch_up(state: State, switches: Switches, now: datetime, *, failing: bool = False) -> int:
    """Close every batch whose cut-off has passed, and let go what waited too long. How many batches were closed."""
    with state.writing():
        _expire(state, switches, now)
        return _close_due(state, switches, now, failing=failing) if switches.settles_by_itself else 0


def _close_due(state: State, switches: Switches, now: datetime, *, failing: bool) -> int:
    closed = 0
    while True:
        pending = [item for status in SETTLING for item in transactions.waiting(state, status)]
        dues = [next_cutoff(moment(item.ready_at), switches.cutoff) for item in pending]
        first = min(dues, default=None)
        if first is None or first > now:
            return closed
        ready = [item for item, due in zip(pending, dues, strict=True) if due == first]
        _close(state, ready, first, failing=failing)
        closed += 1


def settle_now(state: State, now: datetime, *, failing: bool = False) -> int:
    """Close the batch by hand: everything captured and every pending refund. The number of them."""
    with state.writing():
        pending = [item for status in SETTLING for item in transactions.waiting(state, status)]
        if pending:
            _close(state, pending, now, failing=failing)
        return len(pending)


def _close(state: State, ready: list[Transaction], when: datetime, *, failing: bool) -> None:
    """One batch with what settles; what was declined or voided until then is told with it."""
    batch_id = str(secrets.randbelow(9 * 10**6) + 10**6)
    state.run(
        "INSERT INTO batch (batch_id, settled_at, state) VALUES (?, ?, ?)",
        batch_id,
        stamp(when),
        FAILED_STATE if failing else SETTLED_STATE,
    )
    for item in ready:
        status = transactions.SETTLEMENT_ERROR if failing else SETTLING[item.status]
        transactions.save(state, item, status=status, settled_at=stamp(when), batch_id=batch_id)
    for status in (transactions.DECLINED, transactions.VOIDED):
        for item in transactions.waiting(state, status):
            if moment(item.submitted_at) <= when:
                transactions.save(state, item, batch_id=batch_id)


def _expire(state: State, switches: Switches, now: datetime) -> None:
    """Authorizations nobody captured and holds nobody reviewed end by themselves."""
    spans = (
        (switches.authorization_days, (transactions.AUTHORIZED,)),
        (switches.review_days, (transactions.HELD_AUTHORIZED, transactions.HELD_UNASKED)),
    )
    for days, statuses in spans:
        for status in statuses if days else ():
            for item in transactions.waiting(state, status):
                if moment(item.submitted_at) + timedelta(days=days) <= now:
                    transactions.save(state, item, status=transactions.EXPIRED)


def find(state: State, batch_id: str) -> Batch | None:
    """The batch of that number, or None."""
    row = state.row("SELECT * FROM batch WHERE batch_id = ?", batch_id)
    return _batch(row) if row else None


def between(state: State, first: datetime, last: datetime) -> list[Batch]:
    """The batches settled from ``first`` to ``last``, oldest first."""
    rows = state.rows(
        "SELECT * FROM batch WHERE settled_at >= ? AND settled_at <= ? ORDER BY settled_at, batch_id",
        stamp(first),
        stamp(last),
    )
    return [_batch(row) for row in rows]
