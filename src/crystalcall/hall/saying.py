"""Short notes after an act, by a word in the address: the sentences are ours, the address can only choose one."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.urls import reverse


def address_after(name: str, done: str, *parts: str) -> str:
    """The address of a page of the account that says what was just done."""
    return f"{reverse(name, args=parts)}?done={done}"


def said_done(request: HttpRequest, words: Mapping[str, str]) -> str:
    """The sentence about what was just done; "" where the address names none of ours."""
    return words.get(str(request.GET.get("done") or ""), "")
