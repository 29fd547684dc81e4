"""What the books keep about people: nothing that names one, and every sum and moment of a card that is somebody's.

Accounts are opaque; `customers.AccountLink` says whose one is. Deletion cuts that link, and the sums stay as sums of an
account that is nobody's: books that lose entries are no books.
"""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Personal, declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LINK: Final = "customers.AccountLink.ledger_account_id"
_PURPOSES = (
    *(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.PRICE_NOTICE, Purpose.CALL_DELIVERY),
    *(Purpose.CALL_RECORD, Purpose.ABUSE_PREVENTION, Purpose.CUSTOMER_SERVICE),
    *(Purpose.PRIVACY_REQUEST, Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION),
)


def _of_a_card(label: "_StrPromise", category: str = "user.account", why_not: "_StrPromise | str" = "") -> Personal:
    return joined(
        personal(
            category=category,
            purposes=_PURPOSES,
            retention="credit_record",
            erase="unlink",
            label=label,
            not_exported=why_not,
        ),
        by=LINK,
    )


_NUMBER = _of_a_card(_("Number of the credit in our books"), "user.unique_id.pseudonymous")
_LEFT = _of_a_card(_("How much credit and how many minutes you have, until when, and when you last used them"))
_MOVED = _of_a_card(_("What was put on your credit and taken from it, when and why"))
_HELD = _of_a_card(
    _("What was held for a call"), why_not=_("a step on the way to what was taken, which the export gives")
)
_NOTICE = _of_a_card(_("That you were told of an end of credit"), why_not=_("repeats a mail, which the export gives"))
_KEY = impersonal("opaque key of the fact behind the entry: an order's, a card's or a call's number, never a person's")
_UNIT = impersonal("the unit counted in")
_ROW = impersonal("row number")


def declare_all() -> None:
    """Declare the fields of accounts, reservations, transfers, notices and audits."""
    _declare_accounts()
    _declare_entries()
    _declare_notices_and_audits()


def _declare_accounts() -> None:
    declare(
        "ledger.LedgerAccount",
        {
            "id": _NUMBER,
            "key": _KEY,
            "kind": impersonal("a word of the closed list of account kinds"),
            "unit": _UNIT,
            "debits_posted": _LEFT,
            "credits_posted": _LEFT,
            "held": _LEFT,
            "holder": _NUMBER,
            "coverage": _LEFT,
            "opened_at": _LEFT,
            "expires_at": _LEFT,
            "last_used_at": _LEFT,
        },
    )


def _declare_entries() -> None:
    declare(
        "ledger.Reservation",
        {
            "id": impersonal("a name made from the key of the use, which names no person"),
            "account": _HELD,
            "state": impersonal("a word of the closed list of states"),
            "requested": _HELD,
            "amount": _HELD,
            "posted": _HELD,
            "balance_before": _HELD,
            "opened_at": _HELD,
            "expires_at": _HELD,
            "settled_at": _HELD,
        },
    )
    declare(
        "ledger.Transfer",
        {
            "id": impersonal("place in the books"),
            "idempotency_key": _KEY,
            "debit_account": _NUMBER,
            "credit_account": _NUMBER,
            "amount": _MOVED,
            "unit": _UNIT,
            "code": _MOVED,
            "reservation": impersonal("points to a reservation"),
            "created_at": _MOVED,
        },
    )


def _declare_notices_and_audits() -> None:
    declare(
        "ledger.ExpiryNotice",
        {"id": _ROW, "account": _NOTICE, "due_at": _NOTICE, "by_dormancy": _NOTICE, "told_at": _NOTICE},
    )
    counted = impersonal("how many entries an audit looked at or found wrong")
    declare(
        "ledger.AuditRun",
        {
            "id": _ROW,
            "began_at": impersonal("when an audit began"),
            "ended_at": impersonal("when an audit ended"),
            "accounts": counted,
            "transfers": counted,
            "reservations": counted,
            "findings": counted,
            "report": impersonal("what is wrong with opaque entries of the books"),
        },
    )
