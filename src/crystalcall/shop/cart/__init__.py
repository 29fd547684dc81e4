"""The cart is a value, not a record: it lives in the address of the page."""

from crystalcall.shop.cart.reading import address, read_cart
from crystalcall.shop.cart.values import Cart, CartLine, CartProblem, CartProblemReason
from crystalcall.shop.cart.wording import problem_text

__all__ = ["Cart", "CartLine", "CartProblem", "CartProblemReason", "address", "problem_text", "read_cart"]
