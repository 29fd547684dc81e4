"""What the operator does to the catalogue."""

from dataclasses import dataclass

from django.db import transaction

from crystalcall.shop.catalogue.locks import locked_product


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The product is now on sale, or no longer."""

    sku: str
    active: bool


@dataclass(frozen=True, slots=True)
class UnknownProduct:
    """No product has this SKU."""

    sku: str


def withdraw_product(sku: str) -> StateChanged | UnknownProduct:
    """Take a product off sale; orders placed before keep it. Repeating changes nothing."""
    return _set_state(sku, "withdrawn")


def offer_product(sku: str) -> StateChanged | UnknownProduct:
    """Put a product on sale again. Repeating changes nothing."""
    return _set_state(sku, "active")


def _set_state(sku: str, state: str) -> StateChanged | UnknownProduct:
    with transaction.atomic():
        row = locked_product(sku)
        if row is None:
            return UnknownProduct(sku)
        row.state = state
        row.save(update_fields=["state"])
    return StateChanged(sku=sku, active=state == "active")
