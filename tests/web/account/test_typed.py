"""What was typed is taken as typed, and where it came from is known only where a proxy says so."""

import msgspec
from django.http import QueryDict
from django.test import RequestFactory

from crystalcall.web.account.typed import password_typed, source_of, typed


def test_a_password_is_neither_trimmed_nor_changed():
    posted = QueryDict(mutable=True)
    posted["password"] = "  Zwölf Boxkämpfer\t "
    assert password_typed(posted) == "  Zwölf Boxkämpfer\t "
    posted["password"] = "x" * 5000
    assert len(password_typed(posted)) == 257
    posted["email"] = " anna@example.org\x00 "
    assert typed(posted, "email") == "anna@example.org"
    assert typed(posted, "absent") == ""


def test_in_production_the_proxy_says_where_a_request_comes_from(settings):
    request = RequestFactory().post("/", headers={"x-forwarded-for": "198.51.100.1, 203.0.113.7"})
    assert source_of(request) == "127.0.0.1"
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, profile="production")
    assert source_of(request) == "203.0.113.7"
    assert source_of(RequestFactory().post("/")) == ""
