"""One press of Pay at the hosted form."""

from dataclasses import dataclass

from crystalcall.payments.standin import cards, codes, hosted_forms, keeping_cards, transactions
from crystalcall.payments.standin.cards import TestCard
from crystalcall.payments.standin.charging import Charge, Repeated, charge
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.hosted_forms import HostedForm
from crystalcall.payments.standin.transactions import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEntry:
    """What a well-filled form holds. The number lives only in the TestCard, which is public anyway.

    Attributes:
        payment_profile_id: the stored card that was picked; empty for a typed one.
        save: the shopper ticked the box to keep the card.
    """

    card: TestCard
    expiry: str
    card_code: str
    first_name: str
    last_name: str
    zip_code: str
    payment_profile_id: str = ""
    save: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """Approved, or held for review: the token is spent. ``saved`` says whether the card was kept."""

    transaction: Transaction
    repeated: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Declined or refused as a duplicate: the form stays, another try is free, unless this gateway spends it."""

    text: str
    final: bool = False


def pay(desk: StandinDesk, form: HostedForm, entry: CardEntry) -> Accepted | NotAccepted:
    """Try to pay a form. A second press after success meets the same transaction and charges nothing."""
    with desk.state.writing():
        if form.paid_trans_id:
            paid = transactions.find(desk.state, form.paid_trans_id)
            return Accepted(paid, repeated=True) if paid else NotAccepted("The payment is gone.")
        outcome = charge(desk, _charge_of(form, entry))
        if isinstance(outcome, Repeated):
            return NotAccepted(codes.DUPLICATE[1])
        made = outcome.transaction
        if made.response_code == cards.DECLINED:
            return _declined(desk, form, made)
        if outcome.kept and desk.switches.hosted_single_use:
            hosted_forms.mark_paid(desk.state, form, made.trans_id)
        saved = outcome.kept and entry.save and _save_card(desk, form, entry)
        return Accepted(made, saved=saved)


def _declined(desk: StandinDesk, form: HostedForm, made: Transaction) -> NotAccepted:
    final = desk.switches.hosted_decline == "final"
    if final:
        hosted_forms.mark_spent(desk.state, form)
    return NotAccepted(made.reason, final=final)


def _charge_of(form: HostedForm, entry: CardEntry) -> Charge:
    ask = form.ask
    return Charge(
        kind=ask.transaction_type,
        amount_cents=ask.amount_cents,
        card=entry.card,
        expiry=entry.expiry,
        card_code=entry.card_code,
        zip_code=entry.zip_code,
        first_name=entry.first_name,
        last_name=entry.last_name,
        ref_id=ask.ref_id,
        invoice_number=ask.invoice_number,
        description=ask.description,
        customer_id=ask.customer_id,
        email=ask.email,
        window_seconds=ask.duplicate_window_seconds,
        test=ask.test,
        customer_profile_id=ask.customer_profile_id if entry.payment_profile_id else "",
        payment_profile_id=entry.payment_profile_id,
        parts=ask.parts,
    )


def _save_card(desk: StandinDesk, form: HostedForm, entry: CardEntry) -> bool:
    """Keep the card with the profile the store named; a card it has already, or an eleventh, is passed over."""
    bill_to = {"firstName": entry.first_name, "lastName": entry.last_name, "zip": entry.zip_code}
    return keeping_cards.keep(
        desk,
        form.ask.customer_profile_id,
        entry.card,
        expiry=entry.expiry,
        bill_to={name: text for name, text in bill_to.items() if text},
    )
