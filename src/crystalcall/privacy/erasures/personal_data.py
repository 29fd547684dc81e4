"""What erasures keep: nothing about people; opaque names that lead to nobody once the person is forgotten."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare the fields of this folder's tables."""
    declare(
        "privacy.Erasure",
        {
            "id": impersonal("row number"),
            "line_hash": impersonal("hash of a line of the replay ledger"),
            "way": impersonal("a word of a closed list"),
            "counts": impersonal("how many rows of which kind were erased"),
            "erased_at": impersonal("time of an erasure, telling nothing without whose it was"),
            "replayed": impersonal("whether a restored backup was why"),
        },
    )
    declare(
        "privacy.SuspendedSubject",
        {
            "subject": impersonal("an opaque name that leads to nobody once the rooms have erased their links"),
            "suspended_at": impersonal("time of a suspension, telling nothing without whose it was"),
        },
    )
    declare(
        "privacy.ProviderTask",
        {
            "id": impersonal("row number"),
            "provider": impersonal("a company's key in the register"),
            "ask": impersonal("a word of a closed list"),
            "reference": impersonal("an opaque name under which the provider knows it, leading to nobody here"),
            "amount_micros": impersonal("a sum of money, leading to nobody"),
            "opened_at": impersonal("time of a task of the office"),
            "done_at": impersonal("time of a task of the office"),
        },
    )
