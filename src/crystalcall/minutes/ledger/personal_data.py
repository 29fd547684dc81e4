"""The books keep nothing about people: accounts are opaque, and only `customers` knows whose they are."""

from crystalcall.privacy.inventory import declare, impersonal

_AMOUNT = impersonal("a sum in the books, telling nothing without the account's link, which customers keeps")
_MOMENT = impersonal("time of an entry in the books, telling nothing without the account's link")
_KEY = impersonal("opaque key of the fact behind the entry: an order's, a card's or a call's number, never a person's")
_UNIT = impersonal("the unit counted in")
_ACCOUNT = impersonal("points to an opaque account")
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
            "id": impersonal("random id; only customers links it to a person, and that link can be deleted"),
            "key": _KEY,
            "kind": impersonal("a word of the closed list of account kinds"),
            "unit": _UNIT,
            "debits_posted": _AMOUNT,
            "credits_posted": _AMOUNT,
            "held": _AMOUNT,
            "holder": _ACCOUNT,
            "coverage": impersonal("the destinations that bought minutes are for, as the product names them"),
            "opened_at": _MOMENT,
            "expires_at": _MOMENT,
            "last_used_at": _MOMENT,
        },
    )


def _declare_entries() -> None:
    declare(
        "ledger.Reservation",
        {
            "id": impersonal("a name made from the key of the use, which names no person"),
            "account": _ACCOUNT,
            "state": impersonal("a word of the closed list of states"),
            "requested": _AMOUNT,
            "amount": _AMOUNT,
            "posted": _AMOUNT,
            "balance_before": _AMOUNT,
            "opened_at": _MOMENT,
            "expires_at": _MOMENT,
            "settled_at": _MOMENT,
        },
    )
    declare(
        "ledger.Transfer",
        {
            "id": impersonal("place in the books"),
            "idempotency_key": _KEY,
            "debit_account": _ACCOUNT,
            "credit_account": _ACCOUNT,
            "amount": _AMOUNT,
            "unit": _UNIT,
            "code": impersonal("a word that says why"),
            "reservation": impersonal("points to a reservation"),
            "created_at": _MOMENT,
        },
    )


def _declare_notices_and_audits() -> None:
    declare(
        "ledger.ExpiryNotice",
        {
            "id": _ROW,
            "account": _ACCOUNT,
            "due_at": _MOMENT,
            "by_dormancy": impersonal("by which of two rules the end comes"),
            "told_at": _MOMENT,
        },
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
