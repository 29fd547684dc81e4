"""The cart as a value: lines, their total, and what could not be read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

QUANTITY_LIMIT: Final = 99
LINES_LIMIT: Final = 20
TOTAL_LIMIT_MICROS: Final = 500_000_000
QUERY_LIMIT_CHARACTERS: Final = 8192
TYPED_LIMIT_CHARACTERS: Final = 40


class CartProblemReason(StrEnum):
    """What was wrong with one entry of a cart's address, or with the whole of it."""

    UNKNOWN_PRODUCT = "unknown_product"
    WITHDRAWN = "withdrawn"
    ZERO = "zero"
    NEGATIVE = "negative"
    TOO_MANY = "too_many"
    NOT_A_NUMBER = "not_a_number"
    REPEATED = "repeated"
    TOO_MANY_LINES = "too_many_lines"
    TOO_LONG = "too_long"
    TOTAL_OVER_LIMIT = "total_over_limit"


NOTES: Final = frozenset({CartProblemReason.REPEATED, CartProblemReason.ZERO})
"""Problems that only tell what was understood; the others stop an order until the buyer has seen them."""


@dataclass(frozen=True, slots=True)
class CartLine:
    """So many of one product, with its price now, in micros of a dollar."""

    sku: str
    quantity: int
    unit_price_micros: int
    line_price_micros: int


@dataclass(frozen=True, slots=True)
class CartProblem:
    """One entry that was not taken as it stood.

    ``sku`` is what stood for the product, ``typed`` what stood for the quantity, both cut to 40 characters;
    both are empty where the problem concerns the cart as a whole.
    """

    sku: str
    reason: CartProblemReason
    typed: str


@dataclass(frozen=True, slots=True)
class Cart:
    """What an address says: the lines that make sense, cheapest product first, and what does not."""

    lines: tuple[CartLine, ...]
    total_micros: int
    problems: tuple[CartProblem, ...]

    @property
    def item_count(self) -> int:
        """How many cards are in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def orderable(self) -> bool:
        """Whether it can be ordered as it is: not empty, and nothing in it was left out or over a limit."""
        return bool(self.lines) and all(problem.reason in NOTES for problem in self.problems)
