"""The switch door keeps nothing about people."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare every field of this door."""
    declare(
        "switches.Switch",
        {
            "id": impersonal("row number"),
            "name": impersonal("the operator's name for a machine"),
            "key_sha256": impersonal("hash of a machine's key"),
            "active": impersonal("whether a machine may come in"),
            "added_at": impersonal("when a machine was added"),
        },
    )
