"""What this room keeps about people: the state of a card that is somebody's; misses for hours, under a keyed hash."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

LINK: Final = "customers.AccountLink.ledger_account_id"


def declare_all() -> None:
    """Declare the fields of PINs and of the sources of misses."""
    card = joined(
        personal(
            category="user.account",
            purposes=(
                *(Purpose.ORDER_FULFILLMENT, Purpose.CALL_DELIVERY, Purpose.ABUSE_PREVENTION, Purpose.CUSTOMER_SERVICE),
                *(Purpose.PRIVACY_REQUEST, Purpose.LEGAL_OBLIGATION),
            ),
            retention="credit_record",
            erase="unlink",
            label=_("Serial numbers and states of your cards"),
        ),
        by=LINK,
    )
    secret = impersonal("a bearer secret like a key's cut, sealed or as a keyed hash; it says nothing about its bearer")
    guessed = impersonal("how often somebody mistyped PINs that begin alike, of several cards at once")
    declare(
        "pins.Pin",
        {
            "id": impersonal("row number"),
            "serial": card,
            "key": impersonal("opaque key of the order's line that the PIN was issued for"),
            "lookup": secret,
            "concern": secret,
            "sealed_pin": secret,
            "ledger_account_id": card,
            "state": card,
            "issued_at": card,
            "activated_at": card,
            "blocked_at": card,
            "blocked_from": card,
            "block_reason": card,
            "concern_misses": guessed,
            "concern_since": guessed,
        },
    )
    declare(
        "pins.PinMissSource",
        {
            "id": impersonal("row number"),
            "source": personal(
                category="user.contact.phone_number",
                purposes=(Purpose.ABUSE_PREVENTION,),
                retention="pin_misses",
                erase="destroy",
                label=_("Fingerprint of a telephone or an account from which wrong PINs came"),
                not_exported=_("a keyed hash of a caller's number or of a customer's, kept for a day"),
            ),
            "misses": impersonal("a count"),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "last_miss_at": impersonal("time of a miss, telling nothing without its source"),
        },
    )
