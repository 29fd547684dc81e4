"""One press of Pay: the bank is asked, a transaction written, the webhook queued, all in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from crystalcall.payments.standin import cards, codes, hosted_forms, notifications, transactions
from crystalcall.payments.standin.cards import TestCard
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.hosted_forms import HostedAsk, HostedForm
from crystalcall.payments.standin.state import State, stamp
from crystalcall.payments.standin.transactions import Transaction


@dataclass(frozen=True, slots=True)
class CardEntry:
    """What a well-filled form holds. The number lives only in the TestCard, which is public anyway."""

    card: TestCard
    card_code: str
    first_name: str
    last_name: str
    zip_code: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Approved, or held for review: the token is spent."""

    transaction: Transaction
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Declined or refused as a duplicate: the form stays, another try is free."""

    text: str


def pay(state: State, form: HostedForm, entry: CardEntry, faults: Faults, now: datetime) -> Accepted | NotAccepted:
    """Try to pay a form. A second press after success meets the same transaction and charges nothing."""
    with state.writing():
        if form.paid_trans_id:
            paid = transactions.find(state, form.paid_trans_id)
            return Accepted(paid, repeated=True) if paid else NotAccepted("The payment is gone.")
        attempt = _attempt(form.ask, entry, now)
        if _is_duplicate(state, form.ask, attempt, now):
            return NotAccepted(codes.DUPLICATE[1])
        transactions.add(state, attempt)
        if attempt.response_code == cards.DECLINED:
            # There is no webhook for a decline.
            return NotAccepted(attempt.reason)
        hosted_forms.mark_paid(state, form, attempt.trans_id)
        notifications.enqueue(state, _event_type(attempt), attempt, faults, now)
        return Accepted(attempt)


def _is_duplicate(state: State, ask: HostedAsk, attempt: Transaction, now: datetime) -> bool:
    if attempt.response_code == cards.DECLINED or ask.duplicate_window_seconds <= 0:
        return False
    return transactions.find_duplicate(state, attempt, now, ask.duplicate_window_seconds) is not None


def _event_type(transaction: Transaction) -> str:
    if transaction.response_code == cards.HELD:
        return "net.authorize.payment.fraud.held"
    if transaction.transaction_type == transactions.AUTH_ONLY:
        return "net.authorize.payment.authorization.created"
    return "net.authorize.payment.authcapture.created"


def _attempt(ask: HostedAsk, entry: CardEntry, now: datetime) -> Transaction:
    verdict = cards.judge(entry.zip_code, entry.card_code)
    approved_status = (
        transactions.AUTHORIZED if ask.transaction_type == transactions.AUTH_ONLY else transactions.CAPTURED
    )
    status = {
        cards.DECLINED: transactions.DECLINED,
        cards.HELD: transactions.HELD_AUTHORIZED,
    }.get(verdict.response_code, approved_status)
    return Transaction(
        trans_id=transactions.new_trans_id(),
        submitted_at=stamp(now),
        transaction_type=ask.transaction_type,
        status=status,
        response_code=verdict.response_code,
        reason_code=verdict.reason_code,
        reason=verdict.reason,
        amount_cents=ask.amount_cents,
        card_masked=entry.card.masked,
        card_brand=entry.card.brand,
        auth_code="" if verdict.response_code == cards.DECLINED else transactions.new_auth_code(),
        avs=verdict.avs,
        cvv=verdict.cvv,
        invoice_number=ask.invoice_number,
        description=ask.description,
        ref_id=ask.ref_id,
        customer_id=ask.customer_id,
        email=ask.email,
        first_name=entry.first_name,
        last_name=entry.last_name,
        zip_code=entry.zip_code,
    )


def review(state: State, held: Transaction, *, approve: bool, faults: Faults, now: datetime) -> Transaction:
    """The merchant's word on a held transaction: captured as it was meant, or declined with reason 254."""
    if approve:
        status = transactions.CAPTURED
        if held.transaction_type == transactions.AUTH_ONLY:
            status = transactions.AUTHORIZED
        changed = replace(
            held, status=status, response_code=1, reason_code=1, reason="This transaction has been approved."
        )
        event = "net.authorize.payment.fraud.approved"
    else:
        changed = replace(
            held,
            status=transactions.DECLINED,
            response_code=2,
            reason_code=254,
            reason="This transaction has been declined.",
        )
        event = "net.authorize.payment.fraud.declined"
    with state.writing():
        transactions.review(state, held, changed)
        notifications.enqueue(state, event, changed, faults, now)
    return changed
