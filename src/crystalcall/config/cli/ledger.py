"""`crystalcall ledger`: the audit of the books, and the books themselves for another program."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from crystalcall.config.cli.saying import add_row, say

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from rich.progress import TaskID

    from crystalcall.minutes.ledger.auditing import Progress
    from crystalcall.minutes.ledger.values import AuditOutcome, TrialLine

EXIT_REFUSED = 1
LINES_BETWEEN_REPORTS = 5000


@click.group("ledger")
def ledger_group() -> None:
    """The books: verify them, see what the last audit found, export them."""


@ledger_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
def verify(as_json: bool) -> None:
    """Audit every account, transfer, reservation and guard; exit 1 when anything is wrong."""
    from crystalcall.minutes.ledger import actions, queries
    from crystalcall.plumbing import clock

    with _audit_progress() as progress:
        outcome = actions.run_audit(now=clock.now(), progress=progress)
    lines = queries.trial_balance()
    if as_json:
        say(json.dumps(_report(outcome, lines)))
    else:
        _show_trial_balance(lines)
        _show_findings(outcome)
    if outcome.findings:
        sys.exit(EXIT_REFUSED)


@ledger_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
def status(as_json: bool) -> None:
    """Show what the last audit found; exit 1 when anything was wrong, or when there was no audit yet."""
    from crystalcall.minutes.ledger import queries

    outcome = queries.last_audit()
    if outcome is None:
        say(json.dumps({"audited": False}) if as_json else "The books were never audited here.")
        sys.exit(EXIT_REFUSED)
    if as_json:
        say(json.dumps({"audited": True} | _report(outcome, ())))
    else:
        say(
            f"Audited at {outcome.began_at:%Y-%m-%d %H:%M} UTC. Accounts: {outcome.accounts:,}; "
            f"transfers: {outcome.transfers:,}; reservations: {outcome.reservations:,}."
        )
        _show_findings(outcome)
    if outcome.findings:
        sys.exit(EXIT_REFUSED)


@ledger_group.command("export")
@click.option("--format", "format_name", type=click.Choice(["beancount"]), default="beancount", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output without it."
)
@click.option("--json", "as_json", is_flag=True, help="Say what was written as one JSON object; needs --output.")
def export(format_name: str, output: Path | None, as_json: bool) -> None:
    """Write the books as a Beancount file, which `bean-check` proves."""
    from crystalcall.minutes.ledger import queries

    if output is None:
        if as_json:
            raise click.UsageError("--json needs --output: standard output carries the books.")
        _write(sys.stdout, queries.beancount_lines())
        return
    try:
        lines = _write_file(output, queries.beancount_lines())
    except OSError as problem:
        say(f"The books could not be written to {output}: {problem.strerror}.", err=True)
        sys.exit(EXIT_REFUSED)
    report = {"format": format_name, "output": str(output), "lines": lines}
    say(json.dumps(report) if as_json else f"{lines} lines written to {output}.")


@contextmanager
def _audit_progress() -> "Iterator[Progress]":
    """A bar a rule, on standard error and only where a person looks on; gone when all is done."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        shown: dict[str, TaskID] = {}

        def report(rule: str, done: int, total: int) -> None:
            if rule not in shown:
                shown[rule] = bars.add_task(rule.replace("_", " "), total=total)
            bars.update(shown[rule], completed=done, total=max(total, 1))

        yield report


def _report(outcome: "AuditOutcome", lines: "tuple[TrialLine, ...]") -> dict[str, object]:
    return {
        "in_balance": not outcome.findings,
        "audited_at": outcome.began_at.isoformat(),
        "checked": {
            "accounts": outcome.accounts,
            "transfers": outcome.transfers,
            "reservations": outcome.reservations,
        },
        "findings_total": outcome.findings,
        "findings": [asdict(finding) for finding in outcome.first_findings],
        "accounts": [asdict(line) for line in lines],
    }


def _show_trial_balance(lines: "tuple[TrialLine, ...]") -> None:
    """A table for money and, where there are any, one for minutes."""
    for unit, heading, show in (("usd_micros", "USD", _dollars), ("seconds", "seconds", _seconds)):
        of_unit = [line for line in lines if line.unit == unit]
        if of_unit or unit == "usd_micros":
            _show_table(f"Trial balance ({heading})", of_unit, show)


def _show_table(title: str, lines: "list[TrialLine]", show: Callable[[int], str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    table.add_column("Kind")
    for heading in ("Accounts", "Debits", "Credits", "Held"):
        table.add_column(heading, justify="right")
    for line in lines:
        add_row(table, line.kind, str(line.accounts), *map(show, (line.debits, line.credits, line.held)))
    debits, credited = sum(line.debits for line in lines), sum(line.credits for line in lines)
    held, accounts = sum(line.held for line in lines), sum(line.accounts for line in lines)
    table.add_section()
    add_row(table, "all", str(accounts), *map(show, (debits, credited, held)))
    Console().print(table)


def _show_findings(outcome: "AuditOutcome") -> None:
    if not outcome.findings:
        say("The books are in balance: nothing was found.")
        return
    for finding in outcome.first_findings:
        say(f"{finding.rule}: {finding.subject}: {finding.sentence}", err=True)
    if (more := outcome.findings - len(outcome.first_findings)) > 0:
        say(f"… and {more} more.", err=True)
    say(f"The books are NOT in order: {outcome.findings} found.", err=True)


def _dollars(micros: int) -> str:
    from crystalcall.rules.money import dollars_from_micros

    return f"{dollars_from_micros(micros):,.6f}"


def _seconds(seconds: int) -> str:
    return f"{seconds:,}"


def _write_file(output: Path, lines: Iterable[str]) -> int:
    # Under another name until it is whole: a half export must never look like the books.
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            written = _write(file, lines)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return written


def _write(file: TextIO, lines: Iterable[str]) -> int:
    from rich.console import Console

    written = 0
    # Progress goes to standard error, and only where a person looks on.
    with Console(stderr=True).status("Writing the books") as status:
        for line in lines:
            file.write(f"{line}\n")
            written += 1
            if written % LINES_BETWEEN_REPORTS == 0:
                status.update(f"Writing the books: {written:,} lines")
    return written
