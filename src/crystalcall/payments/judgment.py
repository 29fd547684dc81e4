"""Whether a transaction pays an order: all checks of the reference, section 1.7, in one pure function.

The promise: CAPTURED is said only of an approved purchase that stands at the gateway, carries our order number and
(where it carries one) a reference we issued, is for exactly the amount due, and was submitted after we asked for its
form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crystalcall.payments.decisions import MismatchReason
from crystalcall.payments.states import TransactionRole
from crystalcall.payments.values import DeclineReason, Standing, TransactionDetails, Verdict
from crystalcall.rules.money import dollars_from_micros

#: How far the gateway's clock and ours may differ.
CLOCK_SLACK = timedelta(minutes=5)

#: Standings in which the money is ours or about to be (reference, 1.7: the accepted set).
PAID = frozenset({Standing.CAPTURED, Standing.AUTHORIZED, Standing.SETTLED})
_WITHDRAWN = frozenset({Standing.VOIDED, Standing.EXPIRED, Standing.REFUNDED})
#: What a transaction was found to be cannot be unsaid by a slower reader of an older answer.
_FINAL = frozenset({TransactionRole.CAPTURED, TransactionRole.SURPLUS})
_ENDED = frozenset({TransactionRole.DECLINED, TransactionRole.WITHDRAWN})
_WAITING = frozenset({TransactionRole.HELD, TransactionRole.UNDECIDED})


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What we remember of one visit to the form; `issued_at` is when we asked for its token."""

    attempt_id: int
    ref_id: str
    amount_micros: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the transaction is to its order, by which attempt it came, and why where that needs a reason.

    `role` is None for one that failed a check and moved no money: it means nothing to the order.
    """

    role: TransactionRole | None
    attempt_id: int | None = None
    mismatch: MismatchReason | None = None
    decline: DeclineReason | None = None


def judge(details: TransactionDetails, *, amount_micros: int, attempts: Sequence[AttemptFacts]) -> Judgment:
    """Judge a transaction whose order number is already known to be ours; `amount_micros` is the amount due."""
    role = _role(details)
    attempt = _attempt_of(details, attempts)
    mismatch = attempt if isinstance(attempt, MismatchReason) else _mismatch(details, attempt, amount_micros)
    attempt_id = None if isinstance(attempt, MismatchReason) else attempt.attempt_id
    if mismatch is None:
        return Judgment(role, attempt_id, decline=details.decline_reason)
    took_money = role in {TransactionRole.CAPTURED, TransactionRole.UNDECIDED, TransactionRole.HELD}
    # A refund is not the buyer's money coming in, so a person need not look at it here.
    is_disputed = took_money and mismatch is not MismatchReason.NOT_A_PURCHASE
    return Judgment(TransactionRole.DISPUTED if is_disputed else None, attempt_id, mismatch)


def next_role(known: TransactionRole | None, judged: TransactionRole, *, is_wanted: bool) -> TransactionRole:
    """The role after this judgment: never backward, and at most one transaction pays an order.

    Money is wanted as long as no other transaction paid the order and it was not given up.
    """
    if known in _FINAL or (known in _ENDED and judged in _WAITING):
        return known or judged
    if judged is TransactionRole.CAPTURED and not is_wanted:
        return TransactionRole.SURPLUS
    return judged


def _role(details: TransactionDetails) -> TransactionRole:
    """4 is review whatever the status; 1 counts only with an accepted status; a released review may be a decline."""
    if details.standing is Standing.DECLINED or details.verdict in {Verdict.DECLINED, Verdict.FAILED}:
        return TransactionRole.DECLINED
    if details.standing in _WITHDRAWN:
        return TransactionRole.WITHDRAWN
    if details.verdict is Verdict.HELD or details.standing is Standing.HELD:
        return TransactionRole.HELD
    return TransactionRole.CAPTURED if details.standing in PAID else TransactionRole.UNDECIDED


def _attempt_of(details: TransactionDetails, attempts: Sequence[AttemptFacts]) -> AttemptFacts | MismatchReason:
    """The attempt it came by: named by its reference, else the last one asked for before it was submitted."""
    early_enough = [facts for facts in attempts if facts.issued_at - CLOCK_SLACK <= details.submitted_at]
    if details.ref_id is not None:
        named = [facts for facts in attempts if facts.ref_id == details.ref_id]
        if not named:
            return MismatchReason.OTHER_REFERENCE
        return named[0] if named[0] in early_enough else MismatchReason.TOO_EARLY
    if not early_enough:
        return MismatchReason.TOO_EARLY
    return max(early_enough, key=lambda facts: (facts.issued_at, facts.attempt_id))


def _mismatch(details: TransactionDetails, attempt: AttemptFacts, amount_micros: int) -> MismatchReason | None:
    if not details.is_purchase:
        return MismatchReason.NOT_A_PURCHASE
    is_due = details.amount == dollars_from_micros(amount_micros)
    return None if is_due and attempt.amount_micros == amount_micros else MismatchReason.OTHER_AMOUNT
