"""Why personal data may be used: a closed list, so that a new use must be declared before it can happen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Purpose(StrEnum):
    """What a customer agreed to when giving a field (clauses C04 and C09)."""

    ORDER_FULFILLMENT = "order_fulfillment"
    ORDER_STATUS = "order_status"
    CALL_DELIVERY = "call_delivery"
    CALL_RECORD = "call_record"
    ABUSE_PREVENTION = "abuse_prevention"
    CUSTOMER_SERVICE = "customer_service"
    PRICE_NOTICE = "price_notice"
    POLICY_NOTICE = "policy_notice"
    PRIVACY_REQUEST = "privacy_request"
    SIGNING_IN = "signing_in"
    RECORD_KEEPING = "record_keeping"
    LEGAL_OBLIGATION = "legal_obligation"
    ACCOUNTABILITY = "accountability"


class LegalBasis(StrEnum):
    """Why a use is lawful (GDPR art. 6(1)), in the words that fideslang's declarations take."""

    CONSENT = "Consent"
    CONTRACT = "Contract"
    LEGAL_OBLIGATION = "Legal obligations"
    LEGITIMATE_INTEREST = "Legitimate interests"


@dataclass(frozen=True, slots=True)
class PurposeFacts:
    """What is to be said of a purpose: its lawful basis, its fideslang key (a data use), and its words for readers."""

    basis: LegalBasis
    use: str
    words: "_StrPromise"


BASIS_WORDS: Final[Mapping[LegalBasis, "_StrPromise"]] = {
    LegalBasis.CONSENT: _("you agreed to it"),
    LegalBasis.CONTRACT: _("your order needs it"),
    LegalBasis.LEGAL_OBLIGATION: _("the law requires it"),
    LegalBasis.LEGITIMATE_INTEREST: _("the shop cannot be run safely without it"),
}

FACTS: Final[Mapping[Purpose, PurposeFacts]] = {
    Purpose.ORDER_FULFILLMENT: PurposeFacts(
        LegalBasis.CONTRACT, "essential.service.payment_processing", _("to take and deliver your order")
    ),
    Purpose.ORDER_STATUS: PurposeFacts(
        LegalBasis.CONTRACT, "essential.service.notifications.email", _("to tell you how your order and credit stand")
    ),
    Purpose.CALL_DELIVERY: PurposeFacts(
        LegalBasis.CONTRACT, "essential.service.operations", _("to connect your calls")
    ),
    Purpose.CALL_RECORD: PurposeFacts(
        LegalBasis.CONTRACT, "essential.service.operations.support", _("to prove to you what a call cost")
    ),
    Purpose.ABUSE_PREVENTION: PurposeFacts(
        LegalBasis.LEGITIMATE_INTEREST,
        "essential.fraud_detection",
        _("to slow down people who guess PINs or passwords"),
    ),
    Purpose.CUSTOMER_SERVICE: PurposeFacts(
        LegalBasis.CONTRACT, "essential.service.operations.support", _("to answer your questions")
    ),
    Purpose.PRICE_NOTICE: PurposeFacts(
        LegalBasis.CONSENT, "essential.service.notifications.email", _("to tell you before prices rise, if you asked")
    ),
    Purpose.POLICY_NOTICE: PurposeFacts(
        LegalBasis.CONSENT,
        "essential.service.notifications.email",
        _("to tell you when this policy changes, if you asked"),
    ),
    Purpose.PRIVACY_REQUEST: PurposeFacts(
        LegalBasis.LEGAL_OBLIGATION, "essential.legal_obligation", _("to do what you ask about your own data")
    ),
    Purpose.SIGNING_IN: PurposeFacts(
        LegalBasis.CONTRACT,
        "essential.service.authentication",
        _("to let you into your account, and nobody else"),
    ),
    Purpose.RECORD_KEEPING: PurposeFacts(
        LegalBasis.LEGITIMATE_INTEREST, "functional.storage", _("to keep sealed records for disputes and taxes")
    ),
    Purpose.LEGAL_OBLIGATION: PurposeFacts(
        LegalBasis.LEGAL_OBLIGATION,
        "third_party_sharing.legal_obligation",
        _("to obey an order of an authority that the law makes us obey"),
    ),
    Purpose.ACCOUNTABILITY: PurposeFacts(
        LegalBasis.LEGITIMATE_INTEREST, "operations", _("to hold the shop’s own staff to account")
    ),
}
