"""What a cart's problems are called on a page: what is wrong, what was kept, what to do."""

from django.utils.translation import gettext as _

from crystalcall.shop.cart.values import LINES_LIMIT, QUANTITY_LIMIT, CartProblem, CartProblemReason


def problem_text(problem: CartProblem) -> str:
    """One sentence for the buyer in the language in force; what was typed is quoted as text, not as HTML."""
    figures = {"sku": problem.sku, "typed": problem.typed, "most": QUANTITY_LIMIT, "lines": LINES_LIMIT}
    return _sentences()[problem.reason] % figures


def _sentences() -> dict[CartProblemReason, str]:
    reason = CartProblemReason
    return {
        reason.UNKNOWN_PRODUCT: _("We do not sell “%(sku)s”. It was left out; the rest of your cart is unchanged."),
        reason.WITHDRAWN: _("“%(sku)s” is no longer on sale. It was left out; the rest is unchanged."),
        reason.ZERO: _("“%(sku)s” with quantity 0 was left out."),
        reason.NEGATIVE: _("“%(typed)s” of “%(sku)s” is less than nothing. It was left out; choose 1 to %(most)d."),
        reason.TOO_MANY: _(
            "“%(typed)s” of “%(sku)s” is more than one order takes. It was left out; choose 1 to %(most)d."
        ),
        reason.NOT_A_NUMBER: _(
            "“%(typed)s” of “%(sku)s” is not a whole number. It was left out; choose 1 to %(most)d."
        ),
        reason.REPEATED: _("“%(sku)s” stood more than once; we added it up to %(typed)s."),
        reason.TOO_MANY_LINES: _("A cart holds at most %(lines)d different products. “%(sku)s” was left out."),
        reason.TOO_LONG: _("The address of this cart is too long to read. Only its beginning was used."),
        reason.TOTAL_OVER_LIMIT: _("One order may cost up to $500. Lower a quantity, or place two orders."),
    }
