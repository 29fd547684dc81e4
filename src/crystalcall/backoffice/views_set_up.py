"""The one-time address by which a member of staff begins: a password, then at once a second factor."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crystalcall.backoffice.doors import DOOR, shell
from crystalcall.customers.signing_in.door import KeyRequest
from crystalcall.customers.signing_in.values import Issued, PasswordProblem
from crystalcall.customers.staff import actions
from crystalcall.customers.staff.queries import look_at_set_up
from crystalcall.customers.staff.values import SetUpKind, SetUpRefused
from crystalcall.hall.fragments import fragment, given, private
from crystalcall.hall.sign_in_words import STATUSES, password_problem_said, refusal_said
from crystalcall.hall.typed import password_typed
from crystalcall.hall.views_links import link_refused
from crystalcall.plumbing import clock

TEMPLATE = "backoffice/set_up.html"


@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, secret: str) -> HttpResponse:
    """The address that the command line printed: a GET only asks, a POST by the script sets up and signs in."""
    if request.method == "POST":
        return _posted(request, secret)
    looked = look_at_set_up(secret, now=clock.now())
    if isinstance(looked, SetUpRefused):
        return link_refused(request)
    shown = {"begin": TEMPLATE, "secret": secret, "is_new": looked.kind is SetUpKind.PASSWORD}
    return private(shell)(request, shown)


@DOOR.before_sign_in
def _posted(request: KeyRequest, secret: str) -> HttpResponse:
    now = clock.now()
    looked = look_at_set_up(secret, now=now)
    if isinstance(looked, SetUpRefused):
        return fragment(request, "hall/parts/link_over.html", status=404)
    answer = actions.set_up(secret, password_typed(request.POST), request.thumbprint, now=now)
    if isinstance(answer, Issued):
        return given(answer, reverse("account-second-factor"))
    if isinstance(answer, SetUpRefused):
        return fragment(request, "hall/parts/link_over.html", status=404)
    if isinstance(answer, PasswordProblem):
        wrong, status = password_problem_said(answer.reason), 422
    else:
        wrong, status = refusal_said(answer), STATUSES.get(answer.reason, 422)
    shown = {"secret": secret, "wrong": wrong, "is_new": looked.kind is SetUpKind.PASSWORD}
    return fragment(request, TEMPLATE, shown, status)
