"""Who is let in to which page of the desk: a member of staff, with a second factor, with the right that it takes.

Every page asks the staff room anew: whoever lost a role or was disabled loses the page with the next press
(ASVS 5.0, 8.2.1 and 8.3.2). What is refused is told in a sentence, with 403, and is written into the audit log.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crystalcall.backoffice.acts import OPENED
from crystalcall.customers.signing_in.door import Door, SignedInRequest, turned_away
from crystalcall.customers.signing_in.queries import factors_of
from crystalcall.customers.signing_in.values import Audience
from crystalcall.customers.staff import audit
from crystalcall.customers.staff.queries import who
from crystalcall.customers.staff.values import Member, NotInside, Outside, Subject, SubjectKind
from crystalcall.hall.fragments import View, again_fragment, fragment, go
from crystalcall.plumbing import clock
from crystalcall.rules.staffing import Right

FORBIDDEN: Final = 403
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})


class DeskRequest(SignedInRequest):
    """A request of a member of staff who is let in."""

    member: Member
    is_inside: bool


def shell(request: HttpRequest, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page that the script fills: the same for everybody, with nothing about anybody."""
    return render(request, "backoffice/shell.html", context, status=status)


DOOR: Final = Door(audience=Audience.STAFF, shell=shell, ask_again=again_fragment)


def desk_page(right: Right | None = None, *, fresh_to_act: bool = False) -> Callable[[View], View]:
    """A page for members with this right (None: any member); `fresh_to_act` wants a password of five minutes to POST.

    The right is asked first: whoever may not is not asked for a password.
    """

    def decorated(view: View) -> View:
        @DOOR.page()
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            inside = who(request.signed_in, now=clock.now())
            if isinstance(inside, NotInside):
                return _kept_out(request, inside)
            request.member, request.is_inside = inside, True
            if right is not None and not inside.may(right):
                return not_allowed(request)
            if fresh_to_act and request.method not in SAFE_METHODS and not request.signed_in.is_fresh(clock.now()):
                return DOOR.asked(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorated


def own_page(*, fresh: bool = False, fresh_to_act: bool = False) -> Callable[[View], View]:
    """A page of the hall about the member's own sign-in."""
    return desk_page(fresh_to_act=fresh or fresh_to_act)


def factor_page(*, fresh: bool = False, fresh_to_act: bool = False) -> Callable[[View], View]:
    """The page of second factors, open as well to whoever just set their password and has none yet."""

    def decorated(view: View) -> View:
        @DOOR.page(fresh=fresh, fresh_to_act=fresh_to_act)
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            inside = who(request.signed_in, now=clock.now())
            if isinstance(inside, NotInside):
                if inside.member is None:
                    return _kept_out(request, inside)
                request.member, request.is_inside = inside.member, False
            else:
                request.member, request.is_inside = inside, True
            return view(request, *args, **kwargs)

        return guarded

    return decorated


def not_allowed(request: DeskRequest, act: str = OPENED, subject: Subject | None = None) -> HttpResponse:
    """Say that this takes a role that the member does not have, and write it down."""
    match = request.resolver_match
    page = (match.url_name or "page") if match else "page"
    with transaction.atomic():
        about = subject or Subject(SubjectKind.PAGE, page)
        audit.refuse(request.member.member_id, act, about, why="no_right", now=clock.now())
    return fragment(request, "backoffice/not_allowed.html", status=FORBIDDEN)


def _kept_out(request: DeskRequest, outside: NotInside) -> HttpResponse:
    """Whoever is signed in and is not let in: sent away, to their second factor, or asked for it."""
    if outside.why is Outside.NOBODY:
        return turned_away()
    if outside.why is Outside.FACTOR_WANTED:
        return go(reverse("account-second-factor"))
    if factors_of(Audience.STAFF, request.signed_in.principal_id).has_any:
        # Made with the password alone, before there was a second factor: the password again leads to it.
        return DOOR.asked(request)
    return fragment(request, "backoffice/overdue.html", status=FORBIDDEN)
