"""What is said beside a field of the account: as at the checkout, but where nothing is bought."""

from django.utils.translation import gettext as _

from crystalcall.customers.contact_details import ContactProblem, ContactProblemReason, problem_text


def problem_said(problem: ContactProblem) -> str:
    """One sentence for whoever registers or edits their details."""
    if problem.reason is ContactProblemReason.CARD_NUMBER:
        return _("This looks like a card number. Please give your name; we take no card number anywhere.")
    if problem.reason is ContactProblemReason.MISSING and problem.field == "email":
        return _("Please give your e-mail address: you sign in with it.")
    return problem_text(problem)
