"""`crystalcall switches` and `crystalcall access-numbers`: who may ask for calls, and where callers dial in."""

import json
import sys
from typing import NoReturn

import click

from crystalcall.config.cli.saying import say

EXIT_REFUSED = 1


@click.group("switches")
def switches_group() -> None:
    """Telephone switches and their keys."""


@switches_group.command("add")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
def add(name: str, as_json: bool) -> None:
    """Let a switch in under NAME and print its key, this once: only its hash is kept."""
    from crystalcall.plumbing.clock import now
    from crystalcall.switches.http.actions import add_switch
    from crystalcall.switches.http.values import BadName, NameTaken

    outcome = add_switch(name, now=now())
    if isinstance(outcome, BadName):
        _refuse(f"{name!r} is no name for a switch: use 1 to 40 letters, digits, dots, dashes and underscores.")
    if isinstance(outcome, NameTaken):
        _refuse(f"A switch {name!r} exists already; its key cannot be shown again.")
    if as_json:
        say(json.dumps({"name": outcome.name, "key": outcome.key}))
        return
    say(f"The switch {outcome.name} may come in with this key, which is not shown again:", err=True)
    say(outcome.key)


@switches_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list for a machine.")
def list_switches(as_json: bool) -> None:
    """Every switch, and whether it may come in."""
    from crystalcall.switches.http.queries import switches

    found = switches()
    if as_json:
        rows = [{"name": row.name, "active": row.active, "added_at": row.added_at.isoformat()} for row in found]
        say(json.dumps(rows))
        return
    for row in found:
        say(f"{row.name}\t{'active' if row.active else 'disabled'}\tadded {row.added_at:%Y-%m-%d}")
    if not found:
        say("There is no switch yet: crystalcall switches add NAME", err=True)


@switches_group.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """Turn the switch NAME away from now on; the calls it leaves are settled by their last word."""
    from crystalcall.switches.http.actions import disable_switch
    from crystalcall.switches.http.values import UnknownSwitch

    outcome = disable_switch(name)
    if isinstance(outcome, UnknownSwitch):
        _refuse(f"There is no switch {name!r}.")
    say(f"The switch {name} is disabled." if outcome.was_active else f"The switch {name} was disabled before.")


@click.group("access-numbers")
def access_numbers_group() -> None:
    """The numbers that callers dial first."""


@access_numbers_group.command("add")
@click.argument("e164")
@click.option("--place-en", required=True, help="Where the number is local, in English.")
@click.option("--place-ru", required=True, help="The same in Russian.")
def add_number(e164: str, place_en: str, place_ru: str) -> None:
    """Show the number E164 to callers (again), with its place in both languages."""
    from crystalcall.minutes.calls.actions import add_access_number
    from crystalcall.minutes.calls.values import BadAccessNumber

    outcome = add_access_number(e164, place_en=place_en, place_ru=place_ru)
    if isinstance(outcome, BadAccessNumber):
        _refuse(f"{e164!r} cannot be an access number: {outcome.reason.replace('_', ' ')}.")
    say(f"Callers are shown {outcome.e164} ({place_en}).")


@access_numbers_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list for a machine.")
def list_numbers(as_json: bool) -> None:
    """The numbers that callers are shown."""
    from dataclasses import asdict

    from crystalcall.minutes.calls.queries import access_numbers

    found = access_numbers()
    if as_json:
        say(json.dumps([asdict(number) for number in found], ensure_ascii=False))
        return
    for number in found:
        say(f"{number.e164}\t{number.place_en}\t{number.place_ru}")


@access_numbers_group.command("remove")
@click.argument("e164")
def remove_number(e164: str) -> None:
    """Show the number E164 to callers no longer."""
    from crystalcall.minutes.calls.actions import remove_access_number
    from crystalcall.minutes.calls.values import BadAccessNumber

    outcome = remove_access_number(e164)
    if isinstance(outcome, BadAccessNumber):
        _refuse(f"{e164!r} is no telephone number: {outcome.reason.replace('_', ' ')}.")
    if not outcome.was_active:
        _refuse(f"Callers are not shown {outcome.e164}.")
    say(f"Callers are no longer shown {outcome.e164}.")


def _refuse(sentence: str) -> NoReturn:
    say(sentence, err=True)
    sys.exit(EXIT_REFUSED)
