"""`crystalcall rates import` and `withdraw-import`: carriers' price lists, and what they change."""

import json
import re
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from crystalcall.config.cli.rates_options import (
    AS_JSON,
    EXIT_REFUSED,
    Dollars,
    Increments,
    Moment,
    Rate,
    dollars,
    progress_bar,
)
from crystalcall.config.cli.saying import add_row, joined, say

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.rates.actions import Imported, ImportRefused
    from crystalcall.minutes.rates.conversion import Conversion
    from crystalcall.minutes.rates.differences import Change, Differences
    from crystalcall.rules.rating import RateTerms

SHOWN_CHANGES: Final = 10
SHOWN_BAD_ROWS: Final = 200
KINDS: Final = ("added", "dearer", "cheaper", "removed")

IMPORT_REFUSALS: Final = {
    "bad_rows": "Nothing was loaded: {count} bad row(s).",
    "increments_not_stated": "Nothing was loaded: {count} row(s) leave the increments empty. "
    "State them, for example --increments 60/60.",
    "connect_fee_not_stated": "Nothing was loaded: {count} row(s) leave the connection fee empty. "
    "State it, for example --connect-fee 0.",
    "already_imported": "Nothing was loaded: this file is loaded already for that carrier and that date.",
    "same_time": "Nothing was loaded: another list of that carrier takes effect at the very same time. "
    "Withdraw it first (crystalcall rates withdraw-import), or name another time.",
    "nothing_to_withdraw": "Nothing was withdrawn: no list of that carrier takes effect at that time.",
}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--carrier", required=True, help="Name of the carrier, a short word.")
@click.option("--effective", required=True, type=Moment(), help="When the deck takes effect (UTC).")
@click.option("--increments", type=Increments(), help="Increments of rows that leave them empty, such as 60/60.")
@click.option("--connect-fee", type=Dollars(), help="Connection fee in dollars of rows that leave it empty.")
@click.option("--currency", metavar="EUR", help="Money of the file, if not dollars; needs --rate.")
@click.option("--rate", type=Rate(), help="What a unit of that money is worth in dollars, such as 1.0832.")
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
    currency: str | None,
    rate: Decimal | None,
    columns: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Load a carrier's price list from a CSV file, and show what it changes; bad rows are named, then nothing loads."""
    from crystalcall.minutes.rates.actions import ImportDeck, ImportRefused, Stated, import_deck
    from crystalcall.plumbing.clock import now

    check_carrier(carrier)
    first, following = increments or (None, None)
    request = ImportDeck(
        carrier=carrier,
        content=file.read_bytes(),
        source=file.name[:200],
        effective_at=effective,
        stated=Stated(first, following, connect_fee),
        columns=_columns(columns),
        dry_run=dry_run,
        conversion=_conversion(currency, rate),
    )
    with progress_bar("Reading and loading", quiet=as_json) as progress:
        outcome = import_deck(request, now=now(), progress=progress)
    if isinstance(outcome, ImportRefused):
        _refuse(outcome, as_json=as_json)
    show_imported(outcome, as_json=as_json)


@click.command("withdraw-import")
@click.option("--carrier", required=True, help="Name of the carrier.")
@click.option("--effective", required=True, type=Moment(), help="When the deck was to take effect (UTC).")
@AS_JSON
def withdraw_import_command(carrier: str, effective: datetime, as_json: bool) -> None:
    """Take back a loaded price list: later publications do as if it had never come."""
    from crystalcall.minutes.rates.actions import ImportRefused, withdraw_import
    from crystalcall.plumbing.clock import now

    outcome = withdraw_import(carrier, effective, now=now())
    if isinstance(outcome, ImportRefused):
        _refuse(outcome, as_json=as_json)
    if as_json:
        report = {"withdrawn": True, "carrier": carrier, "rows": outcome.row_count, "versions": list(outcome.versions)}
        say(json.dumps(report))
        return
    say(f"{outcome.row_count} rows of {carrier} from {effective:%Y-%m-%d %H:%M} UTC are withdrawn.")
    if outcome.versions:
        versions = ", ".join(map(str, outcome.versions))
        say(f"Still made of them: retail version {versions}. Publish again, or roll back.")


