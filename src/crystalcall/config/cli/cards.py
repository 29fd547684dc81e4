"""`crystalcall cards`: what an operator may do to a card by its serial; no command shows a PIN."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

import click

from crystalcall.config.cli.cards_risk import risk_group
from crystalcall.config.cli.cards_words import (
    JSON_OPTION,
    KEY_OPTION,
    NONE,
    Dollars,
    Figure,
    Serial,
    card_facts,
    card_lines,
    limit_facts,
    limit_lines,
    money,
    refuse,
    span,
    tell,
)
from crystalcall.config.cli.saying import joined

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.limits.values import LimitChanges

SWITCH = click.Choice(["on", "off"])
ALL_COUNTRIES = "all"
LONGEST_VALID_DAYS = 3650
MOST_MINUTES = 1_000_000


@click.group("cards")
def cards_group() -> None:
    """Cards by their serials: credit, minutes, limits; and the ranges of risk."""


cards_group.add_command(risk_group)


@cards_group.command("show")
@click.argument("serial", type=Serial())
@JSON_OPTION
def show(serial: str, as_json: bool) -> None:
    """Show what a card holds, what it may do and what it has done today; never its PIN."""
    from crystalcall.minutes.cards import queries
    from crystalcall.minutes.cards.values import UnknownSerial
    from crystalcall.plumbing.clock import now

    card = queries.card(serial, now=now())
    if isinstance(card, UnknownSerial):
        _turn_away(card, as_json=as_json)
    tell(card_facts(card), joined(card_lines(card)), as_json=as_json)


@cards_group.command("limit")
@click.argument("serial", type=Serial())
@click.option("--per-day", type=Dollars(none_allowed=True), help="The most its calls may cost in a day (UTC), or none.")
@click.option("--per-call", type=Dollars(none_allowed=True), help="The most one call may cost, or none.")
@click.option("--seconds-per-call", type=Figure(), help="How long one call may last, or none.")
@click.option("--max-calls", type=Figure(), help="How many calls it may make at once, or none for the shop's setting.")
@click.option("--countries", help='The only countries it may call, such as "ru,ua", or all.')
@click.option("--premium", type=SWITCH, help="Whether it may call premium numbers, where the rate deck prices them.")
@click.option("--satellite", type=SWITCH, help="Whether it may call satellite telephones, likewise.")
@click.option("--clear", is_flag=True, help="Take all of its own limits away; the operator's stay.")
@JSON_OPTION
def limit(serial: str, clear: bool, as_json: bool, **typed: Any) -> None:
    """Set limits of a card; what is not named stays. Running calls keep what they were granted."""
    from crystalcall.minutes.cards import actions
    from crystalcall.minutes.cards.values import UnknownSerial
    from crystalcall.minutes.limits.values import BadLimits
    from crystalcall.plumbing.clock import now

    changes = _changes(typed)
    if clear == bool(changes):
        raise click.UsageError("Say which limits to set, or --clear to take all of them away.")
    if clear:
        outcome = actions.clear_limits(serial, now=now())
    else:
        changed = actions.change_limits(serial, changes, now=now())
        if isinstance(changed, BadLimits):
            refuse(
                "bad_limits", f"Nothing was changed: {_limit_name(changed.field)}: {changed.reason}.", as_json=as_json
            )
        outcome = changed
    if isinstance(outcome, UnknownSerial):
        _turn_away(outcome, as_json=as_json)
    tell({"serial": serial, "limits": limit_facts(outcome)}, joined(limit_lines(outcome)), as_json=as_json)


@cards_group.command("give-minutes")
@click.argument("serial", type=Serial())
@click.option(
    "--to", "coverage", required=True, help="Country and kind of line: ru-landline, ru-mobile, or ru-* for all."
)
@click.option("--minutes", required=True, type=click.IntRange(1, MOST_MINUTES), help="How many.")
@click.option("--valid-days", type=click.IntRange(1, LONGEST_VALID_DAYS), help="For how long; without it, for ever.")
@KEY_OPTION
@JSON_OPTION
def give_minutes(
    serial: str, coverage: str, minutes: int, valid_days: int | None, key: str | None, as_json: bool
) -> None:
    """Give a card minutes for one country, used before its credit."""
    from crystalcall.minutes.cards import actions
    from crystalcall.minutes.cards.values import MinutesGiven
    from crystalcall.plumbing.clock import now

    with _once_for(key, as_json=as_json):
        given = actions.give_minutes(
            serial, coverage, seconds=minutes * 60, valid_days=valid_days, key=_key("minutes", key), now=now()
        )
    if not isinstance(given, MinutesGiven):
        _turn_away(given, as_json=as_json)
    until = f"until {given.expires_at:%Y-%m-%d %H:%M} UTC" if given.expires_at else "for ever"
    facts = {"serial": serial, "coverage": given.coverage, "seconds": given.seconds, "expires_at": given.expires_at}
    sentence = f"Card {serial} has {span(given.seconds)} more for {given.coverage}, {until}."
    tell(facts | {"allowance_account_id": given.allowance_account_id}, sentence, as_json=as_json)


@cards_group.command("move")
@click.argument("from_serial", type=Serial(), metavar="FROM")
@click.argument("to_serial", type=Serial(), metavar="TO")
@click.option("--amount", type=Dollars(), help="How many dollars; without it, all that running calls do not hold.")
@KEY_OPTION
@JSON_OPTION
def move(from_serial: str, to_serial: str, amount: int | None, key: str | None, as_json: bool) -> None:
    """Move credit from one card to another. Limits go with it: in each point the stricter of the two holds."""
    from crystalcall.minutes.cards import actions
    from crystalcall.minutes.cards.values import CreditMoved
    from crystalcall.plumbing.clock import now

    _refuse_zero(amount)
    with _once_for(key, as_json=as_json):
        moved = actions.move_credit(from_serial, to_serial, amount_micros=amount, key=_key("move", key), now=now())
    if not isinstance(moved, CreditMoved):
        _turn_away(moved, as_json=as_json)
    sentence = f"{money(moved.amount_micros)} went from card {from_serial} to card {to_serial}."
    if moved.limits_became_stricter:
        sentence += f" The limits went with it: see crystalcall cards show {to_serial}."
    facts = {"from": from_serial, "to": to_serial, "amount_micros": moved.amount_micros}
    tell(facts | {"limits_became_stricter": moved.limits_became_stricter}, sentence, as_json=as_json)


@cards_group.command("adjust")
@click.argument("serial", type=Serial())
@click.option("--amount", required=True, type=Dollars(negative_allowed=True), help="Dollars to add; negative to take.")
@click.option("--reason", required=True, help="Why, in one word such as goodwill; kept in the books.")
@KEY_OPTION
@JSON_OPTION
def adjust(serial: str, amount: int, reason: str, key: str | None, as_json: bool) -> None:
    """Raise or lower a card's credit by hand, for a reason; never below what running calls hold."""
    from crystalcall.minutes.cards import actions
    from crystalcall.minutes.cards.values import CreditSet
    from crystalcall.plumbing.clock import now

    _refuse_zero(amount)
    word = _word(reason)
    with _once_for(key, as_json=as_json):
        done = actions.adjust_credit(serial, amount_micros=amount, reason=word, key=_key("adjust", key), now=now())
    if not isinstance(done, CreditSet):
        _turn_away(done, as_json=as_json)
    facts = {"serial": serial, "amount_micros": amount, "credit_micros": done.balance.posted_micros}
    verb = "raised" if amount > 0 else "lowered"
    sentence = (
        f"The credit of card {serial} was {verb} by {money(abs(amount))}, to {money(done.balance.posted_micros)}."
    )
    tell(facts, sentence, as_json=as_json)


