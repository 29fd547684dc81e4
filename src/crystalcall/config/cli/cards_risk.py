"""`crystalcall cards risk`: the ranges of numbers that the operator guards against revenue-share fraud."""

import json
from pathlib import Path
from typing import NoReturn

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.saying import joined, say


@click.group("risk")
def risk_group() -> None:
    """Ranges of numbers known for revenue-share fraud: few calls a day lead there, and short ones."""


@risk_group.command("list")
@JSON_OPTION
def list_ranges(as_json: bool) -> None:
    """Every range, and why it is on the list."""
    from crystalcall.minutes.limits.queries import risk_list

    found = risk_list()
    if as_json:
        rows = [{"prefix": each.prefix, "note": each.note, "added_at": each.added_at.isoformat()} for each in found]
        say(json.dumps(rows))
        return
    for each in found:
        say(f"+{each.prefix}\t{each.note}")
    if not found:
        say("No range is on the list: crystalcall cards risk import FILE", err=True)


@risk_group.command("add")
@click.argument("prefix")
@click.option("--note", default="", help="By whom and since when it is known.")
@JSON_OPTION
def add(prefix: str, note: str, as_json: bool) -> None:
    """Guard all numbers that begin with PREFIX (digits from the country code on)."""
    from crystalcall.minutes.limits.actions import add_risk_range
    from crystalcall.minutes.limits.values import BadRiskPrefix
    from crystalcall.plumbing.clock import now

    outcome = add_risk_range(prefix, note=note, now=now())
    if isinstance(outcome, BadRiskPrefix):
        _refuse_prefix(prefix, as_json=as_json)
    words = "is guarded from now on" if outcome.was_new else "was guarded before; its note is new"
    tell({"prefix": outcome.prefix, "was_new": outcome.was_new}, f"+{outcome.prefix} {words}.", as_json=as_json)


@risk_group.command("remove")
@click.argument("prefix")
@JSON_OPTION
def remove(prefix: str, as_json: bool) -> None:
    """Guard the numbers that begin with PREFIX no longer."""
    from crystalcall.minutes.limits.actions import remove_risk_range
    from crystalcall.minutes.limits.values import BadRiskPrefix

    outcome = remove_risk_range(prefix)
    if isinstance(outcome, BadRiskPrefix):
        _refuse_prefix(prefix, as_json=as_json)
    if not outcome.was_listed:
        refuse("not_listed", f"+{outcome.prefix} is not on the list.", as_json=as_json)
    tell({"prefix": outcome.prefix}, f"+{outcome.prefix} is no longer guarded.", as_json=as_json)


@risk_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace", "replace_all", is_flag=True, help="Take every range off the list that the file does not name."
)
@JSON_OPTION
def import_file(file: Path, replace_all: bool, as_json: bool) -> None:
    """Guard every range of a CSV FILE with the columns prefix and (if you like) note."""
    from crystalcall.minutes.limits.actions import import_risk_ranges
    from crystalcall.minutes.limits.values import BadRiskFile
    from crystalcall.plumbing.clock import now

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            outcome = import_risk_ranges(lines, replace_all=replace_all, now=now())
    except (OSError, UnicodeDecodeError) as problem:
        refuse("unreadable", f"Nothing was imported: {file} cannot be read ({problem}).", as_json=as_json)
    if isinstance(outcome, BadRiskFile):
        problems = [f"line {problem.line}: {problem.reason}" for problem in outcome.problems]
        refuse("bad_file", joined([f"Nothing was imported from {file}.", *problems]), as_json=as_json)
    facts = {"added": outcome.added, "known": outcome.known, "removed": outcome.removed}
    sentence = f"{outcome.added} ranges are guarded from now on, {outcome.known} were before"
    tell(facts, f"{sentence}, {outcome.removed} are no longer.", as_json=as_json)


def _refuse_prefix(prefix: str, *, as_json: bool) -> NoReturn:
    sentence = f"{prefix!r} is no prefix: 2 to 15 digits, from the country code on, without a leading 0."
    refuse("bad_prefix", sentence, as_json=as_json)
