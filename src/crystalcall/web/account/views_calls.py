"""Calls of the account: by card and month, each with the proof of its charge, and as a file for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from babel.dates import format_skeleton
from django.http import HttpResponse
from django.utils.translation import gettext as _

from crystalcall.hall.format import locale_of
from crystalcall.minutes.calls.queries import MadeCall
from crystalcall.rules.money import MICROS_PER_DOLLAR
from crystalcall.shop.orders.belongings import OwnCall, OwnCard, calls_of, cards_of, made_with, months_of
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment
from crystalcall.web.account.showing import shown_calls
from crystalcall.web.context import Site
from crystalcall.web.shop.order_pages import call_state_text

SERIAL_CHARACTERS = 20
CALLS_ON_A_PAGE = 10
PLACE_DIGITS = 7
DAYS_BEYOND_A_MONTH = 32


@dataclass(frozen=True, slots=True)
class Month:
    """A month that has calls: "2026-11" for addresses, "November 2026" for readers."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader wants to see: one card or all (""), and one month ("" while there are no calls)."""

    serial: str
    month: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What can be chosen, what was, and the calls of it."""

    cards: tuple[OwnCard, ...]
    months: tuple[Month, ...]
    chosen: Chosen
    calls: tuple[MadeCall, ...]
    first: int = 0
    """How many of them come before the page that is shown."""


@account_page()
def calls(request: AccountRequest) -> HttpResponse:
    """The list of one month, at first the latest that has calls."""
    asked = _asked(request)
    on_page = asked.calls[asked.first : asked.first + CALLS_ON_A_PAGE]
    shown = {
        "cards": asked.cards,
        "months": asked.months,
        "chosen": asked.chosen,
        "calls": shown_calls(calls_of(asked.cards, on_page), Site(request).language),
        "count": len(asked.calls),
        "later": _page_link(asked, asked.first - CALLS_ON_A_PAGE),
        "earlier": _page_link(asked, asked.first + CALLS_ON_A_PAGE),
        "charged_micros": sum(call.charge_micros for call in asked.calls),
    }
    return fragment(request, "web/account/calls.html", shown)


@account_page()
def calls_file(request: AccountRequest) -> HttpResponse:
    """The same list as CSV (RFC 4180), every figure exact, times in UTC."""
    asked = _asked(request)
    content = _csv(calls_of(asked.cards, asked.calls), Site(request).language)
    # The mark in front has spreadsheets read it as UTF-8.
    response = HttpResponse("\N{ZERO WIDTH NO-BREAK SPACE}" + content, content_type="text/csv; charset=utf-8")
    name = "-".join(part for part in ("crystal-call-calls", asked.chosen.month, asked.chosen.serial) if part)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _asked(request: AccountRequest) -> Asked:
    """What the address names and the account has; anything else is as if nothing were named."""
    cards, language = cards_of(request.signed_in.principal_id), Site(request).language
    serial = str(request.GET.get("card") or "")[:SERIAL_CHARACTERS]
    wanted = tuple(card for card in cards if card.serial == serial) or cards
    begins = months_of(wanted) or months_of(cards)
    months = tuple(Month(f"{day:%Y-%m}", _said(day, language)) for day in begins)
    if not begins:
        return Asked(cards, (), Chosen("", ""), ())
    month = str(request.GET.get("month") or "")
    day = next((begin for begin in begins if f"{begin:%Y-%m}" == month), begins[0])
    start = datetime(day.year, day.month, 1, tzinfo=UTC)
    found = made_with(wanted, start=start, end=_next_month(start))
    chosen = Chosen(serial if wanted is not cards else "", f"{day:%Y-%m}")
    return Asked(cards, months, chosen, found, _first(str(request.GET.get("from") or ""), len(found)))


def _first(text: str, count: int) -> int:
    """Where a page begins, as its address says it; the beginning for anything that is no such place."""
    place = int(text) if text.isascii() and text.isdigit() and len(text) < PLACE_DIGITS else 0
    return place - place % CALLS_ON_A_PAGE if place < count else 0


def _page_link(asked: Asked, first: int) -> str:
    """The query of another page of the same list; "" where there is none."""
    if not 0 <= first < len(asked.calls):
        return ""
    return urlencode({"card": asked.chosen.serial, "month": asked.chosen.month, "from": first})


def _next_month(start: datetime) -> datetime:
    return (start + timedelta(days=DAYS_BEYOND_A_MONTH)).replace(day=1)


def _said(month: date, language: str) -> str:
    return str(format_skeleton("yMMMM", month, locale=locale_of(language)))


def _csv(calls: Sequence[OwnCall], language: str) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        [
            *(_("Start (UTC)"), _("Card"), _("Place"), _("Number"), _("Seconds talked"), _("Seconds charged")),
            *(_("Seconds paid by minutes"), _("Charge, $"), _("Not charged, $"), _("Balance after, $")),
            *(_("Rate version"), _("How it ended")),
        ]
    )
    for call in calls:
        proof = call.proof
        writer.writerow(
            [
                *(proof.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"), call.card.serial),
                # Without the plus: spreadsheets take what begins with one for a formula.
                *(proof.destination.name(language), proof.masked_number.removeprefix("+")),
                *(proof.used_seconds, proof.billable_seconds, proof.allowance_seconds),
                *(_amount(proof.charge_micros), _amount(proof.forgiven_micros), _amount(proof.balance_after_micros)),
                *(proof.deck_version, call_state_text(proof)),
            ]
        )
    return file.getvalue()


def _amount(micros: int) -> str:
    """Dollars with a point and every digit, for programs."""
    sign, whole = ("-" if micros < 0 else ""), abs(micros)
    return f"{sign}{whole // MICROS_PER_DOLLAR}.{whole % MICROS_PER_DOLLAR:06}"
