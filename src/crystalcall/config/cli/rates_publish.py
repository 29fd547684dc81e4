"""`crystalcall rates publish`, `rollback` and `changes`: retail decks, by one margin or by a file of rules."""

import getpass
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from crystalcall.config.cli.rates_import import price_words
from crystalcall.config.cli.rates_margins import draft_report, margin_report, show_draft, show_margins
from crystalcall.config.cli.rates_options import AS_JSON, Cents, Moment, Percent, progress_bar, refuse
from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    from crystalcall.minutes.rates.actions import PublicationRefused, PublishDeck, Published
    from crystalcall.minutes.rates.price_changes import PriceChange
    from crystalcall.minutes.rates.price_rules import GroupedRules

TENTH_OF_A_CENT_MICROS: Final = 1000
SHOWN_CHANGES: Final = 30

PUBLICATION_REFUSALS: Final = {
    "senseless_rule": "The margin must be 0 to 900 percent, and the rounding step at least a millionth of a dollar.",
    "effective_in_the_past": "A deck cannot take effect in the past: it would change the price of calls already made.",
    "before_a_scheduled_deck": "Another deck is scheduled for later than that. Roll it back first, or publish for a "
    "later time.",
    "no_carrier_deck": "No carrier's deck is in force at that time. Import one first.",
    "nothing_published": "No deck was ever published.",
    "nothing_before": "There is no deck before this one; the last one cannot be withdrawn. Publish a better one.",
    "under_cost": "Nothing was published: {count} destination(s) would be sold under cost. Change the rules, or sign "
    "for each with --allow-under-cost KEY --reason TEXT.",
    "unknown_destination": "Nothing was published: no such destination in this deck: {unknown}.",
    "unsigned_exception": "Nothing was published: say why with --reason, and who answers for it with --signed-by.",
}