@cards_group.command("refund")
@click.argument("serial", type=Serial())
@click.option("--amount", type=Dollars(), help="How many dollars; without it, all that running calls do not hold.")
@KEY_OPTION
@JSON_OPTION
def refund(serial: str, amount: int | None, key: str | None, as_json: bool) -> None:
    """Take unused credit off a card and note that it is owed to the buyer; pay it back where it was paid."""
    from crystalcall.minutes.cards import actions
    from crystalcall.minutes.cards.values import CreditRefunded
    from crystalcall.plumbing.clock import now

    _refuse_zero(amount)
    with _once_for(key, as_json=as_json):
        done = actions.refund_credit(serial, amount_micros=amount, key=_key("refund", key), now=now())
    if not isinstance(done, CreditRefunded):
        _turn_away(done, as_json=as_json)
    sentence = f"{money(done.amount_micros)} left card {serial} and is owed to its buyer."
    tell({"serial": serial, "amount_micros": done.amount_micros}, sentence, as_json=as_json)


@contextmanager
def _once_for(key: str | None, *, as_json: bool) -> Iterator[None]:
    """Refuse a key that stands for another change already."""
    from crystalcall.minutes.ledger.values import LedgerContradictionError

    try:
        yield
    except LedgerContradictionError:
        refuse("key_used", f"The key {key} was used before for another change; nothing was done.", as_json=as_json)


