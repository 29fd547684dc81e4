"""Speed dial: short codes of a card, each for one number that its owner calls often."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.typed import typed
from crystalcall.minutes.speed_dial.values import MOST_LABEL_CHARACTERS, EntryProblem, EntrySet
from crystalcall.rules.numbering import MOST_ENTRIES
from crystalcall.shop.orders.actions import copy_short_codes, remove_short_code, set_short_code
from crystalcall.shop.orders.belongings import OwnCard, bought_cards_of, short_codes_of
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, go

CODE_CHARACTERS = 4
FIELDS = {
    EntryProblem.BAD_CODE: "code",
    EntryProblem.BAD_NUMBER: "number",
    EntryProblem.LABEL_TOO_LONG: "label",
    EntryProblem.CARD_NUMBER: "label",
}


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What somebody typed, and a sentence for each field that needs another look."""

    code: str = ""
    number: str = field(default="", repr=False)
    label: str = field(default="", repr=False)
    errors: dict[str, str] = field(default_factory=dict)


@account_page()
def speed_dial(request: AccountRequest) -> HttpResponse:
    """The list of the card that was bought last; with several cards each has its own."""
    cards = bought_cards_of(request.signed_in.principal_id)
    if not cards:
        return fragment(request, "web/account/speed_dial.html", {"cards": ()})
    return go(reverse("account-speed-dial-card", args=(cards[0].serial,)))


@account_page()
def of_card(request: AccountRequest, serial: str) -> HttpResponse:
    """The list of one card: read, one more code, one less, or all of it for another card too."""
    me = request.signed_in.principal_id
    card = next((each for each in bought_cards_of(me) if each.serial == serial), None)
    if card is None:
        raise Http404
    if request.method != "POST":
        words = {
            "set": _("The code dials this number from the next call on."),
            "removed": _("The code dials nothing any more."),
            "copied": _("The other card has these codes now, beside its own."),
        }
        return _page(request, card, EntryForm(_free_code(card)), {"done": said_done(request, words)})
    act = typed(request.POST, "act")
    if act == "remove":
        remove_short_code(me, serial, _code(typed(request.POST, "code", CODE_CHARACTERS)))
        return go(address_after("account-speed-dial-card", "removed", serial))
    if act == "copy":
        copy_short_codes(me, serial, typed(request.POST, "to"))
        return go(address_after("account-speed-dial-card", "copied", serial))
    return _set(request, card)


def _set(request: AccountRequest, card: OwnCard) -> HttpResponse:
    code, number, label = (typed(request.POST, name) for name in ("code", "number", "label"))
    form = EntryForm(code, number, label)
    me = request.signed_in.principal_id
    answer = set_short_code(me, card.serial, _code(form.code), form.number, form.label)
    if isinstance(answer, EntrySet):
        return go(address_after("account-speed-dial-card", "set", card.serial))
    problems = getattr(answer, "problems", ())
    form = replace(form, errors={FIELDS[problem]: _said(problem) for problem in problems})
    return _page(request, card, form, {}, 422)


def _page(
    request: AccountRequest, card: OwnCard, form: EntryForm, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    cards = bought_cards_of(request.signed_in.principal_id)
    shown = {
        "card": card,
        "cards": cards,
        "others": [each for each in cards if each.serial != card.serial],
        "entries": short_codes_of(card),
        "form": form,
        **more,
    }
    return fragment(request, "web/account/speed_dial.html", shown, status)


def _free_code(card: OwnCard) -> str:
    """The lowest code that dials nothing yet; "" where all do."""
    taken = {entry.code for entry in short_codes_of(card)}
    return next((str(code) for code in range(1, MOST_ENTRIES + 1) if code not in taken), "")


def _code(text: str) -> int:
    """The code as it was typed, with its star or without; 0 for none."""
    digits = text.strip("* ")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < CODE_CHARACTERS else 0


def _said(problem: EntryProblem) -> str:
    return {
        EntryProblem.BAD_CODE: _("Please give a code from 1 to %(most)s.") % {"most": MOST_ENTRIES},
        EntryProblem.BAD_NUMBER: _("Please give a telephone number with its country code, such as +7 495 123-45-67."),
        EntryProblem.LABEL_TOO_LONG: _("Please say it in at most %(most)s characters.")
        % {"most": MOST_LABEL_CHARACTERS},
        EntryProblem.CARD_NUMBER: _("This looks like a bank card’s number. We keep none; please write something else."),
    }[problem]
