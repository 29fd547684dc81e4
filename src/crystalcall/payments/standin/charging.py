"""One charge of a card, by the form, by the API or by a stored card: filters, bank, duplicate window, transaction."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import msgspec

from crystalcall.payments.standin import cards, codes, fraud_filters, notifications, transactions
from crystalcall.payments.standin.cards import TestCard, Verdict
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.fraud_filters import FraudFilter, Seen
from crystalcall.payments.standin.state import stamp
from crystalcall.payments.standin.transactions import Transaction

TEST_TRANS_ID = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is asked of the bank. ``amount_cents`` in cents.

    Attributes:
        kind: authCaptureTransaction, authOnlyTransaction or captureOnlyTransaction.
        card: a published test card; its number goes no further than this value.
        expiry: year and month, ``2030-12``.
        zip_code: of the billing address; it decides what the bank says.
        window_seconds: the duplicate window.
        window_named: it was sent along, so a duplicate's answer names the first transaction.
        test: the request says testRequest.
        parts: addresses, lines and amounts as they were asked.
    """

    kind: str
    amount_cents: int
    card: TestCard
    expiry: str = ""
    card_code: str = ""
    zip_code: str = ""
    first_name: str = ""
    last_name: str = ""
    ref_id: str = ""
    invoice_number: str = ""
    description: str = ""
    customer_id: str = ""
    email: str = ""
    auth_code: str = ""
    window_seconds: int = 120
    window_named: bool = False
    test: bool = False
    customer_profile_id: str = ""
    payment_profile_id: str = ""
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Of everything the gateway compares: a new invoice number makes it another charge."""
        masked = (self.card.masked, self.card.brand, self.expiry)
        order = (self.kind, self.amount_cents, self.invoice_number, self.parts.get("poNumber", ""), self.customer_id)
        person = (self.first_name, self.last_name, self.email, self.zip_code)
        places = (self.parts.get("billTo"), self.parts.get("shipTo"), self.parts.get("customerIP", ""))
        return transactions.fingerprint_of(masked, order, person, places)


@dataclass(frozen=True, slots=True)
class Charged:
    """The transaction, approved, held or declined; ``kept`` is False where Test Mode left no trace."""

    transaction: Transaction
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same charge was made within the window; ``first`` is named only if the window was sent along."""

    first: Transaction
    named: bool


def charge(desk: StandinDesk, asked: Charge) -> Charged | Repeated:
    """Ask the bank, write the transaction, queue the webhook; call inside ``state.writing``."""
    now = desk.now()
    if asked.test or desk.switches.account == "test_mode":
        made = _attempt(desk, asked)
        return Charged(replace(made, trans_id=TEST_TRANS_ID, auth_code="000000", network_trans_id=""), kept=False)
    first = transactions.find_duplicate(desk.state, asked.fingerprint, now, asked.window_seconds)
    if first is not None:
        return Repeated(first, asked.window_named)
    made = transactions.add(desk.state, _attempt(desk, asked))
    event = event_of(made)
    if event:
        notifications.enqueue(desk.state, event, made, desk.faults, now)
    return Charged(made)


def event_of(made: Transaction) -> str:
    """The event of a new transaction; there is none for a decline."""
    if made.response_code == cards.DECLINED:
        return ""
    if made.response_code == cards.HELD:
        return "net.authorize.payment.fraud.held"
    kinds = {
        transactions.AUTH_ONLY: "net.authorize.payment.authorization.created",
        transactions.CAPTURE_ONLY: "net.authorize.payment.capture.created",
    }
    return kinds.get(made.transaction_type, "net.authorize.payment.authcapture.created")


