"""The first page of the account: what there is, what it buys, what to do next; and the details, edited (clause C11)."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crystalcall.customers.actions import DetailsChanged, NobodyKnown, change_details
from crystalcall.customers.queries import Contact, contact
from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.typed import typed
from crystalcall.plumbing import clock
from crystalcall.privacy.keepers import has_archive
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.actions.claiming import claimable
from crystalcall.shop.orders.belongings import cards_of, holdings_of, places_of
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, go
from crystalcall.web.account.showing import PLACES_SHOWN, minutes_to_places
from crystalcall.web.account.uses import open_uses_said
from crystalcall.web.account.wording import problem_said
from crystalcall.web.context import NAMES, Site


@dataclass(frozen=True, slots=True)
class DetailsForm:
    """The details as they stand or were typed, and a sentence for each field that needs another look."""

    name: str = field(repr=False)
    telephone: str = field(repr=False)
    language: str
    errors: dict[str, str] = field(default_factory=dict)


@account_page()
def overview(request: AccountRequest) -> HttpResponse:
    """The first page: money, minutes, and the next step."""
    me, now, language = request.signed_in.principal_id, clock.now(), Site(request).language
    cards = cards_of(me)
    held = holdings_of(cards, now=now)
    shown = {
        "held": held,
        "balance_micros": sum(each.balance.available_micros for each in held),
        "held_micros": sum(each.balance.held_micros for each in held),
        "places": minutes_to_places(places_of(cards, at_most=PLACES_SHOWN), held, language, now),
        "waiting_count": len(claimable(me)),
        "open_uses": open_uses_said(me, now=now),
        "done": said_done(request, {"agreed": _("Thank you. It counts from now on.")}),
    }
    return fragment(request, "web/account/overview.html", shown)


@account_page(fresh_to_act=True)
def details(request: AccountRequest) -> HttpResponse:
    """Edit Account Information: name, telephone and language at once; the address by its own two mails."""
    me = request.signed_in.principal_id
    known = contact(me, purpose=Purpose.CUSTOMER_SERVICE)
    if known is None or request.method != "POST":
        words = {"updated": _("Your account is updated."), "same": _("That is what we had already.")}
        return _details(request, known, _form_of(known), done=said_done(request, words))
    form = DetailsForm(typed(request.POST, "name"), typed(request.POST, "telephone"), typed(request.POST, "language"))
    answer = change_details(me, name=form.name, telephone=form.telephone, language=form.language, now=clock.now())
    if isinstance(answer, DetailsChanged):
        return go(address_after("account-details", "updated" if answer.is_new else "same"))
    if isinstance(answer, NobodyKnown):
        return _details(request, None, form, status=422)
    errors = {problem.field: problem_said(problem) for problem in answer.problems}
    wrong = DetailsForm(form.name, form.telephone, form.language, errors)
    return _details(request, known, wrong, status=422)


def _form_of(known: Contact | None) -> DetailsForm:
    return DetailsForm(known.name, known.telephone or "", known.language) if known else DetailsForm("", "", "en")


def _details(
    request: AccountRequest, known: Contact | None, form: DetailsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    shown = {
        "form": form,
        "email": known.email if known else "",
        "languages": tuple(NAMES.items()),
        "archives": has_archive(),
    }
    return fragment(request, "web/account/details.html", shown | more, status)
