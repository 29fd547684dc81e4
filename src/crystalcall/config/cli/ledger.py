"""`crystalcall ledger`: the audit of the books, and the books themselves for another program."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.ledger.values import Finding, TrialLine

EXIT_REFUSED = 1
LINES_BETWEEN_REPORTS = 5000


@click.group("ledger")
def ledger_group() -> None:
    """The books: verify them, export them."""


@ledger_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
def verify(as_json: bool) -> None:
    """Audit every account, transfer, reservation and guard; exit 1 when anything is wrong."""
    from crystalcall.minutes.ledger import queries

    findings, lines = queries.audit(), queries.trial_balance()
    if as_json:
        click.echo(json.dumps(_report(findings, lines)))
    else:
        _show_trial_balance(lines)
        _show_findings(findings)
    if findings:
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
        click.echo(f"The books could not be written to {output}: {problem.strerror}.", err=True)
        sys.exit(EXIT_REFUSED)
    report = {"format": format_name, "output": str(output), "lines": lines}
    click.echo(json.dumps(report) if as_json else f"{lines} lines written to {output}.")


def _report(findings: "list[Finding]", lines: "tuple[TrialLine, ...]") -> dict[str, object]:
    return {
        "in_balance": not findings,
        "findings": [asdict(finding) for finding in findings],
        "accounts": [asdict(line) for line in lines],
    }


def _show_trial_balance(lines: "tuple[TrialLine, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Trial balance (USD)")
    table.add_column("Kind")
    for heading in ("Accounts", "Debits", "Credits", "Held"):
        table.add_column(heading, justify="right")
    for line in lines:
        amounts = (line.debits_micros, line.credits_micros, line.held_micros)
        table.add_row(line.kind, str(line.accounts), *map(_dollars, amounts))
    debits, credited = sum(line.debits_micros for line in lines), sum(line.credits_micros for line in lines)
    held, accounts = sum(line.held_micros for line in lines), sum(line.accounts for line in lines)
    table.add_section()
    table.add_row("all", str(accounts), *map(_dollars, (debits, credited, held)))
    Console().print(table)


def _show_findings(findings: "list[Finding]") -> None:
    if not findings:
        click.echo("The books are in balance: nothing was found.")
        return
    for finding in findings:
        click.echo(f"{finding.rule}: {finding.subject}: {finding.sentence}", err=True)
    click.echo(f"The books are NOT in order: {len(findings)} found.", err=True)


def _dollars(micros: int) -> str:
    from crystalcall.rules.money import dollars_from_micros

    return f"{dollars_from_micros(micros):,.6f}"


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
