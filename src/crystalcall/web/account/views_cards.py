"""Cards of the account: added by their PIN, shown, replaced when lost, bounded by limits."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.sign_in_words import wait_said
from crystalcall.hall.typed import typed
from crystalcall.minutes.cards.values import CardReplaced
from crystalcall.minutes.pins.values import PinRefused
from crystalcall.plumbing import clock
from crystalcall.rules.pins import PinRefusalReason
from crystalcall.shop.orders.actions import (
    add_card,
    bound_card,
    let_card_go,
    replace_lost_card,
    reveal_card,
)
from crystalcall.shop.orders.belongings import OwnCard, card_of, cards_of, holdings_of, limits_of_card, places_of
from crystalcall.shop.orders.values import CardAdded, CardGone, CardNotAdded, CardNotAddedReason, RevealedCard
from crystalcall.web.account.fragments import AccountRequest, account_page, at, fragment, go
from crystalcall.web.account.limits_form import LimitsForm, read_limits
from crystalcall.web.account.showing import PLACES_SHOWN, shown_holdings
from crystalcall.web.context import Site


@account_page()
def cards(request: AccountRequest) -> HttpResponse:
    """The list, and the form that adds one."""
    if request.method != "POST":
        words = {
            "added": _("The card is in your account now."),
            "gone": _("The card is out of your account. Its PIN works on."),
        }
        return _list(request, {"done": said_done(request, words)})
    answer = add_card(request.signed_in.principal_id, typed(request.POST, "pin"), now=clock.now())
    if isinstance(answer, CardAdded):
        return go(address_after("account-cards", "added"))
    response = _list(request, {"form": {"errors": {"pin": _not_added_said(answer)}}}, 422)
    if isinstance(answer, PinRefused) and answer.retry_after_seconds:
        response.status_code = 429
        response["Retry-After"] = str(answer.retry_after_seconds)
    return response


@account_page()
def card(request: AccountRequest, serial: str) -> HttpResponse:
    """One card: what is on it, its PIN after a press, its limits."""
    found = _found(request, serial)
    if request.method != "POST":
        return _show(request, found)
    me = request.signed_in.principal_id
    if typed(request.POST, "act") == "let-go":
        gone = isinstance(let_card_go(me, serial), CardGone)
        return go(address_after("account-cards", "gone" if gone else "stays"))
    revealed = reveal_card(me, serial)
    return _show(request, found, pin=revealed.pin if isinstance(revealed, RevealedCard) else "")


@account_page(fresh_to_act=True)
def lost(request: AccountRequest, serial: str) -> HttpResponse:
    """A lost card: blocked, and all that is on it behind a new PIN, shown at once."""
    found = _found(request, serial)
    if request.method != "POST":
        [held] = holdings_of([found], now=clock.now())
        return fragment(request, "web/account/lost.html", {"card": found, "held": held})
    me, now = request.signed_in.principal_id, clock.now()
    replaced = replace_lost_card(me, serial, now=now)
    if not isinstance(replaced, CardReplaced):
        said = _("The shop blocked this card, so it cannot be replaced here. Please write to us.")
        [held] = holdings_of([found], now=now)
        return fragment(request, "web/account/lost.html", {"card": found, "held": held, "wrong": said}, 422)
    revealed = reveal_card(me, replaced.to_serial)
    shown = {"replaced": replaced, "pin": revealed.pin if isinstance(revealed, RevealedCard) else ""}
    answer = fragment(request, "web/account/replaced.html", shown)
    # The lost card's page is gone: a reload leads to the new one.
    return at(answer, reverse("account-card", args=(replaced.to_serial,)))


@account_page(fresh_to_act=True)
def limits(request: AccountRequest, serial: str) -> HttpResponse:
    """What a card may do: caps for a day and a call, countries, premium numbers."""
    found, language = _found(request, serial), Site(request).language
    if request.method != "POST":
        words = {"set": _("The limits count from the next call on.")}
        form = LimitsForm.of(limits_of_card(found), language)
        return _limits(request, found, form, {"done": said_done(request, words)})
    form, changes = read_limits(request.POST, language)
    if form.errors:
        return _limits(request, found, form, {}, 422)
    bound_card(request.signed_in.principal_id, serial, changes, now=clock.now())
    return go(address_after("account-card-limits", "set", serial))


def _found(request: AccountRequest, serial: str) -> OwnCard:
    found = card_of(request.signed_in.principal_id, serial)
    if found is None:
        raise Http404
    return found


def _list(request: AccountRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    now, language = clock.now(), Site(request).language
    mine = cards_of(request.signed_in.principal_id)
    places = places_of(mine, at_most=PLACES_SHOWN)
    shown = {"cards": tuple(shown_holdings(each, places, language, now) for each in holdings_of(mine, now=now))}
    return fragment(request, "web/account/cards.html", shown | more, status)


def _show(request: AccountRequest, found: OwnCard, *, pin: str = "") -> HttpResponse:
    now, language = clock.now(), Site(request).language
    [held] = holdings_of([found], now=now)
    limits_form = LimitsForm.of(limits_of_card(found), language)
    places = places_of(cards_of(request.signed_in.principal_id), at_most=PLACES_SHOWN)
    shown = {"shown": shown_holdings(held, places, language, now), "pin": pin, "limits": limits_form}
    return fragment(request, "web/account/card.html", shown)


def _limits(
    request: AccountRequest, found: OwnCard, form: LimitsForm, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    shown = {"card": found, "form": form, "back": reverse("account-card", args=(found.serial,))}
    return fragment(request, "web/account/limits.html", shown | more, status)


def _not_added_said(answer: CardNotAdded | PinRefused) -> str:
    if isinstance(answer, CardNotAdded):
        if answer.reason is CardNotAddedReason.YOURS_ALREADY:
            return _("This card is in your account already.")
        return _("This card is in another account, and can be in one at a time. Its PIN works for calls.")
    if answer.reason is PinRefusalReason.TOO_MANY_TRIES:
        wait = wait_said(answer.retry_after_seconds or 0)
        return _("There were several wrong tries. Please wait %(wait)s before the next one.") % {"wait": wait}
    return {
        PinRefusalReason.UNKNOWN_PIN: _("No card has this PIN. It has 12 digits; look at it once more."),
        PinRefusalReason.BLOCKED: _("This PIN is blocked."),
        PinRefusalReason.EXPIRED: _("What was on this card has expired."),
    }[answer.reason]
