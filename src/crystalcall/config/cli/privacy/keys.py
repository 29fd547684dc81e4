"""`crystalcall privacy keys`: the keys of persons, and the outer key under which they lie."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    from rich.progress import TaskID

    from crystalcall.privacy.keys.rotation import Resealed, Tell

EXIT_REFUSED = 1
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")


@click.group("keys")
def keys_group() -> None:
    """Each person's own key, without which their name, address and numbers open nowhere."""


@keys_group.command("status")
@JSON_OPTION
def status(as_json: bool) -> None:
    """How many keys there are, under which outer key, and how many are destroyed."""
    from crystalcall.plumbing.settings import current
    from crystalcall.privacy.keys.queries import figures

    found, is_changing = figures(), bool(current().sealing_key_previous)
    said = {
        "outer_key": found.outer_key,
        "keys": found.keys,
        "under_another_outer_key": found.under_another,
        "destroyed": found.destroyed,
        "previous_outer_key_set": is_changing,
    }
    if as_json:
        say(json.dumps(said))
        return
    say(f"{found.keys:,} keys stand, {found.destroyed:,} are destroyed.")
    say(f"The outer key in force is {found.outer_key}; {found.under_another:,} keys lie under another.")
    if found.under_another or is_changing:
        say("A change of the outer key is under way: crystalcall privacy keys rotate", err=True)


@keys_group.command("rotate")
@JSON_OPTION
def rotate(as_json: bool) -> None:
    """Put everything under the outer key in force, and enter that into the register.

    Give the new key as SEALING_KEY and the one before as SEALING_KEY_PREVIOUS, start every process anew, then run this.
    Whatever interrupts it, run it again. Afterwards remove SEALING_KEY_PREVIOUS.
    """
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.settings import current
    from crystalcall.privacy.keys import rotation
    from crystalcall.privacy.keys.queries import figures
    from crystalcall.privacy.register.actions import enter
    from crystalcall.privacy.register.kinds import EntryKind

    if not current().sealing_key_previous:
        sentence = "There is no outer key to rotate from: set CRYSTALCALL_SEALING_KEY_PREVIOUS to the one before."
        _finish("nothing_to_rotate_from", sentence, as_json=as_json, is_refused=True)
    with _bars(quiet=as_json) as tell:
        keys = rotation.rewrap(tell)
        values = rotation.reseal_outer(tell) + rotation.reseal_persons(tell, now=now())
    # Each run that came to its end: one that was killed before this line must not leave the change unsaid.
    facts: dict[str, str | int] = {"key_count": keys.renewed, "value_count": values.renewed}
    facts["outer_key"] = figures().outer_key
    enter(EntryKind.OUTER_KEY_ROTATED, facts, now=now())
    _say_outcome(keys, values, as_json=as_json)


@keys_group.command("reseal")
@JSON_OPTION
def reseal(as_json: bool) -> None:
    """Seal under each person's own key what was sealed before there were such keys."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.keys import rotation

    with _bars(quiet=as_json) as tell:
        values = rotation.reseal_persons(tell, now=now())
    _say_outcome(rotation.Resealed(), values, as_json=as_json)


@contextmanager
def _bars(*, quiet: bool) -> "Iterator[Tell]":
    """A bar for the keys and for each column, on the error stream; nothing for a machine."""
    if quiet:
        yield lambda _what, _done, _whole: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _teller(bars.add_task, bars.update)


def _teller(add: "Callable[..., TaskID]", update: Callable[..., None]) -> "Tell":
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, whole: int) -> None:
        if what not in tasks:
            tasks[what] = add(what, total=whole)
        update(tasks[what], completed=done, total=whole)

    return tell


def _say_outcome(keys: "Resealed", values: "Resealed", *, as_json: bool) -> None:
    broken = keys.broken + values.broken
    said = {
        "keys_renewed": keys.renewed,
        "values_renewed": values.renewed,
        "values_of_destroyed_keys": values.destroyed,
        "broken": broken,
    }
    if as_json:
        say(json.dumps(said))
    else:
        say(f"{keys.renewed:,} keys and {values.renewed:,} values were put right; all others were already.")
    if broken:
        sentence = (
            f"{broken:,} keys or values open with none of the outer keys given: keep the old key, and look for theirs."
        )
        _finish("broken", sentence, as_json=as_json, is_refused=True)


def _finish(reason: str, sentence: str, *, as_json: bool, is_refused: bool) -> None:
    say(json.dumps({"error": reason, "message": sentence}) if as_json else sentence, err=True)
    if is_refused:
        sys.exit(EXIT_REFUSED)