def _attempt(desk: StandinDesk, asked: Charge) -> Transaction:
    now = desk.now()
    verdict = cards.judge(asked.zip_code, asked.card_code)
    found = _triggered(desk, asked, verdict)
    verdict = filtered(verdict, found)
    approved = transactions.AUTHORIZED if asked.kind == transactions.AUTH_ONLY else transactions.CAPTURED
    status = {cards.DECLINED: transactions.DECLINED, cards.HELD: _held_status(found)}.get(
        verdict.response_code, approved
    )
    spoken = verdict.response_code != cards.DECLINED and status != transactions.HELD_UNASKED
    return Transaction(
        trans_id=transactions.new_trans_id(),
        submitted_at=stamp(now),
        ready_at=stamp(now),
        transaction_type=asked.kind,
        status=status,
        response_code=verdict.response_code,
        reason_code=verdict.reason_code,
        reason=verdict.reason,
        amount_cents=asked.amount_cents,
        card_masked=asked.card.masked,
        card_brand=asked.card.brand,
        auth_code=(asked.auth_code or transactions.new_auth_code()) if spoken else "",
        avs=verdict.avs,
        cvv=verdict.cvv,
        invoice_number=asked.invoice_number,
        description=asked.description,
        ref_id=asked.ref_id,
        customer_id=asked.customer_id,
        email=asked.email,
        first_name=asked.first_name,
        last_name=asked.last_name,
        zip_code=asked.zip_code,
        fingerprint=asked.fingerprint,
        filters=msgspec.json.encode([(one.name, one.action) for one in found]),
        customer_profile_id=asked.customer_profile_id,
        payment_profile_id=asked.payment_profile_id,
        network_trans_id=transactions.new_network_id() if spoken else "",
        # Not the number, not the code: the month is all that a profile made from this will need.
        parts=msgspec.json.encode(asked.parts | {"cardExpiry": asked.expiry}),
    )


def _triggered(desk: StandinDesk, asked: Charge, verdict: Verdict) -> list[FraudFilter]:
    seen = Seen(
        amount=transactions.dollars(asked.amount_cents),
        zip_code=asked.zip_code,
        avs=verdict.avs,
        cvv=verdict.cvv,
        last_hour=transactions.count_since(desk.state, desk.now() - timedelta(hours=1)) + 1,
    )
    return fraud_filters.triggered(desk.switches.filters, seen)


def filtered(verdict: Verdict, found: list[FraudFilter]) -> Verdict:
    """The bank's verdict after the strictest filter has had its say; ``hold`` does not even ask the bank."""
    if not found or found[0].action == "report":
        return verdict
    strictest = found[0]
    if strictest.action in {"reject", "decline"}:
        code, reason = strictest.reason_code, codes.FILTER_DECLINES.get(strictest.reason_code, codes.DECLINED_TEXT)
        return replace(verdict, response_code=cards.DECLINED, reason_code=code, reason=reason)
    if strictest.action == "hold":
        return replace(verdict, response_code=cards.HELD, reason_code=252, reason=codes.HELD_TEXT)
    if verdict.response_code == cards.DECLINED:
        return verdict
    return replace(verdict, response_code=cards.HELD, reason_code=253, reason=codes.HELD_TEXT)


def _held_status(found: list[FraudFilter]) -> str:
    unasked = bool(found) and found[0].action == "hold"
    return transactions.HELD_UNASKED if unasked else transactions.HELD_AUTHORIZED


def review(desk: StandinDesk, held: Transaction, *, approve: bool) -> Transaction:
    """The merchant's word on a held transaction; call inside ``state.writing``.

    Approved, the bank is asked where it was not asked before, and may still decline: the event says ``fraud.approved``
    and its responseCode is 2. Declined, the reason is 254.
    """
    refused = approve and (desk.switches.review_approval_declines or _bank_declines(held))
    if approve and not refused:
        captured = held.transaction_type != transactions.AUTH_ONLY
        changes = {
            "status": transactions.CAPTURED if captured else transactions.AUTHORIZED,
            "response_code": cards.APPROVED,
            "reason_code": 1,
            "reason": transactions.APPROVED_TEXT,
            "auth_code": held.auth_code or transactions.new_auth_code(),
            "network_trans_id": held.network_trans_id or transactions.new_network_id(),
            "ready_at": stamp(desk.now()),
        }
    else:
        changes = {
            "status": transactions.DECLINED,
            "response_code": cards.DECLINED,
            "reason_code": 2 if refused else 254,
            "reason": codes.DECLINED_TEXT,
        }
    changed = transactions.save(desk.state, held, **changes)
    event = "net.authorize.payment.fraud." + ("approved" if approve else "declined")
    notifications.enqueue(desk.state, event, changed, desk.faults, desk.now())
    return changed


def _bank_declines(held: Transaction) -> bool:
    """Whether the bank, asked only now, says no: by the same ZIP as ever."""
    unasked = held.status == transactions.HELD_UNASKED
    return unasked and cards.judge(held.zip_code, "").response_code == cards.DECLINED
