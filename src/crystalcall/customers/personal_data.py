"""What this room keeps about people: category, purpose, retention, and what deletion does."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Personal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_RETENTION = "order_record"
# A letter begins with a name and goes to an address, whatever it tells.
_MAIL = (
    *(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE),
    Purpose.SIGNING_IN,
)
# What the law gives to whomever the data is about, and to those whom it obliges us to obey.
_RIGHTS = (
    *(Purpose.CUSTOMER_SERVICE, Purpose.PRIVACY_REQUEST),
    *(Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION),
)


def declare_all() -> None:
    """Declare every field of this room."""
    declare(
        "customers.Customer",
        {
            "id": _field(
                "user.unique_id",
                Purpose.ORDER_FULFILLMENT,
                Purpose.PRIVACY_REQUEST,
                label=_("Your number in our records"),
            ),
            "sealed_name": _field("user.name", *_MAIL, *_RIGHTS, archived=True),
            "sealed_email": _field("user.contact.email", *_MAIL, *_RIGHTS, archived=True),
            "email_index": _field(
                "user.contact.email",
                Purpose.CUSTOMER_SERVICE,
                Purpose.PRICE_NOTICE,
                label=_("Fingerprint of your e-mail address, by which we find it"),
                not_exported=_("a keyed hash of the address, which the export contains itself"),
            ),
            "sealed_telephone": _field("user.contact.phone_number", Purpose.ORDER_STATUS, *_RIGHTS, archived=True),
            "language": _field("user.demographic.language", Purpose.ORDER_STATUS, Purpose.PRIVACY_REQUEST),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "email_changed_at": _field(
                *("user.contact.email", Purpose.PRIVACY_REQUEST),
                label=_("When your address was changed"),
                not_exported=_("serves only to keep older links from opening newer data"),
            ),
            "created_at": _field("user.unique_id", Purpose.PRIVACY_REQUEST, label=_("When we first recorded you")),
        },
    )
    link = personal(
        category="user.unique_id",
        purposes=(
            *(Purpose.ORDER_FULFILLMENT, Purpose.CALL_RECORD),
            *(Purpose.PRIVACY_REQUEST, Purpose.LEGAL_OBLIGATION),
        ),
        retention=_RETENTION,
        erase="unlink",
        label=_("Which cards are yours"),
    )
    declare(
        "customers.AccountLink",
        {
            "id": impersonal("row number"),
            "customer": link,
            "ledger_account_id": link,
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "linked_at": link,
        },
    )


def _field(
    category: str,
    *purposes: Purpose,
    label: "_StrPromise | str" = "",
    not_exported: "_StrPromise | str" = "",
    archived: bool = False,
) -> Personal:
    """A field that deletion destroys; where it is `archived`, what it said goes into the sealed archive first."""
    return personal(
        category=category,
        purposes=purposes,
        retention=_RETENTION,
        erase="keep_for_records" if archived else "destroy",
        label=label,
        not_exported=not_exported,
    )
