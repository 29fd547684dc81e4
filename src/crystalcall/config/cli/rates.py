"""`crystalcall rates`: load carriers' decks, publish and withdraw retail decks, look numbers up."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from crystalcall.config.cli.rates_import import dollars, show_imported
from crystalcall.rules.money import MICROS_PER_CENT, MoneyError, micros_from_dollars

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.rates.actions import ImportRefused, PublicationRefused
    from crystalcall.minutes.rates.values import RatedPrefix
    from crystalcall.rules.numbering import Number

EXIT_REFUSED: Final = 1
BASIS_POINTS_PER_PERCENT: Final = 100

IMPORT_REFUSALS: Final = {
    "bad_rows": "Nothing was loaded: {count} bad row(s).",
    "increments_not_stated": "Nothing was loaded: {count} row(s) leave the increments empty. "
    "State them, for example --increments 60/60.",
    "connect_fee_not_stated": "Nothing was loaded: {count} row(s) leave the connection fee empty. "
    "State it, for example --connect-fee 0.",
    "already_imported": "Nothing was loaded: this file is loaded already for that carrier and that date.",
}
PUBLICATION_REFUSALS: Final = {
    "senseless_rule": "The margin must be 0 to 900 percent, and the rounding step at least a millionth of a dollar.",
    "effective_in_the_past": "A deck cannot take effect in the past: it would change the price of calls already made.",
    "before_a_scheduled_deck": "Another deck is scheduled for later than that. Roll it back first, or publish for a "
    "later time.",
    "no_carrier_deck": "No carrier's deck is in force at that time. Import one first.",
    "nothing_published": "No deck was ever published.",
    "nothing_before": "There is no deck before this one; the last one cannot be withdrawn. Publish a better one.",
}
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


class Moment(click.ParamType[datetime]):
    """A date (midnight) or a date and time; UTC unless it says otherwise."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """An aware moment. Errors: click's own, which ends with exit code 2."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date: write 2026-01-31 or 2026-01-31T09:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Dollars(click.ParamType[int]):
    """An exact, non-negative number of dollars; becomes micros."""

    name = "dollars"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Micros. Errors: click's own."""
        if isinstance(value, int):
            return value
        try:
            return micros_from_dollars(str(value))
        except MoneyError as problem:
            self.fail(f"{problem}.", param, ctx)


class Cents(Dollars):
    """An exact, non-negative number of cents; becomes micros."""

    name = "cents"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Micros. Errors: click's own."""
        if isinstance(value, int):
            return value
        try:
            # A hundredth of as many dollars; the check for whole micros comes after.
            micros = Decimal(micros_from_dollars(str(value))) * MICROS_PER_CENT / 1_000_000
        except MoneyError as problem:
            self.fail(f"{problem}.", param, ctx)
        if micros != int(micros):
            self.fail(f"{value} cents is finer than a millionth of a dollar.", param, ctx)
        return int(micros)


class Increments(click.ParamType[tuple[int, int]]):
    """First and further increments in seconds, as the trade writes them: 60/60, 30/6, 1/1."""

    name = "first/next"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Two figures from 1 to 3600. Errors: click's own."""
        found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", str(value))
        figures = (int(found[1]), int(found[2])) if found else (0, 0)
        if not all(1 <= figure <= 3600 for figure in figures):  # noqa: PLR2004 - an hour
            self.fail(f"{value!r} is not a pair of seconds such as 60/60.", param, ctx)
        return figures


class Percent(click.ParamType[int]):
    """A percentage with at most two decimals, with or without the sign; becomes hundredths of a percent."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Basis points. Errors: click's own."""
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?%?", str(value)):
            self.fail(f"{value!r} is not a percentage such as 25 or 12.5.", param, ctx)
        return int(Decimal(str(value).rstrip("%")) * BASIS_POINTS_PER_PERCENT)


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")


@click.group("rates")
def rates_group() -> None:
    """Prices: import carriers' decks, publish retail decks, look numbers up."""


