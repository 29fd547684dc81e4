"""Puts cases of authorities in their place when the program starts."""

from crystalcall.privacy import keepers
from crystalcall.privacy.authorities import personal_data
from crystalcall.privacy.authorities.keeping_people import AuthoritiesKeeper
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityNotice
from crystalcall.privacy.keys import columns


def wire() -> None:
    """Declare the fields, name the sealed columns, and answer for people."""
    personal_data.declare_all()
    columns.register(columns.PersonColumn(AuthorityCase, "sealed_letter", "id"))
    columns.register(columns.PersonColumn(AuthorityCase, "sealed_query", "id"))
    columns.register(columns.PersonColumn(AuthorityNotice, "sealed_contact", "id"))
    keepers.register(AuthoritiesKeeper())
