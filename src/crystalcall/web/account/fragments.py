"""What pages of Your Account are made of: the decorator that lets in, and the answers that the script understands."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crystalcall.customers.signing_in import door
from crystalcall.customers.signing_in.door import Door, KeyRequest, given, go, out, step
from crystalcall.customers.signing_in.door import SignedInRequest as AccountRequest
from crystalcall.customers.signing_in.values import Audience
from crystalcall.web.account.menu import menu

__all__ = [
    "AccountRequest",
    "KeyRequest",
    "account_page",
    "again_fragment",
    "before_sign_in",
    "fragment",
    "given",
    "go",
    "out",
    "shell",
    "step",
]


def shell(request: HttpRequest, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page that the script fills: the same for everybody, with nothing about anybody."""
    return render(request, "web/account/shell.html", context, status=status)


def fragment(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of the account as the script puts it in, with the menu beside it."""
    return door.fragment(request, template, {"menu": menu(request), **(context or {})}, status)


def again_fragment(request: HttpRequest, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The password asked for once more; what waited for it is done afterwards."""
    return step(fragment(request, "web/account/again.html", context, status))


DOOR = Door(audience=Audience.CUSTOMER, shell=shell, ask_again=again_fragment)
account_page = DOOR.page
before_sign_in = DOOR.before_sign_in
