"""The catalogue keeps nothing about people."""

from crystalcall.privacy.inventory import declare, impersonal


def declare_all() -> None:
    """Declare every field of this room."""
    declare(
        "catalogue.Product",
        {
            "id": impersonal("row number"),
            "sku": impersonal("name of a product"),
            "kind": impersonal("what a product gives"),
            "price_micros": impersonal("price on the page"),
            "credit_micros": impersonal("credit it gives"),
            "state": impersonal("on sale or not"),
        },
    )
