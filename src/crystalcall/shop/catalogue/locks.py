"""Every row lock of the catalogue."""

from crystalcall.shop.catalogue.models import Product


def locked_product(sku: str) -> Product | None:
    """The product, locked until the caller's transaction ends."""
    return Product.objects.select_for_update().filter(sku=sku).first()
