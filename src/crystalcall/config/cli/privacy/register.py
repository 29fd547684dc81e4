"""`crystalcall privacy verify-register`, `register` and `sign-register`: the register checked, read and signed."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    from rich.progress import TaskID

    from crystalcall.privacy.register.values import EntryInfo
    from crystalcall.privacy.register.verifying import Finding, Progress, Verification

EXIT_REFUSED = 1
FINDINGS_SHOWN = 100
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")


@click.command("verify-register")
@JSON_OPTION
def verify_register_command(as_json: bool) -> None:
    """Check every entry, day, signature and sealed detail of the register; exit 1 when anything is wrong."""
    from crystalcall.privacy.authorities import verifying as authorities_verifying
    from crystalcall.privacy.erasures import verifying as erasures_verifying
    from crystalcall.privacy.officers import verifying as officers_verifying
    from crystalcall.privacy.register.verifying import verify

    with _bars(quiet=as_json) as progress:
        outcome = verify(progress)
    findings = (
        *outcome.findings,
        *erasures_verifying.findings(),
        *officers_verifying.findings(),
        *authorities_verifying.findings(),
    )
    if as_json:
        say(json.dumps(_report(outcome, findings)))
    else:
        _show(outcome, findings)
    if findings:
        sys.exit(EXIT_REFUSED)


@click.command("register")
@click.option("--kind", help="Only entries of this kind, such as officer_added.")
@click.option("--veiled", is_flag=True, help="The veiled book, which must not be spoken of outside.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many, newest first.")
@JSON_OPTION
def register_command(kind: str | None, veiled: bool, limit: int, as_json: bool) -> None:
    """Show the newest entries of the register. What is sealed beside them stays sealed."""
    from crystalcall.privacy.register.kinds import Book, EntryKind
    from crystalcall.privacy.register.queries import entries

    if kind is not None and kind not in set(EntryKind):
        raise click.UsageError(f"There is no kind {kind!r}; there are {', '.join(EntryKind)}.")
    found = entries(kind=EntryKind(kind) if kind else None, book=Book.VEILED if veiled else Book.OPEN, limit=limit)
    if as_json:
        say(json.dumps({"entries": [_entry(each) for each in found]}))
        return
    for each in found:
        facts = "  ".join(f"{name}={value}" for name, value in each.facts.items())
        say(f"{each.sequence:>8}  {each.at:%Y-%m-%d %H:%M:%S}  {each.kind.value:<20}  {facts}")
    if not found:
        say("There is no such entry.")


@click.command("sign-register")
@JSON_OPTION
def sign_register_command(as_json: bool) -> None:
    """Sign the days that are over now; the worker does the same every night."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.register.queries import head
    from crystalcall.privacy.register.signing import SigningKeyMissingError, sign_due_days

    try:
        signed = sign_due_days(now())
    except SigningKeyMissingError as problem:
        say(str(problem), err=True)
        sys.exit(EXIT_REFUSED)
    last = head()
    if as_json:
        say(json.dumps({"signed": signed, "day": last and last.day.isoformat(), "root": last and last.root}))
    elif last is not None:
        say(f"Days signed now: {signed}. The last one is {last.day}, with the root {last.root}.")


@contextmanager
def _bars(*, quiet: bool) -> "Iterator[Progress | None]":
    """A bar a rule, on standard error and only where a person looks on; gone when all is done."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    if quiet:
        yield None
        return
    with Bars(console=Console(stderr=True), transient=True) as bars:
        shown: dict[str, TaskID] = {}

        def report(rule: str, done: int, total: int) -> None:
            if rule not in shown:
                shown[rule] = bars.add_task(rule, total=total)
            bars.update(shown[rule], completed=done, total=max(total, 1))

        yield report


def _report(outcome: "Verification", findings: "tuple[Finding, ...]") -> dict[str, object]:
    return {
        "in_order": not findings,
        "entries": outcome.entries,
        "veiled_entries": outcome.veiled_entries,
        "days": outcome.days,
        "last_day": outcome.last_day and outcome.last_day.isoformat(),
        "lost_days": [{"day": each.day.isoformat(), "root": each.root} for each in outcome.lost_days],
        "findings_total": len(findings),
        "findings": [asdict(finding) for finding in findings[:FINDINGS_SHOWN]],
    }


def _show(outcome: "Verification", findings: "tuple[Finding, ...]") -> None:
    last = f"the last one {outcome.last_day}" if outcome.last_day else "none yet"
    say(f"{outcome.entries:,} entries, {outcome.veiled_entries:,} veiled ones, {outcome.days:,} signed days ({last}).")
    for each in outcome.lost_days:
        say(f"{each.day} had the root {each.root} until a backup was put back (entry {each.sequence}).")
    if not findings:
        say("The register is in order: nothing was found.")
        return
    for finding in findings[:FINDINGS_SHOWN]:
        say(f"{finding.rule}: {finding.subject}: {finding.sentence}", err=True)
    say(f"The register is NOT in order: {len(findings)} found.", err=True)


def _entry(entry: "EntryInfo") -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "kind": entry.kind.value,
        "facts": entry.facts,
        "commitment": entry.commitment,
        "previous": entry.previous,
        "hash": entry.hash,
    }
