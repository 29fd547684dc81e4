"""What was typed is taken as typed."""

from django.http import QueryDict

from crystalcall.hall.typed import password_typed, typed


def test_a_password_is_neither_trimmed_nor_changed():
    posted = QueryDict(mutable=True)
    posted["password"] = "  Zwölf Boxkämpfer\t "
    assert password_typed(posted) == "  Zwölf Boxkämpfer\t "
    posted["password"] = "x" * 5000
    assert len(password_typed(posted)) == 257
    posted["email"] = " anna@example.org\x00 "
    assert typed(posted, "email") == "anna@example.org"
    assert typed(posted, "absent") == ""
