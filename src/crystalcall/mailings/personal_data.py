"""What this room keeps about people: that a mail was sent about an order, and when; never its text or address."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

LINK: Final = "orders.Order.order_number"


def declare_all() -> None:
    """Declare every field of this room."""
    sent = joined(
        personal(
            category="user.contact",
            purposes=(
                *(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE),
                *(Purpose.CUSTOMER_SERVICE, Purpose.PRIVACY_REQUEST, Purpose.LEGAL_OBLIGATION),
            ),
            retention="mail_notice",
            erase="unlink",
            label=_("What a mail was about, and when it was sent"),
        ),
        by=LINK,
    )
    declare(
        "mailings.Notice",
        {
            "id": impersonal("row number"),
            "order_number": sent,
            "kind": sent,
            "about": sent,
            "state": sent,
            "tries": impersonal("a count"),
            "next_try_at": impersonal("time of the next try"),
            "message_id": impersonal("random identity of a mail"),
            "failure": impersonal("a word of a closed list, never the server's text"),
            "failure_code": impersonal("the mail server's reply code"),
            "created_at": sent,
            "sent_at": sent,
        },
    )
