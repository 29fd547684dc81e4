"""What pages of Your Account are made of: the decorator that lets in, and the answers that the script understands."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from crystalcall.customers.signing_in.door import Door, KeyRequest
from crystalcall.customers.signing_in.door import SignedInRequest as AccountRequest
from crystalcall.customers.signing_in.values import Audience
from crystalcall.hall.fragments import View, again_fragment, at, fragment, given, go, out, soon, step

__all__ = [
    "AccountRequest",
    "KeyRequest",
    "account_page",
    "again_fragment",
    "at",
    "before_sign_in",
    "fragment",
    "given",
    "go",
    "out",
    "shell",
    "soon",
    "step",
]


def shell(request: HttpRequest, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page that the script fills: the same for everybody, with nothing about anybody."""
    return render(request, "web/account/shell.html", context, status=status)


DOOR = Door(audience=Audience.CUSTOMER, shell=shell, ask_again=again_fragment)
before_sign_in = DOOR.before_sign_in


def account_page(*, fresh: bool = False, fresh_to_act: bool = False) -> Callable[[View], View]:
    """A page of the account, as `Door.page`; what is not there (any more) is said inside, with a way on."""

    def decorated(view: View) -> View:
        @DOOR.page(fresh=fresh, fresh_to_act=fresh_to_act)
        @wraps(view)
        def found(request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except Http404:
                return fragment(request, "web/account/missing.html", status=404)

        return found

    return decorated
