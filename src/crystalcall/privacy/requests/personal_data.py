"""What requests keep about people: by which mailbox they are found, and what was written, until it is answered."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.keys import columns
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.models import PrivacyRequest

RETENTION = "privacy_request"


def declare_all() -> None:
    """Declare the fields of requests and of their one-time keys, and which column is sealed."""
    word = impersonal("a word of a closed list")
    moment = impersonal("time of a step of a request, telling nothing without its mailbox")
    declare(
        "privacy.PrivacyRequest",
        {
            "id": impersonal("random id; names the request's own key"),
            "reference": impersonal("random number of a request"),
            "kind": word,
            "channel": word,
            "language": impersonal("one of the store's two languages"),
            "state": word,
            "reason": word,
            "mailbox": personal(
                category="user.contact.email",
                purposes=(Purpose.PRIVACY_REQUEST,),
                retention=RETENTION,
                erase="unlink",
                label=_("Your requests about your own data"),
            ),
            "order_number": impersonal("random number of an order, as somebody typed it"),
            "sealed_detail": personal(
                category="user.content.private",
                purposes=(Purpose.PRIVACY_REQUEST,),
                retention=RETENTION,
                erase="destroy",
                label=_("What you wrote to us about your data"),
            ),
            "received_at": moment,
            "expected_by": moment,
            "verified_at": moment,
            "closed_at": moment,
            "policy_version": impersonal("number of the policy in force when it was collected"),
        },
    )
    declare(
        "privacy.OneTimeKey",
        {
            "id": impersonal("row number"),
            "request": impersonal("points to the request"),
            "role": word,
            "digest": impersonal("hash of a random key that was mailed and kept nowhere"),
            "expires_at": impersonal("end of a key"),
            "tries_left": impersonal("a count"),
        },
    )
    columns.register(columns.PersonColumn(PrivacyRequest, "sealed_detail", "id"))
