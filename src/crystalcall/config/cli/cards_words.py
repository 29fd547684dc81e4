"""How `crystalcall cards` reads what an operator types and says what it did: sentences, or JSON for a machine."""

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.cards.values import Card
    from crystalcall.minutes.limits.values import OwnLimits

EXIT_REFUSED = 1
NONE: Final = "none"
MINUTE: Final = 60
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
KEY_OPTION = click.option(
    "--key", help="A name of your own for this change: a repeat with the same one changes nothing. For scripts."
)


class Serial(click.ParamType[str]):
    """A card's serial, as it is kept: capital letters, no spaces."""

    name = "serial"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The serial; an empty one is a usage error."""
        serial = str(value).replace(" ", "").upper()
        return serial or self.fail("a serial has letters or digits", param, ctx)


class Dollars(click.ParamType["int | str"]):
    """An amount in dollars, such as 5 or 0.25, as micros; with `none_allowed` also "none", as None."""

    name = "dollars"

    def __init__(self, *, none_allowed: bool = False, negative_allowed: bool = False) -> None:
        self.none_allowed = none_allowed
        self.negative_allowed = negative_allowed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "int | str":
        """Micros, or NONE; anything else is a usage error."""
        from crystalcall.rules.money import MoneyError, micros_from_dollars

        if isinstance(value, int):
            return value
        if self.none_allowed and value.strip().lower() == NONE:
            return NONE
        try:
            return micros_from_dollars(value, negative_allowed=self.negative_allowed)
        except MoneyError as problem:
            return self.fail(str(problem), param, ctx)


class Figure(click.ParamType["int | str"]):
    """A whole number of at least 1, or "none"."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "int | str":
        """The number, or NONE; anything else is a usage error."""
        text = str(value).strip().lower()
        if text == NONE:
            return NONE
        if not text.isascii() or not text.isdecimal() or len(text) > len("1000000000") or int(text) < 1:
            self.fail(f"{value!r} is neither a number from 1 on nor {NONE}", param, ctx)
        return int(text)


def refuse(code: str, sentence: str, *, as_json: bool) -> NoReturn:
    """End with exit code 1: the sentence (or what `saying.joined` gave), or an object that names the refusal."""
    say(json.dumps({"refused": code, "reason": sentence}) if as_json else sentence, err=not as_json)
    sys.exit(EXIT_REFUSED)


def tell(facts: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    """Say what was done: a line, or what `saying.joined` gave."""
    say(json.dumps(facts, default=_plain) if as_json else sentence)


def money(micros: int) -> str:
    """An amount as an operator reads it: two decimals, more only where there are more."""
    from crystalcall.rules.money import dollars_from_micros

    text = f"{dollars_from_micros(abs(micros)):,.6f}".rstrip("0")
    whole, _, parts = text.partition(".")
    return f"{'-' if micros < 0 else ''}${whole}.{parts.ljust(2, '0')}"


def span(seconds: int) -> str:
    """Seconds as minutes and seconds."""
    minutes, rest = divmod(seconds, MINUTE)
    parts = ([f"{minutes:,} min"] if minutes else []) + ([f"{rest} s"] if rest or not minutes else [])
    return " ".join(parts)


def card_facts(card: "Card") -> dict[str, Any]:
    """A card for a machine; amounts in micros, times in seconds, moments in ISO 8601."""
    return {
        "serial": card.pin.serial,
        "state": card.pin.state.value,
        "account_id": card.pin.account_id,
        "issued_at": card.pin.issued_at,
        "blocked_at": card.pin.blocked_at,
        "block_reason": card.pin.block_reason or None,
        "credit_micros": card.balance.posted_micros,
        "held_micros": card.balance.held_micros,
        "available_micros": card.balance.available_micros,
        "minutes": [
            {
                "coverage": each.coverage,
                "seconds": each.posted_seconds,
                "held_seconds": each.held_seconds,
                "expires_at": each.expires_at,
            }
            for each in card.minutes
        ],
        "limits": limit_facts(card.own_limits),
        "limits_in_force": {
            "max_calls": card.limits.max_calls,
            "day_cap_micros": card.limits.day_cap_micros,
        },
        "spent_today_micros": card.today.spent_today_micros,
        "carried_today_micros": card.limits.carried.spent_micros,
        "calls_last_hour": card.today.calls_last_hour,
        "risk_calls_today": card.today.risk_calls_today,
    }


def card_lines(card: "Card") -> list[str]:
    """A card for a person."""
    pin, balance = card.pin, card.balance
    lines = [f"Card {pin.serial} is {pin.state.value}; it was issued on {pin.issued_at:%Y-%m-%d}."]
    if pin.blocked_at is not None:
        lines.append(f"Blocked since {pin.blocked_at:%Y-%m-%d %H:%M} UTC: {pin.block_reason}.")
    held = f", of which running calls hold {money(balance.held_micros)}" if balance.held_micros else ""
    lines.append(f"Credit: {money(balance.posted_micros)}{held}.")
    for each in card.minutes:
        until = f"until {each.expires_at:%Y-%m-%d %H:%M} UTC" if each.expires_at else "for ever"
        lines.append(f"Minutes: {span(each.posted_seconds)} for {each.coverage}, {until}.")
    lines += limit_lines(card.own_limits)
    lines.append(_in_force(card))
    return lines


def _in_force(card: "Card") -> str:
    spent = card.today.spent_today_micros
    cap = card.limits.day_cap_micros
    carried = card.limits.carried.spent_micros
    words = f"Today (UTC) its calls took {money(spent)}, running ones included"
    if cap is not None:
        words += f"; {money(max(0, cap - spent - carried))} of {money(cap)} are left"
    if carried:
        words += f" ({money(carried)} count from a card whose credit came here)"
    return f"{words}. It may make {_calls(card.limits.max_calls)} at once."


def limit_facts(own: "OwnLimits") -> dict[str, Any]:
    """A card's own limits for a machine."""
    return {
        "max_calls": own.max_calls,
        "day_cap_micros": own.day_cap_micros,
        "call_cap_micros": own.call_cap_micros,
        "call_cap_seconds": own.call_cap_seconds,
        "allowed_countries": None if own.allowed_countries is None else list(own.allowed_countries),
        "premium_allowed": own.premium_allowed,
        "satellite_allowed": own.satellite_allowed,
    }


def limit_lines(own: "OwnLimits") -> list[str]:
    """A card's own limits for a person."""
    told = [
        None if own.day_cap_micros is None else f"at most {money(own.day_cap_micros)} a day",
        None if own.call_cap_micros is None else f"at most {money(own.call_cap_micros)} a call",
        None if own.call_cap_seconds is None else f"at most {span(own.call_cap_seconds)} a call",
        None if own.max_calls is None else f"{_calls(own.max_calls)} at once",
        None if own.allowed_countries is None else f"only to {', '.join(own.allowed_countries)}",
        f"premium numbers {_switch(is_on=own.premium_allowed)}",
        f"satellites {_switch(is_on=own.satellite_allowed)}",
    ]
    return [f"Its own limits: {'; '.join(each for each in told if each)}."]


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _switch(*, is_on: bool) -> str:
    return "on" if is_on else "off"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
