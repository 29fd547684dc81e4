"""What this room keeps about people: next to nothing. Misses are kept for hours, under a keyed hash."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose


def declare_all() -> None:
    """Declare the fields of PINs and of the sources of misses."""
    secret = impersonal("a bearer secret like a key's cut, sealed or as a keyed hash; it says nothing about its bearer")
    moment = impersonal("time of a change to a PIN, telling nothing without the account's link")
    declare(
        "pins.Pin",
        {
            "id": impersonal("row number"),
            "serial": impersonal("random public name of a PIN"),
            "key": impersonal("opaque key of the order's line that the PIN was issued for"),
            "lookup": secret,
            "concern": secret,
            "sealed_pin": secret,
            "ledger_account_id": impersonal("opaque account; only customers links it to a person"),
            "state": impersonal("a word of the closed list of states"),
            "issued_at": moment,
            "activated_at": moment,
            "blocked_at": moment,
            "blocked_from": impersonal("the state before it was blocked"),
            "block_reason": impersonal("the operator's or the program's words about a PIN, not about its bearer"),
            "concern_misses": impersonal("a count of guesses"),
            "concern_since": moment,
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
