"""`crystalcall rates margins` and `decks`: what prices leave us, and which lists there are."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import click

from crystalcall.config.cli.rates_options import AS_JSON, dollars, percent, refuse
from crystalcall.config.cli.saying import add_row, say

if TYPE_CHECKING:
    from crystalcall.minutes.rates.actions import Draft
    from crystalcall.minutes.rates.margins import DestinationMargin

SHOWN_DESTINATIONS: Final = 30
BAR_CHARACTERS: Final = 24
#: Upper ends of the classes of the chart, in hundredths of a percent; the last class has none.
CLASSES: Final = (0, 1000, 2000, 3000, 5000, 10_000)


@click.command("margins")
@click.option("--version", type=int, help="Version of the retail deck; the current one without it.")
@click.option("--country", metavar="RU", help="Only this country, by its two letters.")
@click.option("--all", "show_all", is_flag=True, help="Every destination, and not only the lowest margins.")
@AS_JSON
def margins_command(version: int | None, country: str | None, show_all: bool, as_json: bool) -> None:
    """Show price, cost and margin of each destination, the lowest first, with what is sold under cost and why."""
    from crystalcall.minutes.rates import queries
    from crystalcall.plumbing.clock import now

    deck = queries.current_deck(now()) if version is None else queries.deck_by_version(version)
    if deck is None:
        refuse("no_such_deck", "No such deck was ever published.", as_json=as_json)
    found = queries.margins(deck.id)
    if country is not None:
        found = tuple(each for each in found if each.destination.country_iso2 == country.upper())
    if as_json:
        report = {"version": deck.version, "destinations": margin_report(found)}
        say(json.dumps(report, ensure_ascii=False))
        return
    say(f"Version {deck.version}, in effect from {deck.effective_at:%Y-%m-%d %H:%M} UTC")
    show_chart(found)
    show_margins(found, most=None if show_all else SHOWN_DESTINATIONS)


def margin_report(margins: Iterable["DestinationMargin"]) -> list[dict[str, object]]:
    """Margins for a machine."""
    return [
        {
            "destination": each.destination.key,
            "name": each.destination.name("en"),
            "prefixes": each.prefix_count,
            "least_price_micros": each.least_price_micros,
            "most_price_micros": each.most_price_micros,
            "least_cost_micros": each.least_cost_micros,
            "most_cost_micros": each.most_cost_micros,
            "margin_basis_points": each.margin_basis_points,
            "free_up_to_seconds": each.free_up_to_seconds,
            "under_cost": each.under_cost,
            "worst_call": each.worst._asdict() if each.worst else None,
            "exception": {
                "reason": each.exception.reason,
                "signed_by": each.exception.signed_by,
                "signed_at": each.exception.signed_at.isoformat(),
            }
            if each.exception
            else None,
        }
        for each in margins
    ]


def draft_report(draft: "Draft") -> dict[str, object]:
    """What a publication would come to, for a machine."""
    return {
        "published": False,
        "effective_at": draft.effective_at.isoformat(),
        "prefixes": draft.prefix_count,
        "carriers": list(draft.carriers),
        "unused_groups": list(draft.unused_groups),
        "destinations": margin_report(draft.margins),
    }


def show_draft(draft: "Draft") -> None:
    """What a publication would come to, for a person."""
    show_chart(draft.margins)
    show_margins(draft.margins, most=SHOWN_DESTINATIONS)
    losing = sum(each.under_cost for each in draft.margins)
    say(
        f"{draft.prefix_count} prefixes from {' and '.join(draft.carriers)} would be published (dry run); "
        f"{losing} destination(s) under cost."
    )
    for name in draft.unused_groups:
        say(f"The group {name!r} speaks of no prefix on sale.")


def show_chart(margins: Sequence["DestinationMargin"]) -> None:
    """How many destinations lie in each class of margins, as bars."""
    from rich.console import Console
    from rich.table import Table

    counts = [0] * (len(CLASSES) + 1)
    for each in margins:
        if each.margin_basis_points is not None:
            counts[sum(each.margin_basis_points >= end for end in CLASSES)] += 1
    table = Table(title="Destinations by margin on a call of three minutes", box=None)
    for heading in ("Margin", "Destinations", ""):
        table.add_column(heading, justify="right" if heading else "left")
    for name, count in zip(_class_names(), counts, strict=True):
        add_row(table, name, str(count), "█" * -(-count * BAR_CHARACTERS // max(*counts, 1)))
    Console().print(table)


def _class_names() -> list[str]:
    ends = [str(end // 100) for end in CLASSES]
    between = [f"{low} to {high} %" for low, high in pairwise(ends)]
    return ["under 0 %", *between, f"{ends[-1]} % and more"]


def show_margins(margins: Sequence["DestinationMargin"], *, most: int | None = None, to_errors: bool = False) -> None:
    """A table of destinations, the lowest margin first."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    lowest = sorted(
        margins, key=lambda each: (not each.under_cost, each.margin_basis_points or 0, each.destination.key)
    )
    shown = lowest[:most]
    table = Table(title=f"The lowest margins, {len(shown)} of {len(lowest)} destinations", box=SIMPLE_HEAD)
    table.add_column("Destination", overflow="fold")
    for heading in ("Prefixes", "Price", "Cost", "Margin"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in shown:
        add_row(
            table,
            each.destination.key,
            str(each.prefix_count),
            _span(each.least_price_micros, each.most_price_micros),
            _span(each.least_cost_micros, each.most_cost_micros),
            percent(each.margin_basis_points),
        )
    Console(stderr=to_errors).print(table)
    # Below the table, since a narrow screen would cut them in it.
    for each in shown:
        if remark := _remark(each):
            say(f"{each.destination.key}: {remark}", err=to_errors)


def _span(least: int, most: int) -> str:
    return dollars(least) if least == most else f"{dollars(least)}-{dollars(most)[1:]}"


def _remark(each: "DestinationMargin") -> str:
    """The call by which we lose most, and who signed for it; or what is given away by rule."""
    if each.worst is None:
        return f"calls up to {each.free_up_to_seconds} s are free" if each.free_up_to_seconds else ""
    words = f"{dollars(each.worst.loss_micros)} lost by a call of {each.worst.seconds} s"
    if each.exception is None:
        return words
    return f"{words}; signed for by {each.exception.signed_by}: {each.exception.reason}"


@click.command("decks")
@AS_JSON
def decks_command(as_json: bool) -> None:
    """List the retail decks and the carriers' price lists, with when each takes effect and what became of it."""
    from crystalcall.minutes.rates import queries

    retail, lists = queries.decks(), queries.carrier_decks()
    if as_json:
        report = {
            "retail": [
                {
                    "version": each.deck.version,
                    "effective_at": each.deck.effective_at.isoformat(),
                    "published_at": each.published_at.isoformat(),
                    "withdrawn_at": _moment(each.withdrawn_at),
                    "margin_basis_points": each.margin_basis_points,
                    "by_rules": bool(each.rules),
                }
                for each in retail
            ],
            "carriers": [
                {
                    "carrier": each.carrier,
                    "effective_at": each.effective_at.isoformat(),
                    "withdrawn_at": _moment(each.withdrawn_at),
                    "source": each.source,
                    "rows": each.row_count,
                    "currency": each.currency,
                    "dollars_per_unit": str(each.dollars_per_unit),
                }
                for each in lists
            ],
        }
        say(json.dumps(report, ensure_ascii=False))
        return
    for each in retail:
        by = "rules" if each.rules else f"a margin of {percent(each.margin_basis_points)}"
        since = f"{each.deck.effective_at:%Y-%m-%d %H:%M} UTC"
        say(f"version {each.deck.version} from {since} by {by}{_gone(each.withdrawn_at)}")
    for deck in lists:
        money = "" if deck.currency == "USD" else f", in {deck.currency}"
        say(
            f"{deck.carrier} from {deck.effective_at:%Y-%m-%d %H:%M} UTC: {deck.row_count} rows "
            f"of {deck.source}{money}{_gone(deck.withdrawn_at)}"
        )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _gone(withdrawn_at: datetime | None) -> str:
    return "" if withdrawn_at is None else f" (withdrawn {withdrawn_at:%Y-%m-%d})"
