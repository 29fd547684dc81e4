"""Looking up, and the pages of an order, a customer and a card: to be read, masked, with the few acts that are allowed.

Nothing that was typed stands in an address; what was revealed stands in the one answer to its reason, and nowhere else.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.backoffice import acts, doing
from crystalcall.backoffice.doors import DOOR, DeskRequest, desk_page, not_allowed
from crystalcall.backoffice.reading import read_dollars
from crystalcall.backoffice.searching import (
    FoundNothing,
    FoundSeveral,
    TooOften,
    Way,
    look_up,
    open_page,
    stopped_revealing,
)
from crystalcall.backoffice.words import ORDER_STATES, PIN_STATES, refusal_words
from crystalcall.customers.looking_up import masked_customer
from crystalcall.customers.signing_in.queries import factors_of, has_credential
from crystalcall.customers.signing_in.values import Audience
from crystalcall.customers.staff import audit, four_eyes
from crystalcall.customers.staff.values import Done, ProposalRefusal, ProposalRefused, Subject, SubjectKind
from crystalcall.hall.fragments import fragment, go
from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.typed import typed
from crystalcall.minutes.cards import goodwill
from crystalcall.minutes.cards.queries import card as card_of
from crystalcall.minutes.cards.values import UnknownSerial
from crystalcall.plumbing import clock
from crystalcall.plumbing.middleware.language import language_of
from crystalcall.rules.pins import PinState
from crystalcall.rules.staffing import Right
from crystalcall.shop.orders.looking_up import find_order_by_number, order_of_card, orders_around
from crystalcall.shop.orders.wording import coverage_name

REASON_LIMIT_CHARACTERS: Final = 500
LEAST_REASON_CHARACTERS: Final = 5
CODE: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{2,31}")
LISTED_AT_MOST: Final = 50

Act = Callable[[DeskRequest, str, datetime], HttpResponse]


@desk_page(Right.LOOK_UP)
def search(request: DeskRequest) -> HttpResponse:
    """Find an order, a customer or a card by exactly one name, and go there."""
    if request.method != "POST":
        return fragment(request, "backoffice/look_up.html", {"left": ""})
    wanted = typed(request.POST, "wanted")
    if not wanted:
        return _search_page(request, _("Type an e-mail address, an order’s number or a card’s serial."), 422)
    found = look_up(wanted, request.member, now=clock.now())
    if isinstance(found, TooOften):
        return _too_often(request, found)
    if isinstance(found, FoundNothing):
        said = {
            Way.EMAIL: _("Nobody here has exactly this address."),
            Way.NUMBER: _("No order and no card has this number."),
        }[found.way]
        return _search_page(request, said, 404)
    if isinstance(found, FoundSeveral):
        several = [known for each in found.customer_ids[:LISTED_AT_MOST] if (known := masked_customer(each))]
        return fragment(request, "backoffice/look_up.html", {"several": several})
    return go(_place_of(found.subject))


@desk_page(Right.LOOK_UP)
def order(request: DeskRequest, number: str) -> HttpResponse:
    """An order as it stands; its mail can be sent again."""
    now = clock.now()
    if request.method == "POST":
        return _done_with(request, number, {"resend": (acts.MAIL_RESENT, _resent)})
    if (stopped := _opened(request, SubjectKind.ORDER, number, now)) is not None:
        return stopped
    found = find_order_by_number(number, now=now)
    if found is None:
        return _nothing_there(request)
    words = {"resent": _("The mail is on its way again.")}
    shown = {
        "found": found,
        "order": found.view,
        "state": ORDER_STATES[found.view.state],
        "buyer": masked_customer(found.customer_id) if found.customer_id else None,
        "may_resend": found.stock is not None and request.member.may(Right.RESEND_MAIL),
        "done": said_done(request, words),
    }
    return fragment(request, "backoffice/order.html", shown)


@desk_page(Right.LOOK_UP)
def customer(request: DeskRequest, customer_id: UUID) -> HttpResponse:
    """A customer, masked; shown in clear for a reason, once."""
    now, name = clock.now(), str(customer_id)
    if request.method == "POST":
        return _done_with(
            request,
            name,
            {"reveal": (acts.REVEALED, _revealed), "end-sign-ins": (acts.SIGN_INS_ENDED, _sign_ins_ended)},
        )
    if (stopped := _opened(request, SubjectKind.CUSTOMER, name, now)) is not None:
        return stopped
    return _customer_page(request, customer_id)


@desk_page(Right.LOOK_UP)
def card(request: DeskRequest, serial: str) -> HttpResponse:
    """A card without its PIN; it can be blocked, unblocked, and given credit by two."""
    now = clock.now()
    if request.method == "POST":
        return _done_with(
            request,
            serial,
            {
                "block": (acts.PIN_BLOCKED, _blocked),
                "unblock": (acts.PIN_UNBLOCKED, _unblocked),
                "credit": (acts.PROPOSED, _credit_proposed),
            },
        )
    if (stopped := _opened(request, SubjectKind.CARD, serial, now)) is not None:
        return stopped
    return _card_page(request, serial)


def _search_page(request: DeskRequest, wrong: str, status: int) -> HttpResponse:
    return fragment(request, "backoffice/look_up.html", {"wrong": wrong}, status)


def _too_often(request: DeskRequest, stopped: TooOften) -> HttpResponse:
    said = _("You looked up %(number)s things within the last hour, which is as many as one may. Please wait.")
    response = _search_page(request, said % {"number": stopped.limit}, 429)
    response["Retry-After"] = "600"
    return response


def _opened(request: DeskRequest, kind: SubjectKind, name: str, now: datetime) -> HttpResponse | None:
    """Write down that this is looked at; what may not be shown instead."""
    if kind is not SubjectKind.CUSTOMER and not CODE.fullmatch(name):
        return _nothing_there(request)
    stopped = open_page(Subject(kind, name), request.member, now=now)
    return None if stopped is None else _too_often(request, stopped)


def _place_of(subject: Subject) -> str:
    page = {SubjectKind.CUSTOMER: "desk-customer", SubjectKind.ORDER: "desk-order", SubjectKind.CARD: "desk-card"}
    return reverse(page[subject.kind], args=(subject.name,))


def _nothing_there(request: DeskRequest) -> HttpResponse:
    return fragment(request, "backoffice/nothing_there.html", status=404)


_KINDS: Final[Mapping[str, SubjectKind]] = {
    "desk-order": SubjectKind.ORDER,
    "desk-customer": SubjectKind.CUSTOMER,
    "desk-card": SubjectKind.CARD,
}
#: What wants a password of the last five minutes: what shows people, what ends their sign-ins, what moves money.
_FRESH: Final = frozenset({acts.REVEALED, acts.SIGN_INS_ENDED, acts.PROPOSED})


def _done_with(request: DeskRequest, name: str, allowed: Mapping[str, tuple[str, Act]]) -> HttpResponse:
    """Do what was pressed, if the member may, says why, and gave their password lately where that is asked."""
    known = allowed.get(typed(request.POST, "act"))
    match = request.resolver_match
    kind = _KINDS[match.url_name or "" if match else ""]
    if known is None or (kind is not SubjectKind.CUSTOMER and not CODE.fullmatch(name)):
        return _nothing_there(request)
    act, do = known
    may = request.member.may(Right.PROPOSE_CREDIT) if act == acts.PROPOSED else audit.may(request.member, act)
    if not may:
        return not_allowed(request, act, Subject(kind, name))
    if act in _FRESH and not request.signed_in.is_fresh(clock.now()):
        return DOOR.asked(request)
    return do(request, name, clock.now())


def _reason(request: DeskRequest) -> str:
    """Why, in words; "" for none, or for what is none."""
    said = typed(request.POST, "reason", REASON_LIMIT_CHARACTERS)
    return said if len(said) >= LEAST_REASON_CHARACTERS else ""


def _why_wanted() -> str:
    return _("Say why, in a few words: the reason is kept with the act.")


def _wrong(field: str, sentence: Any, value: str = "", reason: str = "") -> dict[str, Any]:
    """What is wrong, and what was typed, which is kept in the form."""
    return {"wrong_field": field, "wrong": sentence, "typed_value": value, "typed_reason": reason}


def _customer_page(
    request: DeskRequest, customer_id: UUID, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    person = masked_customer(customer_id)
    if person is None:
        return _nothing_there(request)
    has_account = has_credential(Audience.CUSTOMER, customer_id)
    words = {"ended": _("Every sign-in of this customer has ended.")}
    shown = {
        "person": person,
        "has_account": has_account,
        "has_second_factor": has_account and factors_of(Audience.CUSTOMER, customer_id).has_any,
        "orders": [(each, ORDER_STATES[each.state]) for each in orders_around(customer_id)],
        "may_reveal": person.is_readable and request.member.may(Right.REVEAL),
        "may_end": has_account and request.member.may(Right.END_SIGN_INS),
        "done": said_done(request, words),
        **(more or {}),
    }
    return fragment(request, "backoffice/customer.html", shown, status)


def _card_page(
    request: DeskRequest, serial: str, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    found = card_of(serial, now=clock.now())
    if isinstance(found, UnknownSerial):
        return _nothing_there(request)
    blocked = found.pin.state is PinState.BLOCKED
    words = {
        "blocked": _("The PIN opens nothing from now on."),
        "unblocked": _("The PIN opens its card again."),
        "proposed": _("Proposed. Somebody else of accounts has to approve it."),
        "given": _("The credit is on the card."),
    }
    shown = {
        "card": found,
        "minutes": [(coverage_name(each.coverage, language_of(request.path)), each) for each in found.minutes],
        "state": PIN_STATES[found.pin.state],
        "order_number": order_of_card(serial),
        "is_blocked": blocked,
        "may_block": not blocked and request.member.may(Right.BLOCK_PIN),
        "may_unblock": blocked and request.member.may(Right.UNBLOCK_PIN),
        "may_propose": request.member.may(Right.PROPOSE_CREDIT),
        "done": said_done(request, words),
        **(more or {}),
    }
    return fragment(request, "backoffice/card.html", shown, status)


def _resent(request: DeskRequest, number: str, now: datetime) -> HttpResponse:
    reason = _reason(request)
    found = find_order_by_number(number, now=now)
    if found is None:
        return _nothing_there(request)
    if not reason:
        shown = {
            "found": found,
            "order": found.view,
            "state": ORDER_STATES[found.view.state],
            "buyer": masked_customer(found.customer_id) if found.customer_id else None,
            "may_resend": True,
            **_wrong("resend", _why_wanted()),
        }
        return fragment(request, "backoffice/order.html", shown, 422)
    if isinstance(doing.resend(number, reason, request.member, now=now), doing.NotThere):
        return _nothing_there(request)
    return go(address_after("desk-order", "resent", number))


def _revealed(request: DeskRequest, name: str, now: datetime) -> HttpResponse:
    reason, customer_id = _reason(request), UUID(name)
    if not reason:
        return _customer_page(request, customer_id, _wrong("reveal", _why_wanted()), 422)
    stopped = stopped_revealing(Subject(SubjectKind.CUSTOMER, name), request.member, now=now)
    if stopped is not None:
        return _too_often(request, stopped)
    shown = doing.reveal_contact(customer_id, reason, request.member, now=now)
    if isinstance(shown, doing.NotThere):
        return _nothing_there(request)
    return _customer_page(request, customer_id, {"revealed": shown})


def _sign_ins_ended(request: DeskRequest, name: str, now: datetime) -> HttpResponse:
    reason, customer_id = _reason(request), UUID(name)
    if not reason:
        return _customer_page(request, customer_id, _wrong("end", _why_wanted()), 422)
    doing.end_sign_ins(customer_id, reason, request.member, now=now)
    return go(address_after("desk-customer", "ended", name))


def _blocked(request: DeskRequest, serial: str, now: datetime) -> HttpResponse:
    return _pin_changed(request, serial, now, (doing.block, "block", "blocked"))


def _unblocked(request: DeskRequest, serial: str, now: datetime) -> HttpResponse:
    return _pin_changed(request, serial, now, (doing.unblock, "unblock", "unblocked"))


def _pin_changed(
    request: DeskRequest, serial: str, now: datetime, change: tuple[Callable[..., Any], str, str]
) -> HttpResponse:
    do, field, done = change
    reason = _reason(request)
    if not reason:
        return _card_page(request, serial, _wrong(field, _why_wanted()), 422)
    if isinstance(do(serial, reason, request.member, now=now), doing.NotThere):
        return _nothing_there(request)
    return go(address_after("desk-card", done, serial))


def _credit_proposed(request: DeskRequest, serial: str, now: datetime) -> HttpResponse:
    amount, said = read_dollars(typed(request.POST, "amount")), typed(request.POST, "amount", 20)
    why, reason = typed(request.POST, "reason", REASON_LIMIT_CHARACTERS), _reason(request)
    if amount is None:
        return _card_page(request, serial, _wrong("amount", refusal_words(_SENSELESS, "bad_amount"), said, why), 422)
    if not reason:
        return _card_page(request, serial, _wrong("credit", _why_wanted(), said, why), 422)
    content = {"serial": serial, "amount_micros": amount}
    answer = four_eyes.propose(goodwill.NAME, content, reason, request.member, now=now)
    if isinstance(answer, ProposalRefused):
        return _card_page(request, serial, _wrong("amount", refusal_words(answer.reason, answer.why), said, why), 422)
    return go(address_after("desk-card", "given" if isinstance(answer, Done) else "proposed", serial))


_SENSELESS: Final = ProposalRefusal.CONTENT_SENSELESS
