"""`crystalcall policy evidence`: each clause with how it is kept, its tests and its live figures."""

import json
from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.saying import add_row, say

if TYPE_CHECKING:
    # The rooms load only inside the command, once Django has started.
    from crystalcall.privacy.clauses.evidence import Evidence


@click.command("evidence")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
def evidence_command(as_json: bool) -> None:
    """Show each clause of the policy: kept or planned, by what, proven by how many tests, with its live figures."""
    from crystalcall.plumbing import clock
    from crystalcall.privacy.clauses import evidence as gathering

    found = gathering.evidence(clock.now())
    if as_json:
        say(json.dumps(gathering.as_json(found), ensure_ascii=False))
    else:
        _show(found)


def _show(found: "Evidence") -> None:
    from rich.console import Console
    from rich.table import Table

    from crystalcall.web.evidence_words import counted, line_words

    console = Console()
    table = Table("clause", "status", "tests", "kept by, or waits for", title=counted(found))
    for entry in found.clauses:
        since = f"kept since {entry.since}" if entry.is_kept else "words changed" if entry.is_reworded else "planned"
        add_row(
            table, f"{entry.id} {entry.title}", since, str(len(entry.tests) or ""), entry.kept_by or entry.waits_for
        )
    console.print(table)
    figures = Table("figure", "value")
    every = [*found.figures, *(figure for entry in found.clauses for figure in entry.figures)]
    for figure in {figure.name: figure for figure in every}.values():
        for line in figure.lines:
            add_row(figures, f"{figure.words}{f': {line.about}' if line.about else ''}", line_words(line, "en"))
    console.print(figures)
