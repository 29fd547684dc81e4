"""Notices keep nothing about people: who gets one is looked up when it is sent."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare every field of this room."""
    declare(
        "mailings.Notice",
        {
            "id": impersonal("row number"),
            "order_number": impersonal("random number of an order"),
            "kind": impersonal("a word of a closed list"),
            "about": impersonal("a day, the number of a rate deck, or a random id"),
            "state": impersonal("a word of a closed list"),
            "tries": impersonal("a count"),
            "next_try_at": impersonal("time of the next try"),
            "message_id": impersonal("random identity of a mail"),
            "failure": impersonal("a word of a closed list, never the server's text"),
            "failure_code": impersonal("the mail server's reply code"),
            "created_at": impersonal("time of an event inside the program"),
            "sent_at": impersonal("time of an event inside the program"),
        },
    )
