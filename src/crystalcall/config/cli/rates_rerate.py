"""`crystalcall rates rerate`: what past calls would have cost under another deck."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from crystalcall.config.cli.rates_options import AS_JSON, Moment, dollars, progress_bar, refuse
from crystalcall.config.cli.saying import add_row, say

if TYPE_CHECKING:
    from crystalcall.minutes.rates.rerating import DestinationTotal, Rerated
    from crystalcall.minutes.rates.values import Deck

SHOWN_DESTINATIONS: Final = 20


@click.command("rerate")
@click.option("--from", "start", required=True, type=Moment(), help="Calls that ended at this time (UTC) or later.")
@click.option("--to", "end", required=True, type=Moment(), help="Calls that ended before this time (UTC).")
@click.option("--deck", "version", type=int, help="Version of the retail deck; the current one without it.")
@AS_JSON
def rerate_command(start: datetime, end: datetime, version: int | None, as_json: bool) -> None:
    """Show what past calls would have cost under a deck; a dry run: nothing is charged, credited or changed."""
    from crystalcall.minutes.calls import queries as calls
    from crystalcall.minutes.rates import queries
    from crystalcall.minutes.rates.rerating import rerate
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.settings import current
    from crystalcall.rules.fairness import FairnessRule

    if end <= start:
        raise click.BadParameter("it must be later than --from.", param_hint="--to")
    deck = queries.current_deck(now()) if version is None else queries.deck_by_version(version)
    index = queries.rating_index(deck.id) if deck else None
    if deck is None or index is None:
        refuse("no_such_deck", "No such deck was ever published.", as_json=as_json)
    rule = FairnessRule(current().fair_short_call_seconds, current().fair_failed_call_seconds)
    with progress_bar("Rating again", quiet=as_json) as bar:
        found = rerate(calls.records_between(start, end), index, rule, told=bar)
    if as_json:
        say(json.dumps(_report(found, deck)))
        return
    _show(found, deck)


def _report(found: "Rerated", deck: "Deck") -> dict[str, object]:
    """Everything for a machine, destinations by their difference."""
    return {
        "deck_version": deck.version,
        **_figures(found.total),
        "unreachable_calls": found.unreachable.calls,
        "unreachable_charged_micros": found.unreachable.charged_micros,
        "refined_calls": found.refined,
        "destinations": [{"destination": key, **_figures(total)} for key, total in _by_difference(found)],
    }


def _figures(total: "DestinationTotal") -> dict[str, int]:
    return {
        "calls": total.calls,
        "seconds": total.seconds,
        "charged_micros": total.charged_micros,
        "would_be_micros": total.would_be_micros,
        "difference_micros": total.difference_micros,
    }


def _by_difference(found: "Rerated") -> list[tuple[str, "DestinationTotal"]]:
    """The destinations that differ most come first."""
    return sorted(found.destinations.items(), key=lambda item: (-abs(item[1].difference_micros), item[0]))


def _show(found: "Rerated", deck: "Deck") -> None:
    """The destinations that differ most, and the sum."""
    from rich.console import Console
    from rich.table import Table

    changed = [item for item in _by_difference(found) if item[1].difference_micros]
    if changed:
        table = Table(title=f"Calls rated again by version {deck.version}: {len(changed)} destination(s) differ")
        for heading in ("Destination", "Calls", "Minutes", "Charged", "Would be", "Difference"):
            table.add_column(heading, justify="left" if heading == "Destination" else "right")
        for key, total in changed[:SHOWN_DESTINATIONS]:
            add_row(
                table,
                key,
                str(total.calls),
                str(total.seconds // 60),
                dollars(total.charged_micros),
                dollars(total.would_be_micros),
                dollars(total.difference_micros),
            )
        Console().print(table)
    total = found.total
    say(
        f"{total.calls} calls were charged {dollars(total.charged_micros)}; by version {deck.version} they would be "
        f"charged {dollars(total.would_be_micros)}: a difference of {dollars(total.difference_micros)}."
    )
    if found.unreachable.calls:
        say(f"{found.unreachable.calls} call(s) have no price under that version and are left out.")
    if found.refined:
        say(
            f"{found.refined} call(s) have a prefix that this version tells apart further: their price is that of "
            "the prefix, since the numbers themselves are not in the records."
        )
