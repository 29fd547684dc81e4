"""What a switch tells of a call that it was granted: the answer, and that it wants more time.

Each message is looked up among those told before, read against the state of the call, and only then moves it on; its
answer is kept in the same transaction.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from crystalcall.minutes.calls.engine import answers
from crystalcall.minutes.calls.engine.bundles import lengthen_bundles
from crystalcall.minutes.calls.engine.identity import Told, is_same_content
from crystalcall.minutes.calls.engine.live import LiveCall, PastCall
from crystalcall.minutes.calls.engine.messages import Answer, Extend
from crystalcall.minutes.calls.engine.page import Page, grant_limits
from crystalcall.minutes.calls.values import Answered, Contradiction, Ended, Extended, UnknownCall
from crystalcall.minutes.ledger.values import Reserved
from crystalcall.rules.calls import CallState, Reading, Step, extend, read_step
from crystalcall.rules.limits import bounds

A = TypeVar("A", Answered, Extended, Ended)

OVER: Final = {
    CallState.REFUSED: Contradiction("This call was refused."),
    CallState.ENDED: Contradiction("This call has ended."),
    CallState.EXPIRED: Contradiction(
        "This call was settled, because nothing was heard of it for longer than it was granted."
    ),
}


def find(told: Told) -> LiveCall | PastCall | Contradiction | UnknownCall:
    """The call that a message concerns, if anything can be told of it."""
    entry = told.entry
    if entry.live is not None:
        return entry.live
    if entry.known is None:
        return UnknownCall(told.call_id)
    if entry.known.refusal_reason:
        return OVER[CallState.REFUSED]
    if entry.past is None:
        # Its record was given up after the years that records are kept.
        return OVER[CallState.ENDED]
    return OVER[entry.past.state] if entry.known.digest is None else entry.past


def replay(page: Page, told: Told, kind: type[A]) -> A | Contradiction | None:
    """The answer given to this message before; a contradiction where the same step said something else."""
    kept = page.steps.get((told.id, told.step, told.sequence))
    if kept is None:
        return None
    digest, answer = kept
    if not is_same_content(digest, told):
        return other_content(told.step)
    return answers.read(answer, kind)


def other_content(step: str) -> Contradiction:
    """The same step was told before with other content."""
    return Contradiction(f"This call was told another {step} before, with other content.")


def remember(page: Page, told: Told, answer: A) -> A:
    """Keep the answer for a repeat of this message, and give it back."""
    text = answers.written(answer)
    page.steps[told.id, told.step, told.sequence] = told.digest, text
    page.written.steps.append((told.id, told.step, told.sequence, told.digest, text, page.now))
    return answer


def answer(page: Page, told: Told, message: Answer) -> Answered | Contradiction | UnknownCall:
    """Note that the called side answered."""
    call = find(told)
    if not isinstance(call, LiveCall | PastCall):
        return call
    known = replay(page, told, Answered)
    if known is not None:
        return known
    if read_step(Step.ANSWER, call.state, was_answered=call.answered_at is not None) is Reading.CONTRADICTORY:
        return OVER[call.state]
    if isinstance(call, LiveCall) and call.answered_at is None:
        # A switch's clock may be wrong; no call is answered after it was told, or before it was allowed (which another
        # process, whose clock runs a little ahead, may have written down as later than our now).
        said = max(min(message.answered_at or page.now, page.now), call.authorized_at)
        call.answer(said.astimezone(UTC))
        call.is_changed = True
    return remember(page, told, Answered(call.state, call.answered_at or page.now, call.granted_seconds))


def prolong(page: Page, told: Told, message: Extend) -> Extended | Contradiction | UnknownCall:
    """Give the call all (or the next slice) that credit and bundles pay now, in place of its old hold."""
    call = find(told)
    if not isinstance(call, LiveCall | PastCall):
        return call
    known = replay(page, told, Extended)
    if known is not None:
        return known
    if isinstance(call, PastCall):
        return OVER[call.state]
    call.last_used_seconds = max(call.last_used_seconds, message.used_seconds)
    if message.used_seconds and call.answered_at is None:
        call.answer(implied_answer(call, message.used_seconds, page.now))
    if message.sequence > call.last_sequence:
        # An older request that was overtaken on its way gets the limit of the newer one.
        call.last_sequence = message.sequence
        _lengthen(page, call)
    call.is_changed = True
    return remember(page, told, Extended(call.granted_seconds))


def implied_answer(live: LiveCall, used_seconds: int, now: datetime) -> datetime:
    """When a call must have been answered that was used for so long, though no answer was told."""
    return max(live.authorized_at, now - timedelta(seconds=used_seconds))


def _is_shut(page: Page, live: LiveCall) -> bool:
    """Whether every PIN that the account had when the call was authorized is blocked by now."""
    if live.account_id not in page.shut:
        return False
    oldest = page.shut[live.account_id]
    return oldest is None or live.authorized_at < oldest


def _lengthen(page: Page, live: LiveCall) -> None:
    """Raise limit and holds as far as credit, bundles and limits go now; where they go no further, all stays."""
    if _is_shut(page, live):
        # The card was reported lost while somebody talks: what was granted stands, and no more.
        return
    account = page.account(live.account_id)
    called = live.offers.called(None, is_risky=live.is_risky)
    seats = page.seats(live.account_id)
    facts = page.facts(seats, is_risky=False, without=live)
    allowed = bounds(seats.limits, facts, called, page.guards)
    spendable = max(allowed.spendable_micros(account.available + live.hold_micros), live.hold_micros)
    bundles = page.books.allowances(live.account_id, live.offers.coverages)
    pool = live.held_seconds + sum(bundle.available for bundle in bundles)
    limits = grant_limits(page.settings.call_cap_seconds, allowed.seconds_cap, live.slice_seconds)
    wanted = extend(live.granted_seconds, spendable, page.priced(live, pool), limits)
    if wanted.seconds == live.granted_seconds:
        return
    if isinstance(page.books.replace(live.reservation_id, wanted.hold_micros), Reserved):
        live.allowances = lengthen_bundles(page.books, live, bundles, wanted.allowance_seconds)
        live.granted_seconds = wanted.seconds
        live.hold_micros = wanted.hold_micros
        live.put_off(live.answered_at or page.now)
