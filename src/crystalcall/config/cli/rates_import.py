"""What `crystalcall rates import` shows of a deck: how much of it is new, dearer, cheaper or gone."""

import json
from typing import TYPE_CHECKING, Final

import click

from crystalcall.rules.money import dollars_from_micros

if TYPE_CHECKING:
    from crystalcall.minutes.rates.actions import Imported
    from crystalcall.minutes.rates.differences import Change, Differences
    from crystalcall.rules.rating import RateTerms

SHOWN_CHANGES: Final = 10
KINDS: Final = ("added", "dearer", "cheaper", "removed")


def show_imported(outcome: "Imported", *, as_json: bool) -> None:
    """Print the outcome of an import, for a person or as one JSON object with every change."""
    if as_json:
        click.echo(json.dumps(_report(outcome), ensure_ascii=False))
        return
    _show_changes(outcome.differences)
    if outcome.uneven_lines:
        click.echo(
            f"{len(outcome.uneven_lines)} row(s) have further increments that do not divide the first "
            f"(the first of them on line {outcome.uneven_lines[0]}): some carriers count those in another way."
        )
    verb = "would be loaded (dry run)" if outcome.dry_run else "were loaded"
    click.echo(f"{outcome.row_count} rows of {outcome.carrier} {verb}.")


def _report(outcome: "Imported") -> dict[str, object]:
    """The outcome for a machine."""
    changes = outcome.differences
    return {
        "loaded": not outcome.dry_run,
        "carrier": outcome.carrier,
        "carrier_deck_id": outcome.carrier_deck_id,
        "rows": outcome.row_count,
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


def dollars(micros: int) -> str:
    """Exact dollars with at least two decimals and no idle zeros after them: $10.00, $0.037."""
    whole, _, decimals = f"{dollars_from_micros(micros):.6f}".partition(".")
    return f"${whole}.{decimals.rstrip('0').ljust(2, '0')}"


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
        examples = "\n".join(_example(change) for change in found[:SHOWN_CHANGES]) if compared else ""
        table.add_row(kind, str(len(found)), examples)
    table.add_row("unchanged", str(changes.unchanged), "")
    Console().print(table)


def _example(change: "Change") -> str:
    return f"{change.prefix} {change.destination}: {_price(change.before)} → {_price(change.after)}"


def _price(terms: "RateTerms | None") -> str:
    """The minute price, with the increments, since a change may lie in them."""
    if terms is None:
        return "—"
    increments = f"{terms.first_increment_seconds}/{terms.next_increment_seconds}"
    return f"{dollars(terms.minute_price_micros)} ({increments})"
