"""What is on sale, as frozen values."""

from dataclasses import dataclass
from enum import StrEnum

from crystalcall.shop.catalogue.models import Product


class ProductKind(StrEnum):
    """What a product gives."""

    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class ProductInfo:
    """A product: its price and the credit it gives, both in micros of a dollar."""

    sku: str
    price_micros: int
    credit_micros: int
    kind: ProductKind
    active: bool


def products() -> tuple[ProductInfo, ...]:
    """Every product, withdrawn ones too, cheapest first."""
    return tuple(_info(row) for row in Product.objects.order_by("price_micros", "sku"))


def product(sku: str) -> ProductInfo | None:
    """The product of this SKU, or None."""
    row = Product.objects.filter(sku=sku).first()
    return _info(row) if row else None


def _info(row: Product) -> ProductInfo:
    return ProductInfo(
        sku=row.sku,
        price_micros=row.price_micros,
        credit_micros=row.credit_micros,
        kind=ProductKind(row.kind),
        active=row.state == "active",
    )
