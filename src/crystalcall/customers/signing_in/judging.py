"""Whether a password does, with the list of those that everybody uses."""

from collections.abc import Iterable

from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.signing_in.common_passwords import common_passwords
from crystalcall.customers.signing_in.values import PasswordProblem
from crystalcall.rules.signing_in import Strength, judge_password, strength


@sensitive_variables("password")
def password_problem(password: str, about: Iterable[str] = ()) -> PasswordProblem | None:
    """Why a password is not taken, or None; `about` are name and address of whoever chooses it."""
    reason = judge_password(password, common_passwords(), [each for each in about if each])
    return None if reason is None else PasswordProblem(reason)


@sensitive_variables("password")
def password_strength(password: str) -> Strength:
    """How strong a password is, to be shown while it is chosen."""
    return strength(password, common_passwords())
