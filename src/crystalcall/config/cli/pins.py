"""`crystalcall pins`: what the operator may do with a PIN, by its serial; no command shows a PIN."""

import json
import sys
from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.minutes.pins.values import PinInfo, UnknownSerial

EXIT_REFUSED = 1
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")


@click.group("pins")
def pins_group() -> None:
    """PINs by their serials: show, block, unblock."""


@pins_group.command("show")
@click.argument("serial")
@JSON_OPTION
def show(serial: str, as_json: bool) -> None:
    """Show a PIN's state, without the PIN."""
    from crystalcall.minutes.pins import queries
    from crystalcall.minutes.pins.values import UnknownSerial

    serial = _written(serial)
    _tell(queries.pin(serial) or UnknownSerial(serial), as_json=as_json)


@pins_group.command("block")
@click.argument("serial")
@click.option("--reason", required=True, help="Why; kept with the PIN. Do not name a person.")
@JSON_OPTION
def block(serial: str, reason: str, as_json: bool) -> None:
    """Let a PIN open nothing until it is unblocked."""
    from crystalcall.minutes.pins import actions
    from crystalcall.plumbing.clock import now

    if not reason.strip():
        raise click.BadParameter("a PIN is blocked for a reason", param_hint="--reason")
    _tell(actions.block_pin(_written(serial), reason=reason, now=now()), as_json=as_json)


@pins_group.command("unblock")
@click.argument("serial")
@JSON_OPTION
def unblock(serial: str, as_json: bool) -> None:
    """Let a blocked PIN open its account again, and forget the misses that blocked it."""
    from crystalcall.minutes.pins import actions

    _tell(actions.unblock_pin(_written(serial)), as_json=as_json)


def _written(serial: str) -> str:
    """The serial as it is kept: capital letters, no spaces."""
    return serial.strip().upper()


def _tell(answer: "PinInfo | UnknownSerial", *, as_json: bool) -> None:
    from crystalcall.minutes.pins.values import UnknownSerial

    if isinstance(answer, UnknownSerial):
        sentence = f"There is no PIN with the serial {answer.serial}."
        say(json.dumps({"refused": "unknown_serial", "reason": sentence}) if as_json else sentence, err=not as_json)
        sys.exit(EXIT_REFUSED)
    facts = {
        "serial": answer.serial,
        "state": answer.state.value,
        "account_id": str(answer.account_id),
        "issued_at": answer.issued_at.isoformat(),
        "blocked_at": answer.blocked_at.isoformat() if answer.blocked_at else None,
        "block_reason": answer.block_reason or None,
    }
    if as_json:
        say(json.dumps(facts))
        return
    for name, value in facts.items():
        if value is not None:
            say(f"{name.replace('_', ' ')}: {value}")