def _key(verb: str, key: str | None) -> str:
    return f"cards.{verb}:{key or uuid4()}"


def _word(reason: str) -> str:
    """The reason as the books keep it: a word, because free text might name somebody."""
    from crystalcall.rules.ledger import AmountError, checked_word

    try:
        return checked_word(reason.strip().lower())
    except AmountError:
        sentence = "one word of at most 32 letters, digits and dashes, such as goodwill or correction"
        raise click.BadParameter(sentence, param_hint="--reason") from None


def _refuse_zero(amount: int | None) -> None:
    if amount == 0:
        raise click.BadParameter("nothing would change", param_hint="--amount")


def _changes(typed: dict[str, Any]) -> "LimitChanges":
    """What was typed as what is to be changed; options that were left out are not in it."""
    given = {name: value for name, value in typed.items() if value is not None}
    figures = {
        "per_day": "day_cap_micros",
        "per_call": "call_cap_micros",
        "seconds_per_call": "call_cap_seconds",
        "max_calls": "max_calls",
    }
    changes: dict[str, Any] = {
        field: None if given[name] == NONE else given[name] for name, field in figures.items() if name in given
    }
    for name in ("premium", "satellite"):
        if name in given:
            changes[f"{name}_allowed"] = given[name] == "on"
    if "countries" in given:
        text = given["countries"].strip()
        codes = tuple(code.strip().upper() for code in text.replace(";", ",").split(",") if code.strip())
        changes["allowed_countries"] = None if text.lower() == ALL_COUNTRIES else codes
    return changes  # type: ignore[return-value]  # every key above is one of its own


def _limit_name(field: str) -> str:
    return {
        "max_calls": "--max-calls",
        "day_cap_micros": "--per-day (in micros)",
        "call_cap_micros": "--per-call (in micros)",
        "call_cap_seconds": "--seconds-per-call",
        "allowed_countries": "--countries",
    }.get(field, field)


def _turn_away(refusal: object, *, as_json: bool) -> NoReturn:
    """Say a refusal of the room of cards, and end."""
    from crystalcall.minutes.cards import values

    match refusal:
        case values.UnknownSerial(serial):
            refuse("unknown_serial", f"There is no card with the serial {serial}.", as_json=as_json)
        case values.BadBundle(reason):
            refuse("bad_bundle", f"No minutes were given: {reason}.", as_json=as_json)
        case values.NotEnough(serial, available):
            spare = f"Card {serial} has only {money(available)} to spare"
            refuse("not_enough", f"{spare}; what running calls hold is not spare.", as_json=as_json)
        case values.NothingLeft(serial):
            refuse("nothing_left", f"Card {serial} has no credit to spare.", as_json=as_json)
        case values.SameCard():
            refuse("same_card", "Both serials stand for one card's credit: there is nothing to move.", as_json=as_json)
        case values.BlockedCard(serial):
            sentence = f"Card {serial} is blocked and could not use the credit: crystalcall pins unblock {serial}"
            refuse("blocked", sentence, as_json=as_json)
        case values.DifferentCountries():
            sentence = "The two cards allow no country in common, and credit takes its limits with it"
            refuse("different_countries", f"{sentence}: change the countries of one of them first.", as_json=as_json)
        case _:
            raise TypeError(f"{refusal!r} is no refusal of the room of cards.")
