"""Reading a cart from an address and writing it back. Nothing here raises: any text is a cart, with problems.

A product that stands twice is added up and said so: a plain HTML form that adds to the cart appends a pair,
and a buyer who added one card twice expects two. The sum is on the page before anything is paid.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlencode

from crystalcall.shop.cart.values import (
    LINES_LIMIT,
    QUANTITY_LIMIT,
    QUERY_LIMIT_CHARACTERS,
    TOTAL_LIMIT_MICROS,
    TYPED_LIMIT_CHARACTERS,
    Cart,
    CartLine,
    CartProblem,
    CartProblemReason,
)

if TYPE_CHECKING:
    from django.http import QueryDict

    from crystalcall.shop.catalogue.queries import ProductInfo

# What others append to a link on its way to the buyer is no product and no mistake of the buyer's.
TRACKERS = re.compile(r"utm_[a-z_]+|fbclid|gclid|dclid|yclid|msclkid|igshid|ttclid|_openstat|mc_[ce]id")
# ASCII only: str.isdigit would take "²" and int() "٣", and nobody would know what was ordered.
WHOLE_NUMBER = re.compile(r"-?[0-9]+")
DIGITS_AT_MOST = 9
PAIRS_AT_MOST = 4 * LINES_LIMIT

Pairs = Iterable[tuple[str, str]]


def read_cart(query: "str | QueryDict | Pairs") -> Cart:
    """The cart that an address means at today's prices; never raises.

    Args:
        query: the part of the address after "?", a ``QueryDict``, or pairs of SKU and quantity as text.
    """
    from crystalcall.shop.catalogue.queries import products

    return read_cart_of(query, products())


def read_cart_of(query: "str | QueryDict | Pairs", products: "Sequence[ProductInfo]") -> Cart:
    """The same against a given catalogue: pure."""
    reading = _Reading({product.sku: product for product in products})
    for typed_sku, typed_quantity in _pairs(query, reading):
        reading.take(typed_sku, typed_quantity)
    return reading.cart()


def address(lines: Iterable[CartLine]) -> str:
    """The one canonical query string of these lines, "" for none: equal carts have equal addresses."""
    return urlencode([(line.sku, line.quantity) for line in sorted(lines, key=_place)])


def _place(line: CartLine) -> tuple[int, str]:
    return line.unit_price_micros, line.sku


@dataclass(slots=True)
class _Reading:
    """A cart on its way from pairs to lines."""

    catalogue: "dict[str, ProductInfo]"
    quantities: dict[str, int] = field(default_factory=dict)
    problems: list[CartProblem] = field(default_factory=list)

    def complain(self, reason: CartProblemReason, sku: str = "", typed: str = "") -> None:
        self.problems.append(CartProblem(_shown(sku), reason, _shown(typed)))

    def take(self, typed_sku: str, typed_quantity: str) -> None:
        sku = typed_sku.strip().lower()
        if TRACKERS.fullmatch(sku) or not (sku or typed_quantity.strip()):
            return
        product = self.catalogue.get(sku)
        if product is None:
            self.complain(CartProblemReason.UNKNOWN_PRODUCT, typed_sku.strip(), typed_quantity)
        elif not product.active:
            self.complain(CartProblemReason.WITHDRAWN, sku, typed_quantity)
        else:
            self._add(sku, typed_quantity.strip())

    def _add(self, sku: str, typed: str) -> None:
        quantity = _quantity(typed)
        if isinstance(quantity, CartProblemReason):
            self.complain(quantity, sku, typed)
            return
        before = self.quantities.get(sku)
        if before is None and len(self.quantities) >= LINES_LIMIT:
            self.complain(CartProblemReason.TOO_MANY_LINES, sku, typed)
        elif (before or 0) + quantity > QUANTITY_LIMIT:
            self.complain(CartProblemReason.TOO_MANY, sku, typed)
        else:
            self.quantities[sku] = (before or 0) + quantity
            if before is not None:
                self.complain(CartProblemReason.REPEATED, sku, str(self.quantities[sku]))

    def cart(self) -> Cart:
        lines = sorted((self._line(sku, quantity) for sku, quantity in self.quantities.items()), key=_place)
        total_micros = sum(line.line_price_micros for line in lines)
        if total_micros > TOTAL_LIMIT_MICROS:
            # Which line is too much is the buyer's to say: all stay, and the order waits.
            self.complain(CartProblemReason.TOTAL_OVER_LIMIT)
        return Cart(tuple(lines), total_micros, tuple(dict.fromkeys(self.problems)))

    def _line(self, sku: str, quantity: int) -> CartLine:
        price_micros = self.catalogue[sku].price_micros
        return CartLine(sku, quantity, price_micros, price_micros * quantity)


def _quantity(typed: str) -> int | CartProblemReason:
    if not WHOLE_NUMBER.fullmatch(typed):
        return CartProblemReason.NOT_A_NUMBER
    if typed.lstrip("-").strip("0") == "":
        return CartProblemReason.ZERO
    if typed.startswith("-"):
        return CartProblemReason.NEGATIVE
    # Thousands of digits are never turned into a number: Python refuses that, and nobody orders it.
    if len(typed.lstrip("0")) > DIGITS_AT_MOST or int(typed) > QUANTITY_LIMIT:
        return CartProblemReason.TOO_MANY
    return int(typed)


def _shown(text: str) -> str:
    """What may be repeated on a page: short and without control characters."""
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    if len(printable) <= TYPED_LIMIT_CHARACTERS:
        return printable
    return printable[: TYPED_LIMIT_CHARACTERS - 1] + "…"


def _pairs(query: "str | QueryDict | Pairs", reading: _Reading) -> list[tuple[str, str]]:
    """At most so many pairs; what lies beyond the limits is one problem, not hundreds."""
    if isinstance(query, str):
        return _pairs_of_text(query, reading)
    if hasattr(query, "lists"):
        pairs = [(key, value) for key, values in query.lists() for value in values]
    else:
        pairs = list(query)
    if len(pairs) > PAIRS_AT_MOST:
        reading.complain(CartProblemReason.TOO_LONG)
    return pairs[:PAIRS_AT_MOST]


def _pairs_of_text(text: str, reading: _Reading) -> list[tuple[str, str]]:
    pieces = text[:QUERY_LIMIT_CHARACTERS].split("&")
    if len(text) > QUERY_LIMIT_CHARACTERS:
        pieces.pop()  # cut in the middle: half a quantity would be another quantity
    if len(text) > QUERY_LIMIT_CHARACTERS or len(pieces) > PAIRS_AT_MOST:
        reading.complain(CartProblemReason.TOO_LONG)
    pairs = (piece.partition("=") for piece in pieces[:PAIRS_AT_MOST] if piece)
    return [(unquote_plus(key), unquote_plus(value)) for key, _, value in pairs]