@rates_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--carrier", required=True, help="Name of the carrier, a short word.")
@click.option("--effective", required=True, type=Moment(), help="When the deck takes effect (UTC).")
@click.option("--increments", type=Increments(), help="Increments of rows that leave them empty, such as 60/60.")
@click.option("--connect-fee", type=Dollars(), help="Connection fee in dollars of rows that leave it empty.")
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help="Name of a column in this file.")
@click.option("--dry-run", is_flag=True, help="Read and compare, and load nothing.")
@AS_JSON
def import_command(
    *,
    file: Path,
    carrier: str,
    effective: datetime,
    increments: tuple[int, int] | None,
    connect_fee: int | None,
    columns: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load a carrier's price list from a CSV file, and show what it changes; bad rows are named, then nothing loads."""
    from crystalcall.minutes.rates.actions import ImportDeck, ImportRefused, Stated, import_deck
    from crystalcall.plumbing.clock import now

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", carrier):
        raise click.BadParameter("use 1 to 40 letters, digits, dots and dashes.", param_hint="--carrier")
    first, following = increments or (None, None)
    request = ImportDeck(
        carrier=carrier,
        content=file.read_bytes(),
        source=file.name[:200],
        effective_at=effective,
        stated=Stated(first, following, connect_fee),
        columns=_columns(columns),
        dry_run=dry_run,
    )
    with _progress("Reading and loading", quiet=as_json) as progress:
        outcome = import_deck(request, now=now(), progress=progress)
    if isinstance(outcome, ImportRefused):
        _refuse_import(outcome, as_json=as_json)
    show_imported(outcome, as_json=as_json)


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """Our names of columns to the file's. Errors: click's own."""
    from crystalcall.minutes.rates.deck_file import COLUMNS

    columns = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(columns) != len(pairs) or not columns.keys() <= set(COLUMNS):
        raise click.BadParameter(f"write OURS=THEIRS, with OURS one of {', '.join(COLUMNS)}.", param_hint="--column")
    return columns


def _refuse_import(outcome: "ImportRefused", *, as_json: bool) -> NoReturn:
    """Say why nothing was loaded, every bad row with its line, and end with 1."""
    reason = outcome.reason.value
    sentence = IMPORT_REFUSALS[reason].format(count=outcome.row_count)
    bad_rows = [{"line": row.line, "reason": row.reason} for row in outcome.bad_rows]
    if as_json:
        click.echo(json.dumps({"loaded": False, "reason": reason, "sentence": sentence, "bad_rows": bad_rows}))
    else:
        for row in outcome.bad_rows:
            click.echo(f"line {row.line}: {row.reason}", err=True)
        click.echo(sentence, err=True)
    sys.exit(EXIT_REFUSED)


@rates_group.command("publish")
@click.option("--margin", required=True, type=Percent(), help="Margin over the carrier's price, in percent.")
@click.option("--rounding", type=Cents(), default="0.1", show_default=True, help="Prices go up to this step, in cents.")
@click.option("--floor", type=Cents(), default="0.1", show_default=True, help="Least minute price, in cents.")
@click.option("--effective", type=Moment(), help="When the deck takes effect (UTC); now without it.")
@click.option("--sign-off", multiple=True, metavar="DESTINATION", help="Vouch for an outlying saving, by its key.")
@AS_JSON
def publish_command(
    margin: int, rounding: int, floor: int, effective: datetime | None, sign_off: tuple[str, ...], as_json: bool
) -> None:
    """Make a retail deck of the carriers' decks and publish it; running processes follow without a restart."""
    from crystalcall.minutes.rates.actions import PublicationRefused, PublishDeck, publish_deck
    from crystalcall.plumbing.clock import now

    request = PublishDeck(margin, rounding, floor, effective, frozenset(sign_off))
    with _progress("Publishing", quiet=as_json) as progress:
        outcome = publish_deck(request, now=now(), progress=progress)
    if isinstance(outcome, PublicationRefused):
        _refuse_publication(outcome, as_json=as_json)
    saving = outcome.best_saving_percent
    report = {
        "published": True,
        "version": outcome.deck.version,
        "effective_at": outcome.deck.effective_at.isoformat(),
        "prefixes": outcome.prefix_count,
        "carriers": list(outcome.carriers),
        "best_saving_percent": saving,
    }
    sentence = (
        f"Version {outcome.deck.version}: {outcome.prefix_count} prefixes from {' and '.join(outcome.carriers)}, "
        f"in effect from {outcome.deck.effective_at:%Y-%m-%d %H:%M} UTC. "
        + (f"Savings up to {saving} %." if saving else "No destination is cheaper than its reference.")
    )
    click.echo(json.dumps(report) if as_json else sentence)


@rates_group.command("rollback")
@AS_JSON
def rollback_command(as_json: bool) -> None:
    """Withdraw the newest deck, so that the one before it is current again; cards bought under it keep its prices."""
    from crystalcall.minutes.rates.actions import PublicationRefused, roll_back
    from crystalcall.plumbing.clock import now

    outcome = roll_back(now=now())
    if isinstance(outcome, PublicationRefused):
        _refuse_publication(outcome, as_json=as_json)
    report = {"withdrawn": outcome.withdrawn.version, "current": outcome.current.version}
    sentence = f"Version {outcome.withdrawn.version} is withdrawn; version {outcome.current.version} stands."
    click.echo(json.dumps(report) if as_json else sentence)


def _refuse_publication(outcome: "PublicationRefused", *, as_json: bool) -> NoReturn:
    """Say why nothing changed, and end with 1."""
    _refuse(outcome.reason.value, PUBLICATION_REFUSALS[outcome.reason.value], as_json=as_json)


def _refuse(reason: str, sentence: str, *, as_json: bool) -> NoReturn:
    """A sentence (or its JSON) and exit code 1."""
    if as_json:
        click.echo(json.dumps({"refused": reason, "sentence": sentence}))
    else:
        click.echo(sentence, err=True)
    sys.exit(EXIT_REFUSED)


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
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    click.echo(_price_sentence(found.rated))
    for way in ways:
        click.echo(f"  {way.carrier}: costs {dollars(way.cost_micros)} a minute")


@rates_group.command("quote")
@click.argument("number")
@click.option("--credit", required=True, type=Dollars(), help="Credit in dollars.")
@AS_JSON
def quote_command(number: str, credit: int, as_json: bool) -> None:
    """Say how many minutes a credit buys to a number, in one call."""
    from crystalcall.plumbing.settings import current
    from crystalcall.rules.rating import quote

    found = _found(number, as_json=as_json)
    said = quote(credit, (found.rated.terms,), cap_seconds=current().call_cap_seconds or None)
    report = _rated(found) | {
        "credit_micros": credit,
        "seconds": said.seconds,
        "minutes": said.minutes,
        "charge_micros": said.charge_micros,
        "capped": said.capped,
    }
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    click.echo(_price_sentence(found.rated))
    cap = " (the longest call there is)" if said.capped else ""
    click.echo(f"{dollars(credit)} is {said.minutes} minutes in one call{cap}.")


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
        _refuse(number.reason.value, UNCLEAR[number.reason.value], as_json=as_json)
    deck = queries.current_deck(now())
    if deck is None:
        _refuse("nothing_published", "No deck is in effect. Import and publish one first.", as_json=as_json)
    rated = queries.find_rate(number.digits, deck.id)
    if rated is None:
        _refuse("no_rate", "No carrier of ours reaches this number.", as_json=as_json)
    closed = CLOSED_LINES & {number.line_type, rated.destination.line_type}
    for line_type in sorted(closed):
        _refuse(line_type.value, UNCLEAR[line_type.value], as_json=as_json)
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
    }


def _price_sentence(rated: "RatedPrefix") -> str:
    """A rate for a person."""
    terms = rated.terms
    fee = f", {dollars(terms.connect_fee_micros)} a connection" if terms.connect_fee_micros else ""
    return (
        f"{rated.destination.name('en')} (prefix {rated.prefix}, version {rated.deck_version}): "
        f"{dollars(terms.minute_price_micros)} a minute{fee}, "
        f"counted in {terms.first_increment_seconds}/{terms.next_increment_seconds} seconds."
    )


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on the error stream, where it disturbs no output; nothing for a machine."""
    if quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def load_demo_decks() -> None:
    """Load and publish the shipped decks for `crystalcall demo`, with a bar; nothing if they are there already."""
    from crystalcall.minutes.rates.actions import load_demo_decks as load
    from crystalcall.plumbing.clock import now

    with _progress("Loading the carriers' prices", quiet=False) as bar:
        load(now=now(), progress=lambda _step, done, total: bar(done, total) if bar else None)
