"""What stands in each kind of mail, and whether it still has anything to tell."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from crystalcall.customers.queries import Contact, contact
from crystalcall.mailings.composing.authority_letter import draft_about_authority
from crystalcall.mailings.composing.expiry_letter import draft_expired, draft_expiring
from crystalcall.mailings.composing.order_letter import draft_fulfilled
from crystalcall.mailings.composing.policy_letter import draft_policy, draft_withdrawn
from crystalcall.mailings.composing.price_letter import draft_prices
from crystalcall.mailings.composing.request_letter import ABOUT_REQUESTS, draft_about_request
from crystalcall.mailings.composing.sign_in_letter import ABOUT_SIGNING_IN, draft_about_signing_in
from crystalcall.mailings.values import Draft, NobodyToTell, NothingToTell, NoticeKind, NoticeView
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.policy import agreed_versions
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.queries import letter
from crystalcall.shop.orders.values import OrderLetter

#: Why a mail of each kind is sent, and so why its name and address are read.
PURPOSES: Final = {
    NoticeKind.ORDER_FULFILLED: Purpose.ORDER_FULFILLMENT,
    NoticeKind.CREDIT_EXPIRING: Purpose.ORDER_STATUS,
    NoticeKind.CREDIT_EXPIRED: Purpose.ORDER_STATUS,
    NoticeKind.PRICES_RISE: Purpose.PRICE_NOTICE,
    NoticeKind.POLICY_CHANGES: Purpose.POLICY_NOTICE,
    NoticeKind.POLICY_WITHDRAWN: Purpose.POLICY_NOTICE,
}


def draft_of(notice: NoticeView, *, now: datetime) -> Draft | NobodyToTell | NothingToTell:
    """The mail of a notice, judged by how things are now: a credit that was used up needs no word of its end."""
    if notice.kind is NoticeKind.AUTHORITY_TOLD:
        return draft_about_authority(notice)
    if notice.kind in ABOUT_SIGNING_IN:
        return draft_about_signing_in(notice, now=now)
    return draft_about_request(notice, now=now) if notice.kind in ABOUT_REQUESTS else _about_order(notice, now=now)


def _about_order(notice: NoticeView, *, now: datetime) -> Draft | NobodyToTell | NothingToTell:
    order = letter(notice.order_number)
    if order is None or order.customer_id is None:
        return NobodyToTell()
    try:
        person = contact(order.customer_id, purpose=PURPOSES[notice.kind])
    except PurposeRefusedError:
        # The policy does not allow this use of this address (any more, or not yet): there is nothing to tell it.
        return NothingToTell()
    if person is None:
        return NobodyToTell()
    draft = _draft(notice, order, person, now=now)
    if isinstance(draft, NothingToTell):
        return draft
    return replace(draft, collected_under=order.policy_version, agreed=agreed_versions(order.customer_id))


def _draft(notice: NoticeView, order: OrderLetter, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    match notice.kind:
        case NoticeKind.ORDER_FULFILLED:
            return draft_fulfilled(order, person, message_id=notice.message_id, now=now)
        case NoticeKind.CREDIT_EXPIRING:
            return draft_expiring(notice, person, now=now)
        case NoticeKind.CREDIT_EXPIRED:
            return draft_expired(notice, person, now=now)
        case NoticeKind.PRICES_RISE:
            return draft_prices(notice, person, now=now)
        case NoticeKind.POLICY_CHANGES | NoticeKind.POLICY_WITHDRAWN:
            draft = draft_policy if notice.kind is NoticeKind.POLICY_CHANGES else draft_withdrawn
            return draft(notice, order, person, now=now)
        case _:
            return NothingToTell()
