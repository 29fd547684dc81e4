"""`crystalcall rates`: load carriers' decks, publish and withdraw retail decks, look numbers up."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from crystalcall.config.cli.rates_import import IMPORT_REFUSALS, import_command, withdraw_import_command
from crystalcall.config.cli.rates_margins import decks_command, margins_command
from crystalcall.config.cli.rates_options import AS_JSON, Dollars, dollars, progress_bar, refuse
from crystalcall.config.cli.rates_publish import (
    PUBLICATION_REFUSALS,
    changes_command,
    publish_command,
    rollback_command,
)
from crystalcall.config.cli.rates_rerate import rerate_command
from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.rates.values import RatedPrefix
    from crystalcall.rules.numbering import Number
    from crystalcall.rules.rating import RateTerms

__all__ = ["IMPORT_REFUSALS", "PUBLICATION_REFUSALS", "UNCLEAR", "load_demo_decks", "rates_group"]

UNCLEAR: Final = {
    "empty": "Type a number.",
    "not_a_number": "This is not a telephone number: use digits, with the country code.",
    "too_short": "This number is too short.",
    "too_long": "This number is too long.",
    "ambiguous": "This number could be in several countries: begin with + and the country code.",
    "premium": "This is a premium number; such calls are not sold.",
    "satellite": "This is a satellite number; such calls are not sold.",
    "unknown_country": "No country has this country code.",
    "impossible": "No such number exists in that country.",
}


@click.group("rates")
def rates_group() -> None:
    """Prices: import carriers' decks, publish retail decks, look numbers up."""


for _command in (
    import_command,
    withdraw_import_command,
    publish_command,
    rollback_command,
    changes_command,
    margins_command,
    decks_command,
    rerate_command,
):
    rates_group.add_command(_command)


@rates_group.command("lookup")
@click.argument("number")
@AS_JSON
def lookup_command(number: str, as_json: bool) -> None:
    """Say what a number costs, and through which carriers it goes."""
    from crystalcall.minutes.rates import queries

    found = _found(number, as_json=as_json)
    ways = queries.routes(found.number.digits, found.rated.deck_id)
    report = _rated(found) | {"routes": [{"carrier": way.carrier, "cost_micros": way.cost_micros} for way in ways]}
    if as_json:
        say(json.dumps(report, ensure_ascii=False))
        return
    say(_price_sentence(found.rated))
    for way in ways:
        say(f"  {way.carrier}: costs {dollars(way.cost_micros)} a minute")


@rates_group.command("quote")
@click.argument("number")
@click.option("--credit", required=True, type=Dollars(), help="Credit in dollars.")
@AS_JSON
def quote_command(number: str, credit: int, as_json: bool) -> None:
    """Say how many minutes a credit buys to a number, in one call that is answered now."""
    from crystalcall.minutes.rates.zones import week_second
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.settings import current
    from crystalcall.rules.rating import quote

    found = _found(number, as_json=as_json)
    terms = found.rated.terms
    said = quote(
        credit,
        (terms,),
        cap_seconds=current().call_cap_seconds or None,
        week_seconds=(week_second(now(), terms.time_zone),) if terms.bands else (),
    )
    report = _rated(found) | {
        "credit_micros": credit,
        "seconds": said.seconds,
        "minutes": said.minutes,
        "charge_micros": said.charge_micros,
        "capped": said.capped,
    }
    if as_json:
        say(json.dumps(report, ensure_ascii=False))
        return
    say(_price_sentence(found.rated))
    cap = " (the longest call there is)" if said.capped else ""
    say(f"{dollars(credit)} is {said.minutes} minutes in one call{cap}.")


@dataclass(frozen=True, slots=True)
class _Found:
    """A number and its rate."""

    number: "Number"
    rated: "RatedPrefix"


def _found(typed: str, *, as_json: bool) -> _Found:
    """Read and rate a number under the current deck; otherwise say why not, and end with 1."""
    from crystalcall.minutes.rates import queries
    from crystalcall.plumbing.clock import now
    from crystalcall.rules.numbering import CLOSED_LINES, Unclear, read_number

    number = read_number(typed)
    if isinstance(number, Unclear):
        refuse(number.reason.value, UNCLEAR[number.reason.value], as_json=as_json)
    deck = queries.current_deck(now())
    if deck is None:
        refuse("nothing_published", "No deck is in effect. Import and publish one first.", as_json=as_json)
    rated = queries.find_rate(number.digits, deck.id)
    if rated is None:
        refuse("no_rate", "No carrier of ours reaches this number.", as_json=as_json)
    closed = CLOSED_LINES & {number.line_type, rated.destination.line_type}
    for line_type in sorted(closed):
        refuse(line_type.value, UNCLEAR[line_type.value], as_json=as_json)
    return _Found(number, rated)


def _rated(found: _Found) -> dict[str, object]:
    """A rate for a machine."""
    terms = found.rated.terms
    return {
        "number": found.number.e164,
        "destination": found.rated.destination.name("en"),
        "prefix": found.rated.prefix,
        "deck_version": found.rated.deck_version,
        "minute_price_micros": terms.minute_price_micros,
        "connect_fee_micros": terms.connect_fee_micros,
        "first_increment_seconds": terms.first_increment_seconds,
        "next_increment_seconds": terms.next_increment_seconds,
        "minimum_charge_micros": terms.minimum_charge_micros,
        "free_up_to_seconds": terms.free_up_to_seconds,
        "cap_seconds": terms.cap_seconds,
        "steps": _steps(terms),
        "bands": [
            {
                "from_week_seconds": band.from_week_seconds,
                "to_week_seconds": band.to_week_seconds,
                "minute_price_micros": band.minute_price_micros,
            }
            for band in terms.bands
        ],
        "time_zone": terms.time_zone,
    }


def _steps(terms: "RateTerms") -> list[dict[str, int]]:
    return [
        {"from_seconds": step.from_seconds, "minute_price_micros": step.minute_price_micros} for step in terms.steps
    ]


def _price_sentence(rated: "RatedPrefix") -> str:
    """A rate for a person."""
    terms = rated.terms
    fee = f", {dollars(terms.connect_fee_micros)} a connection" if terms.connect_fee_micros else ""
    more = [f"{dollars(step.minute_price_micros)} from second {step.from_seconds}" for step in terms.steps]
    if terms.bands:
        more.append(f"other prices in {len(terms.bands)} part(s) of the week")
    if terms.minimum_charge_micros:
        more.append(f"at least {dollars(terms.minimum_charge_micros)} a call")
    if terms.free_up_to_seconds:
        more.append(f"free up to {terms.free_up_to_seconds} s")
    return (
        f"{rated.destination.name('en')} (prefix {rated.prefix}, version {rated.deck_version}): "
        f"{dollars(terms.minute_price_micros)} a minute{fee}, "
        f"counted in {terms.first_increment_seconds}/{terms.next_increment_seconds} seconds"
        + "".join(f"; {words}" for words in more)
        + "."
    )


def load_demo_decks() -> None:
    """Load and publish the shipped decks for `crystalcall demo`, with a bar; nothing if they are there already."""
    from crystalcall.minutes.rates.actions import load_demo_decks as load
    from crystalcall.plumbing.clock import now

    with progress_bar("Loading the carriers' prices", quiet=False) as bar:
        load(now=now(), progress=lambda _step, done, total: bar(done, total) if bar else None)
