"""Registering: the age first, then the details, then the mailbox (clauses C11 and C19).

All but the confirmation are ordinary pages: whoever presses the mailed link gives the password once more, and is in.
"""

from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crystalcall.customers.contact_details import ContactProblems
from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.values import (
    AgePass,
    AgeProblem,
    Audience,
    Issued,
    LinkKind,
    LinkRefused,
    NewCustomer,
    PasswordProblem,
    Registered,
    RegistrationRefusal,
    RegistrationRefused,
    TooYoung,
)
from crystalcall.hall.fragments import private
from crystalcall.hall.sign_in_words import STATUSES, password_problem_said, refusal_said, wait_said
from crystalcall.hall.typed import password_typed, typed
from crystalcall.hall.views_links import link_shell
from crystalcall.plumbing import clock
from crystalcall.plumbing.sources import source_of
from crystalcall.web.account.fragments import KeyRequest, before_sign_in, fragment, given, shell
from crystalcall.web.account.wording import problem_said
from crystalcall.web.context import Site


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What somebody typed to register; the password is never sent back."""

    age_pass: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, **errors: str) -> "JoinForm":
        """The same form, with a sentence for each field that needs another look."""
        return replace(self, errors=errors)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def register(request: HttpRequest) -> HttpResponse:
    """Month and year of birth, asked of everybody and kept of nobody; then the details."""
    now = clock.now()
    if request.method != "POST":
        return _age_page(request, actions.age_question(now=now))
    if "age_pass" in request.POST:
        return _details(request)
    posted = (typed(request.POST, name) for name in ("question", "year", "month"))
    answer = actions.age_pass(*posted, now=now)
    if isinstance(answer, AgePass):
        return _details_page(request, JoinForm(age_pass=answer.value))
    if isinstance(answer, TooYoung):
        return render(request, "web/account/too_young.html", status=200)
    said = {
        AgeProblem.NOT_A_DATE: _(
            "Please look at month and year once more: the month of your birth, and the whole year."
        ),
        AgeProblem.FORM_USED: _("This form was answered already or is too old. Here is a fresh one."),
    }[answer.reason]
    return _age_page(request, answer.question, said, 422)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of a registration: a GET only asks for the password, a POST by the script confirms and signs in."""
    if request.method == "POST":
        return _confirmed(request, secret)
    wanted = (LinkKind.CONFIRM, Audience.CUSTOMER)
    return link_shell(request, secret, wanted, ("web/account/confirm.html", shell))


@before_sign_in
def _confirmed(request: KeyRequest, secret: str) -> HttpResponse:
    answer = actions.confirm_registration(secret, password_typed(request.POST), request.thumbprint, now=clock.now())
    if isinstance(answer, Issued):
        return given(answer, reverse("account"))
    if isinstance(answer, LinkRefused):
        return fragment(request, "hall/parts/link_over.html", status=404)
    wrong = refusal_said(answer) if STATUSES.get(answer.reason) else _("This is not the password of the registration.")
    shown = {"secret": secret, "wrong": wrong}
    return fragment(request, "web/account/confirm.html", shown, STATUSES.get(answer.reason, 422))


def _details(request: HttpRequest) -> HttpResponse:
    age_pass, name, email, telephone = (
        typed(request.POST, field) for field in ("age_pass", "name", "email", "telephone")
    )
    form = JoinForm(age_pass, name, email, telephone)
    language = Site(request).language
    customer = NewCustomer(form.name, form.email, form.telephone or None, password_typed(request.POST), language)
    answer = actions.register(customer, form.age_pass, source_of(request), now=clock.now())
    if isinstance(answer, Registered):
        return render(request, "web/account/register_sent.html")
    if isinstance(answer, PasswordProblem):
        return _details_page(request, form.wrong(password=password_problem_said(answer.reason)), 422)
    if isinstance(answer, ContactProblems):
        errors = {each.field: problem_said(each) for each in answer.problems}
        problem = actions.password_problem(customer.password, (form.name, form.email))
        if problem is not None:
            errors["password"] = password_problem_said(problem.reason)
        return _details_page(request, form.wrong(**errors), 422)
    return _not_registered(request, form, answer)


def _not_registered(request: HttpRequest, form: JoinForm, refused: RegistrationRefused) -> HttpResponse:
    if refused.reason is RegistrationRefusal.NO_AGE_PASS:
        said = _("The form was used already or is too old. Nothing was kept; please begin again.")
        return _age_page(request, actions.age_question(now=clock.now()), said, 422)
    wait = wait_said(max(refused.wait_seconds, 1))
    busy = form.wrong(name=_("Very many people are registering. Please try again in %(wait)s.") % {"wait": wait})
    response = _details_page(request, busy, 503 if refused.reason is RegistrationRefusal.BUSY else 429)
    response["Retry-After"] = str(max(refused.wait_seconds, 1))
    return response


def _age_page(request: HttpRequest, question: str, wrong: str = "", status: int = 200) -> HttpResponse:
    shown = {"question": question, "wrong": wrong, "months": MONTHS.items()}
    return render(request, "web/account/register.html", shown, status=status)


def _details_page(request: HttpRequest, form: JoinForm, status: int = 200) -> HttpResponse:
    return render(request, "web/account/register_details.html", {"form": form}, status=status)
