"""Privacy in the account: read, taken away, agreed to, and the account deleted (clauses C11 and C13)."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.typed import typed
from crystalcall.mailings.farewell import say_farewell
from crystalcall.plumbing import clock
from crystalcall.plumbing.settings import current
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.values import ErasureWaits
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.policy.actions import agree
from crystalcall.privacy.providers import PROVIDERS
from crystalcall.privacy.queries import providers_of_subjects
from crystalcall.privacy.requests.exporting import PersonalData, gather
from crystalcall.privacy.requests.writing import as_zip, shown_sections
from crystalcall.shop.orders.actions import leave
from crystalcall.shop.orders.belongings import CardHoldings, cards_of, holdings_of
from crystalcall.shop.orders.values import BalanceWay, Left
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, go, out
from crystalcall.web.account.uses import open_uses_said
from crystalcall.web.context import Site

VERSION_DIGITS = 4


@account_page(fresh_to_act=True)
def privacy(request: AccountRequest) -> HttpResponse:
    """What can be done with one's own data; a POST shows it or gives it as a file, gathered at that moment."""
    me, now = request.signed_in.principal_id, clock.now()
    if request.method != "POST":
        words = {
            "agreed": _("Thank you. It counts from now on."),
            "unknown": _("Nothing was agreed to: no such version of the policy is in force."),
        }
        shown = {
            "open_uses": open_uses_said(me, now=now),
            "recipients": _recipients(request),
            "done": said_done(request, words),
        }
        return fragment(request, "web/account/privacy.html", shown)
    data = _gathered(request)
    if typed(request.POST, "act") != "download":
        return fragment(request, "web/account/data.html", {"data": data, "shown": shown_sections(data)})
    response = HttpResponse(as_zip(data), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="crystal-call-data.zip"'
    return response


@account_page()
def agreement(request: AccountRequest) -> HttpResponse:
    """Agree to the new uses that the page named; only the version that was shown is agreed to."""
    version = typed(request.POST, "version", VERSION_DIGITS)
    if request.method == "POST" and version.isascii() and version.isdigit():
        answer = agree(request.signed_in.principal_id, int(version), now=clock.now())
        if isinstance(answer, bool):
            return go(address_after("account-privacy", "agreed"))
    return go(address_after("account-privacy", "unknown"))


@account_page(fresh=True)
def delete(request: AccountRequest) -> HttpResponse:
    """Delete my account: what goes, what stays and until when, the balance first; then at once."""
    if request.method != "POST":
        return _delete_page(request)
    way = next((each for each in BalanceWay if each.value == typed(request.POST, "balance")), None)
    if not typed(request.POST, "sure") or (way is None and _filled(request)):
        ticked = {"way": typed(request.POST, "balance"), "nothing_sealed": typed(request.POST, "nothing_sealed")}
        return _delete_page(request, {"unsure": True, **ticked}, 422)
    now, me = clock.now(), _person(request)
    address = keepers.mail_address(me)
    nothing_sealed = bool(typed(request.POST, "nothing_sealed"))
    left = leave(request.signed_in.principal_id, me, way or BalanceWay.NEW_PINS, nothing_sealed=nothing_sealed, now=now)
    if isinstance(left, ErasureWaits):
        return fragment(request, "web/account/deletion_waits.html", {"for_money": left.for_money})
    if isinstance(left, Left) and address is not None:
        say_farewell(address, left.erased, owed_micros=left.owed_micros, now=now)
    # Nobody is left to forget where another tab was faster: it has shown the PINs.
    return out(fragment(request, "web/account/deleted.html", {"left": left if isinstance(left, Left) else None}))


def _person(request: AccountRequest) -> Person:
    """Whoever is signed in, with everything of their proven mailbox."""
    return keepers.whole(Person().joined(NameKind.CUSTOMER, (request.signed_in.principal_id,)))


def _gathered(request: AccountRequest) -> PersonalData:
    return gather(_person(request), now=clock.now(), language=Site(request).language)


def _recipients(request: AccountRequest) -> tuple[str, ...]:
    """Who got something about this person, by name."""
    return tuple(
        str(PROVIDERS[key].words) for key in sorted(providers_of_subjects(_person(request).disclosure_subjects))
    )


def _filled(request: AccountRequest) -> tuple[CardHoldings, ...]:
    """The cards of the account on which something is."""
    held = holdings_of(cards_of(request.signed_in.principal_id), now=clock.now())
    return tuple(each for each in held if not each.is_empty)


def _delete_page(request: AccountRequest, more: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    held, person = _filled(request), _person(request)
    shown = {
        "held": held,
        "calling": any(each.is_calling for each in held),
        "unpaid": [number for keeper in keepers.all_keepers() for number in keeper.unpaid(person)],
        "archives": keepers.has_archive(),
        "kept_months": current().record_retention_months,
        **(more or {}),
    }
    return fragment(request, "web/account/delete.html", shown, status)