def check_carrier(carrier: str) -> None:
    """A short word. Errors: click's own."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", carrier):
        raise click.BadParameter("use 1 to 40 letters, digits, dots and dashes.", param_hint="--carrier")


def _conversion(currency: str | None, rate: Decimal | None) -> "Conversion":
    """What the file's money is worth. Errors: click's own."""
    from crystalcall.minutes.rates.conversion import DOLLARS, IN_DOLLARS, Conversion, ConversionError

    if currency is None and rate is None:
        return IN_DOLLARS
    if currency is None:
        raise click.BadParameter("name the money it is for, such as --currency EUR.", param_hint="--rate")
    if rate is None and currency.upper() != DOLLARS:
        raise click.BadParameter("state what a unit is worth in dollars, such as --rate 1.0832.", param_hint="--rate")
    try:
        return Conversion(currency.upper(), Decimal(1) if rate is None else rate)
    except ConversionError as problem:
        raise click.BadParameter(f"{problem}.", param_hint="--rate") from problem


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """Our names of columns to the file's. Errors: click's own."""
    from crystalcall.minutes.rates.deck_file import COLUMNS

    columns = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(columns) != len(pairs) or not columns.keys() <= set(COLUMNS):
        raise click.BadParameter(f"write OURS=THEIRS, with OURS one of {', '.join(COLUMNS)}.", param_hint="--column")
    return columns


def _refuse(outcome: "ImportRefused", *, as_json: bool) -> NoReturn:
    """Say why nothing was loaded, every bad row with its line, and end with 1."""
    reason = outcome.reason.value
    sentence = IMPORT_REFUSALS[reason].format(count=outcome.row_count)
    bad_rows = [{"line": row.line, "reason": row.reason} for row in outcome.bad_rows]
    if as_json:
        say(json.dumps({"loaded": False, "reason": reason, "sentence": sentence, "bad_rows": bad_rows}))
    else:
        for row in outcome.bad_rows[:SHOWN_BAD_ROWS]:
            say(f"line {row.line}: {row.reason}", err=True)
        if more := len(outcome.bad_rows[SHOWN_BAD_ROWS:]):
            say(f"… and {more} more; --json names them all", err=True)
        say(sentence, err=True)
    sys.exit(EXIT_REFUSED)


def show_imported(outcome: "Imported", *, as_json: bool) -> None:
    """Print the outcome of an import, for a person or as one JSON object with every change."""
    if as_json:
        say(json.dumps(_report(outcome), ensure_ascii=False))
        return
    _show_changes(outcome.differences)
    if outcome.uneven_lines:
        say(
            f"{len(outcome.uneven_lines)} row(s) have further increments that do not divide the first "
            f"(the first of them on line {outcome.uneven_lines[0]}): some carriers count those in another way."
        )
    verb = "would be loaded (dry run)" if outcome.dry_run else "were loaded"
    money = outcome.conversion
    at = f", one {money.currency} as ${money.dollars_per_unit.normalize():f}" if money.converts else ""
    say(f"{outcome.row_count} rows of {outcome.carrier} {verb}{at}.")


def _report(outcome: "Imported") -> dict[str, object]:
    """The outcome for a machine."""
    changes = outcome.differences
    return {
        "loaded": not outcome.dry_run,
        "carrier": outcome.carrier,
        "carrier_deck_id": outcome.carrier_deck_id,
        "rows": outcome.row_count,
        "currency": outcome.conversion.currency,
        "dollars_per_unit": str(outcome.conversion.dollars_per_unit),
        "unchanged": changes.unchanged,
        "uneven_lines": list(outcome.uneven_lines),
    } | {kind: [_change(change) for change in getattr(changes, kind)] for kind in KINDS}


def _change(change: "Change") -> dict[str, object]:
    return {
        "prefix": change.prefix,
        "destination": change.destination,
        "before_micros": change.before.minute_price_micros if change.before else None,
        "after_micros": change.after.minute_price_micros if change.after else None,
    }


def _show_changes(changes: "Differences") -> None:
    """A table of counts, with the first changes of each kind that matters."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Against the deck in force on that day")
    for heading in ("", "Prefixes", "For example"):
        table.add_column(heading, justify="right" if heading == "Prefixes" else "left")
    # Against nothing every row is new, and examples would say nothing.
    compared = bool(changes.unchanged or changes.dearer or changes.cheaper or changes.removed)
    for kind in KINDS:
        found: tuple[Change, ...] = getattr(changes, kind)
        examples = joined(_example(change) for change in found[:SHOWN_CHANGES]) if compared else ""
        add_row(table, kind, len(found), examples)
    add_row(table, "unchanged", changes.unchanged, "")
    Console().print(table)


def _example(change: "Change") -> str:
    return f"{change.prefix} {change.destination}: {price_words(change.before)} → {price_words(change.after)}"


def price_words(terms: "RateTerms | None") -> str:
    """The minute price, with the increments, since a change may lie in them."""
    if terms is None:
        return "—"
    increments = f"{terms.first_increment_seconds}/{terms.next_increment_seconds}"
    return f"{dollars(terms.minute_price_micros)} ({increments})"
