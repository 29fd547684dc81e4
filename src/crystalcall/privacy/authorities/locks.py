"""The row locks of cases: a case before an officer, and both before the register's head."""

from crystalcall.privacy.authorities.models import AuthorityCase


def locked_case(reference: str) -> AuthorityCase | None:
    """The case of this reference, locked until the transaction ends; None where there is none."""
    return AuthorityCase.objects.select_for_update().filter(reference=reference).first()
