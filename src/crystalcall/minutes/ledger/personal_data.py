"""The books keep nothing about people: accounts are opaque, and only `customers` knows whose they are."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare the fields of accounts, reservations and transfers."""
    amount = impersonal("a sum in the books, telling nothing without the account's link, which customers keeps")
    moment = impersonal("time of an entry in the books, telling nothing without the account's link")
    key = impersonal(
        "opaque key of the fact behind the entry: an order's, a card's or a call's number, never a person's"
    )
    declare(
        "ledger.LedgerAccount",
        {
            "id": impersonal("random id; only customers links it to a person, and that link can be deleted"),
            "key": key,
            "kind": impersonal("a word of the closed list of account kinds"),
            "unit": impersonal("the unit counted in"),
            "debits_posted_micros": amount,
            "credits_posted_micros": amount,
            "held_micros": amount,
            "opened_at": moment,
        },
    )
    declare(
        "ledger.Reservation",
        {
            "id": impersonal("random id"),
            "key": key,
            "account": impersonal("points to an opaque account"),
            "state": impersonal("a word of the closed list of states"),
            "requested_micros": amount,
            "amount_micros": amount,
            "posted_micros": amount,
            "balance_before_micros": amount,
            "opened_at": moment,
            "expires_at": moment,
            "settled_at": moment,
        },
    )
    declare(
        "ledger.Transfer",
        {
            "id": impersonal("place in the books"),
            "idempotency_key": key,
            "debit_account": impersonal("points to an opaque account"),
            "credit_account": impersonal("points to an opaque account"),
            "amount_micros": amount,
            "code": impersonal("a word that says why"),
            "reservation": impersonal("points to a reservation"),
            "created_at": moment,
        },
    )