@click.command("publish")
@click.option("--margin", type=Percent(), help="Margin over the carrier's price, in percent; or give --rules.")
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of rules (TOML): a default, and groups of destinations with rules of their own.",
)
@click.option("--rounding", type=Cents(), help="Prices go up to this step, in cents; 0.1 without it.")
@click.option("--floor", type=Cents(), help="Least minute price, in cents; 0.1 without it.")
@click.option("--effective", type=Moment(), help="When the deck takes effect (UTC); now without it.")
@click.option("--sign-off", multiple=True, metavar="DESTINATION", help="Vouch for an outlying saving, by its key.")
@click.option("--allow-under-cost", multiple=True, metavar="DESTINATION", help="Let this one be sold under cost.")
@click.option("--reason", default="", help="Why something may be sold under cost.")
@click.option("--signed-by", help="Who answers for it; your login name without it.")
@click.option("--dry-run", is_flag=True, help="Show the margins that would come of it, and publish nothing.")
@AS_JSON
def publish_command(
    *,
    margin: int | None,
    rules_file: Path | None,
    rounding: int | None,
    floor: int | None,
    effective: datetime | None,
    sign_off: tuple[str, ...],
    allow_under_cost: tuple[str, ...],
    reason: str,
    signed_by: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a retail deck of the carriers' decks and publish it; running processes follow without a restart."""
    from dataclasses import replace

    from crystalcall.minutes.rates.actions import AllowUnderCost, PublicationRefused, draft_deck, publish_deck
    from crystalcall.plumbing.clock import now

    request = replace(
        _request(margin, rules_file, (rounding, floor), as_json=as_json),
        effective_at=effective,
        signed_off=frozenset(sign_off),
        under_cost=AllowUnderCost(frozenset(allow_under_cost), reason, _signer(signed_by, allow_under_cost)),
    )
    if dry_run:
        draft = draft_deck(request, now=now())
        if isinstance(draft, PublicationRefused):
            _refuse_publication(draft, as_json=as_json)
        if as_json:
            say(json.dumps(draft_report(draft), ensure_ascii=False))
        else:
            show_draft(draft)
        return
    with progress_bar("Publishing", quiet=as_json) as progress:
        outcome = publish_deck(request, now=now(), progress=progress)
    if isinstance(outcome, PublicationRefused):
        _refuse_publication(outcome, as_json=as_json)
    _show_published(outcome, as_json=as_json)


def _request(
    margin: int | None, rules_file: Path | None, steps: tuple[int | None, int | None], *, as_json: bool
) -> "PublishDeck":
    """By one margin or by a file, and not by both. Errors: click's own."""
    from crystalcall.minutes.rates.actions import PublishDeck, publication_of

    if (margin is None) == (rules_file is None):
        raise click.UsageError("Give either --margin or --rules.")
    if rules_file is not None:
        if steps != (None, None):
            raise click.UsageError("With --rules, rounding and floor stand in the file.")
        return publication_of(_rules(rules_file, as_json=as_json))
    rounding, floor = (TENTH_OF_A_CENT_MICROS if step is None else step for step in steps)
    return PublishDeck(margin or 0, rounding, floor)


def _rules(path: Path, *, as_json: bool) -> "GroupedRules":
    """The rules of a file; every fault is named by its line, then the command ends with 1."""
    from crystalcall.minutes.rates.rules_file import read_rules

    try:
        rules = read_rules(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        refuse("bad_rules", f"Nothing was published: {path.name} is not UTF-8 text.", as_json=as_json)
    if isinstance(rules, tuple):
        if not as_json:
            for fault in rules:
                say(f"line {fault.line}: {fault.reason}", err=True)
        faults = [{"line": fault.line, "reason": fault.reason} for fault in rules]
        sentence = f"Nothing was published: {path.name} has {len(rules)} fault(s)."
        refuse("bad_rules", sentence, as_json=as_json, bad_rows=faults)
    return rules


def _signer(signed_by: str | None, keys: tuple[str, ...]) -> str:
    """Who signs: as stated, else the login name of whoever sits here; nobody where nothing is signed."""
    if signed_by is not None or not keys:
        return signed_by or ""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number without a name; then the name must be stated.
        return ""


def _show_published(outcome: "Published", *, as_json: bool) -> None:
    """What stands now."""
    saving = outcome.best_saving_percent
    if as_json:
        report = {
            "published": True,
            "version": outcome.deck.version,
            "effective_at": outcome.deck.effective_at.isoformat(),
            "prefixes": outcome.prefix_count,
            "carriers": list(outcome.carriers),
            "best_saving_percent": saving,
            "raised": outcome.raised,
            "unused_groups": list(outcome.unused_groups),
            "under_cost": list(outcome.under_cost),
        }
        say(json.dumps(report, ensure_ascii=False))
        return
    say(
        f"Version {outcome.deck.version}: {outcome.prefix_count} prefixes from {' and '.join(outcome.carriers)}, "
        f"in effect from {outcome.deck.effective_at:%Y-%m-%d %H:%M} UTC. "
        + (f"Savings up to {saving} %." if saving else "No destination is cheaper than its reference.")
    )
    if outcome.raised:
        say("Some destinations are dearer than before: crystalcall rates changes.")
    if outcome.under_cost:
        say(f"Sold under cost, as signed for: {', '.join(outcome.under_cost)}.")
    for name in outcome.unused_groups:
        say(f"The group {name!r} speaks of no prefix on sale.")


@click.command("rollback")
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
    say(json.dumps(report) if as_json else sentence)


def _refuse_publication(outcome: "PublicationRefused", *, as_json: bool) -> NoReturn:
    """Say why nothing changed, with the margins that nobody signed for, and end with 1."""
    reason = outcome.reason.value
    sentence = PUBLICATION_REFUSALS[reason].format(count=len(outcome.under_cost), unknown=", ".join(outcome.unknown))
    if not outcome.under_cost:
        refuse(reason, sentence, as_json=as_json)
    if not as_json:
        show_margins(outcome.under_cost, to_errors=True)
    refuse(reason, sentence, as_json=as_json, under_cost=margin_report(outcome.under_cost))


@click.command("changes")
@click.option("--version", type=int, help="Version of the retail deck; the newest without it.")
@AS_JSON
def changes_command(version: int | None, as_json: bool) -> None:
    """Say which destinations a retail deck makes dearer or cheaper against the one before it."""
    from crystalcall.minutes.rates import queries

    known = [info.deck for info in queries.decks() if version in {None, info.deck.version}]
    changes = queries.price_changes(known[0].id) if known else None
    if changes is None:
        refuse("no_such_deck", "No such deck was ever published.", as_json=as_json)
    kinds = {kind: getattr(changes, kind) for kind in ("dearer", "cheaper", "added", "removed")}
    former = changes.former.version if changes.former else None
    if as_json:
        found: dict[str, object] = {kind: [_change(each) for each in kinds[kind]] for kind in kinds}
        head = {"version": changes.deck.version, "effective_at": changes.deck.effective_at.isoformat()}
        say(json.dumps(head | {"former": former} | found, ensure_ascii=False))
        return
    say(f"Version {changes.deck.version} against {'nothing' if former is None else f'version {former}'}:")
    for kind, each in kinds.items():
        say(f"{len(each)} destination(s) {kind}")
        for change in each[:SHOWN_CHANGES]:
            say(
                f"  {change.destination.name('en')} ({change.prefix}): "
                f"{price_words(change.before)} → {price_words(change.after)}"
            )


def _change(change: "PriceChange") -> dict[str, object]:
    return {
        "destination": change.destination.key,
        "name": change.destination.name("en"),
        "prefix": change.prefix,
        "before_micros": change.before.minute_price_micros if change.before else None,
        "after_micros": change.after.minute_price_micros if change.after else None,
    }
