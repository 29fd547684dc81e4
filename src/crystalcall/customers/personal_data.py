"""What this room keeps about people: category, purpose, retention, and what deletion does."""

from crystalcall.privacy.inventory import Personal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

_RETENTION = "order_record"


def declare_all() -> None:
    """Declare every field of this room."""
    declare(
        "customers.Customer",
        {
            "id": _field("user.unique_id", Purpose.ORDER_FULFILLMENT),
            "sealed_name": _field("user.name", Purpose.ORDER_FULFILLMENT, Purpose.PRICE_NOTICE),
            "sealed_email": _field(
                "user.contact.email", Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.PRICE_NOTICE
            ),
            "email_index": _field("user.contact.email", Purpose.CUSTOMER_SERVICE, Purpose.PRICE_NOTICE),
            "sealed_telephone": _field("user.contact.phone_number", Purpose.ORDER_STATUS),
            "language": _field("user.demographic.language", Purpose.ORDER_STATUS),
            "created_at": impersonal("when the row was made, telling nothing once the row is destroyed"),
        },
    )
    declare(
        "customers.AccountLink",
        {
            "id": impersonal("row number"),
            "customer": personal(
                category="user.unique_id",
                purposes=(Purpose.ORDER_FULFILLMENT, Purpose.CALL_RECORD),
                retention=_RETENTION,
                erase="unlink",
            ),
            "ledger_account_id": impersonal("an opaque account; the link to the person is the row itself"),
            "linked_at": impersonal("time of a link, destroyed with it"),
        },
    )


def _field(category: str, *purposes: Purpose) -> Personal:
    return personal(category=category, purposes=purposes, retention=_RETENTION, erase="destroy")
