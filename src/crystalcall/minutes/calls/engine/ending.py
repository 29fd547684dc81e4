"""The end of a call: what was used is paid once within the holds, the rest returns, and the proof is written."""

from crystalcall.minutes.calls.engine.bundles import use_bundles
from crystalcall.minutes.calls.engine.identity import Told, is_same_content
from crystalcall.minutes.calls.engine.live import Entry, LiveCall, PastCall
from crystalcall.minutes.calls.engine.messages import End, Lapsed, NotSilent
from crystalcall.minutes.calls.engine.moving import OVER, find, implied_answer, other_content, remember, replay
from crystalcall.minutes.calls.engine.page import Page
from crystalcall.minutes.calls.engine.proving import Closing, Forgiven, Paid, record_row
from crystalcall.minutes.calls.models import CARRIER_LENGTH
from crystalcall.minutes.calls.values import Contradiction, Ended, UnknownCall
from crystalcall.minutes.ledger.values import Posted
from crystalcall.rules.calls import CallState, Priced, ReleaseCause, Settlement, Step, read_release_cause, settle
from crystalcall.rules.fairness import forgive
from crystalcall.rules.ledger import CODE_CALL_CHARGE
from crystalcall.rules.rating import Charge


def end(page: Page, told: Told, message: End) -> Ended | Contradiction | UnknownCall:
    """Charge what was used, once; a call that the sweep has settled gets the sweep's charge."""
    call = find(told)
    if isinstance(call, LiveCall):
        closing = Closing(message.used_seconds, read_release_cause(message.release_cause), told.digest, message.carrier)
        return _close(page, told.entry, call, closing)
    if not isinstance(call, PastCall):
        return call
    if call.state is CallState.EXPIRED:
        known = replay(page, told, Ended)
        return remember(page, told, _late(page, told, call.ended)) if known is None else known
    if call.end_digest is None:
        return OVER[call.state]
    return call.ended if is_same_content(call.end_digest, told) else other_content(Step.END.value)


def lapse(page: Page, told: Told) -> Lapsed | NotSilent:
    """Settle a call of which nothing was heard for longer than it was granted, by the switch's last word."""
    live = told.entry.live
    if live is None or live.expires_at > page.now:
        return NotSilent()
    _close(page, told.entry, live, Closing(live.last_used_seconds, ReleaseCause.SILENT, None))
    return Lapsed(live.answered_at is not None)


def _late(page: Page, told: Told, ended: Ended) -> Ended:
    """The sweep's charge. The hold is gone, so what was used beyond its last word is the operator's loss."""
    account_id = told.entry.known.account_id if told.entry.known else None
    available = page.account(account_id).available if account_id else ended.balance_micros
    return Ended(ended.charge_micros, ended.billable_seconds, available, ended.allowance_seconds, ended.forgiven_micros)


def _close(page: Page, entry: Entry, live: LiveCall, closing: Closing) -> Ended:
    """Settle a running call, and write its record.

    A call that was used without an answer being told was answered so many seconds ago.
    """
    used = closing.used_seconds
    if used and live.answered_at is None:
        live.answered_at = implied_answer(live, used, page.now)
    priced = page.priced(live, live.held_seconds)
    settled, forgiven = _settled(page, live, closing, priced)
    settled, paid = _pay(page, live, closing, settled)
    page.written.records.append(record_row(live, closing, settled, paid, forgiven, page.now))
    charge = settled.charge
    ended = Ended(
        charge.amount_micros,
        charge.billable_seconds,
        paid.available_after_micros,
        charge.allowance_seconds,
        forgiven.micros,
    )
    past = PastCall((live.answered_at, live.granted_seconds), closing.cause.value, closing.digest, ended)
    page.over(live, past, entry)
    return ended


def _settled(page: Page, live: LiveCall, closing: Closing, priced: Priced) -> tuple[Settlement, Forgiven]:
    """What the call costs within its holds, as fairness leaves it."""
    settled = settle(closing.used_seconds, live.held, priced)
    charge = settled.charge
    week_second = priced.week_seconds[charge.offer] if priced.week_seconds else None
    charged_seconds = closing.used_seconds - settled.overrun_seconds
    fair = forgive(charged_seconds, closing.cause, charge, page.fairness_rule, priced.offers, priced.week_seconds)
    if fair is None:
        return settled, Forgiven(week_second=week_second)
    kept = Settlement(fair.charge, settled.overrun_seconds, settled.overrun_micros)
    return kept, Forgiven(fair.reason.value, fair.forgiven_micros, week_second)


def _pay(page: Page, live: LiveCall, closing: Closing, settled: Settlement) -> tuple[Settlement, Paid]:
    books, account, charge = page.books, page.account(live.account_id), settled.charge
    before, transfer_key = account.posted, None
    if charge.amount_micros:
        posted = books.post(
            live.reservation_id, charge.amount_micros, credit_account_id=page.revenue_id, code=CODE_CALL_CHARGE
        )
        if isinstance(posted, Posted):
            before, transfer_key = posted.balance_before, posted.transfer_key
        else:
            # Somebody settled the hold behind the call's back (an operator's hand in the ledger). A charge never
            # exceeds its hold, and there is none left: the caller pays nothing and the loss is written down.
            settled = Settlement(
                Charge(0, 0, 0, 0, charge.offer), closing.used_seconds, charge.amount_micros + settled.overrun_micros
            )
    else:
        books.void(live.reservation_id)
    bundles = (
        use_bundles(books, live, settled.charge.allowance_seconds, page.used_minutes_id) if live.allowances else []
    )
    carrier = (closing.carrier or (live.offers.carriers[0] if live.offers.carriers else ""))[:CARRIER_LENGTH]
    cost = live.offers.cost_micros(
        carrier, closing.used_seconds, live.answered_at or page.now, page.settings.store_time_zone
    )
    return settled, Paid(before, account.available, transfer_key, bundles, carrier, cost)
