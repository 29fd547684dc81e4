"""What requests keep about people: by which mailbox they are found, and what was written, until it is answered."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Personal, declare, impersonal, personal
from crystalcall.privacy.keys import columns
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.models import PrivacyRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

RETENTION = "privacy_request"


def _of_a_request(label: "_StrPromise", why_not: "_StrPromise | str" = "") -> Personal:
    return personal(
        category="user.content.private",
        purposes=(Purpose.PRIVACY_REQUEST, Purpose.LEGAL_OBLIGATION),
        retention=RETENTION,
        erase="unlink",
        label=label,
        not_exported=why_not,
    )


def declare_all() -> None:
    """Declare the fields of requests and of their one-time keys, and which column is sealed."""
    word = impersonal("a word of a closed list")
    course = _of_a_request(_("What you asked about your data, when, and what became of it"))
    opened = _of_a_request(
        _("When you opened a mailed link"), _("a step on the way to the answer, whose day the export gives")
    )
    asked = personal(
        category="user.contact.email",
        purposes=(Purpose.PRIVACY_REQUEST,),
        retention=RETENTION,
        erase="unlink",
        label=_("Your requests about your own data"),
    )
    declare(
        "privacy.PrivacyRequest",
        {
            "id": impersonal("random id; names the request's own key"),
            "reference": course,
            "kind": course,
            "channel": course,
            "language": impersonal("one of the store's two languages"),
            "state": course,
            "reason": course,
            "asked_mailbox": asked,
            "mailbox": asked,
            "order_number": impersonal("random number of an order, as somebody typed it, until a mailbox is proved"),
            "sealed_detail": personal(
                category="user.content.private",
                purposes=(Purpose.PRIVACY_REQUEST,),
                retention=RETENTION,
                erase="destroy",
                label=_("What you wrote to us about your data"),
            ),
            "received_at": course,
            "expected_by": course,
            "verified_at": opened,
            "closed_at": course,
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
            "bound": impersonal("hash of that key and of where it was mailed; tells nothing without the key"),
            "expires_at": impersonal("end of a key"),
            "tries_left": impersonal("a count"),
        },
    )
    columns.register(columns.PersonColumn(PrivacyRequest, "sealed_detail", "id"))
