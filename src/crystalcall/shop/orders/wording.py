"""What is wrong with an order's form, in a sentence for the buyer; and what minutes are for, in words."""

from django.utils.translation import gettext as _

from crystalcall.customers.contact_details import ContactProblem, ContactProblemReason
from crystalcall.customers.contact_details import problem_text as contact_text
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.numbering import LineType
from crystalcall.shop.orders.values import PlacingProblem, PlacingProblemReason


def problem_text(problem: PlacingProblem) -> str:
    """One sentence in the language in force: what is wrong and what to do."""
    if isinstance(problem.reason, ContactProblemReason):
        return contact_text(ContactProblem(problem.field, problem.reason))
    reason = PlacingProblemReason
    return {
        reason.CART_EMPTY: _("Your cart is empty. Choose a credit first."),
        reason.CART_CHANGED: _("Your cart changed since you saw it. Look through it, then order."),
        reason.FORM_BROKEN: _("This form was not complete. Open the checkout again; your cart is kept."),
        reason.NO_RATES: _("No rates are published at the moment, so nothing is sold. Try again later."),
    }[problem.reason]


def coverage_name(coverage: str, language: str) -> str:
    """The destinations that minutes are for: "ru-landline" is "Russia, landline", "ru-*" any line in Russia."""
    iso2, _dash, line = coverage.partition("-")
    kind = LineType.OTHER if line == "*" else LineType(line)
    place = DestinationInfo(coverage, iso2.upper(), kind, "")
    return place.country_name(language) if line == "*" else place.name(language)
