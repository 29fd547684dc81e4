"""`crystalcall payments`: is the gateway the right one, what was paid, and what does a person have to look at."""

import json
from typing import Any

import click

from crystalcall.config.cli.saying import say

EXIT_REFUSED = 1


@click.group("payments")
def payments_group() -> None:
    """Look after the money that comes in by card."""


@payments_group.command("check")
@click.option("--json", "as_json", is_flag=True, help="Write the result for a machine.")
def check_command(as_json: bool) -> None:
    """Ask the gateway who we are: right host, right keys, right currency, no test mode; exit 1 if not."""
    from crystalcall.payments.check import check_gateway

    report = check_gateway()
    if as_json:
        say(json.dumps({"merchant": report.merchant, "host": report.host, "problems": list(report.problems)}))
    else:
        say(f"The gateway is at {report.host}.")
        if report.merchant:
            say(f"It knows these keys as {report.merchant}.")
        for problem in report.problems:
            say(problem, err=True)
        if not report.problems:
            say("Everything is in order.")
    if report.problems:
        raise SystemExit(EXIT_REFUSED)


@payments_group.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="Write the result for a machine.")
def reconcile_command(as_json: bool) -> None:
    """Ask the gateway about everything that should have been heard of by now, and list what a person must look at."""
    from crystalcall.payments.actions import reconcile
    from crystalcall.payments.queries import unexamined_messages
    from crystalcall.plumbing import clock

    now = clock.now()
    examined = reconcile(now=now)
    left = unexamined_messages(now=now, older_than_seconds=0)
    if as_json:
        say(json.dumps({"examined": examined, "left": left, "attention": _attention()}))
        return
    say(f"{examined} transactions were looked into; {left} messages wait for a gateway that answers.")
    for line in _attention():
        place = f"order {line['order_number']}, transaction {line['trans_id']}"
        say(f"{line['kind']}: {place}, {line['amount']}: {line['what']}")


@payments_group.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Write the list for a machine.")
def list_command(limit: int, as_json: bool) -> None:
    """Show the newest payments."""
    from crystalcall.payments.queries import recent_payments

    payments = recent_payments(limit)
    if as_json:
        rows = [
            {
                "order_number": payment.order_number,
                "amount_micros": payment.amount_micros,
                "state": payment.state.value,
                "attempts": len(payment.attempts),
                "last_decline_reason": payment.last_decline_reason,
                "created_at": payment.created_at.isoformat(),
                "captured_at": payment.captured_at.isoformat() if payment.captured_at else None,
            }
            for payment in payments
        ]
        say(json.dumps(rows))
        return
    for payment in payments:
        paid = f" at {payment.captured_at:%Y-%m-%d %H:%M} UTC" if payment.captured_at else ""
        say(f"{payment.order_number}  {_dollars(payment.amount_micros):>10}  {payment.state.value}{paid}")
    if not payments:
        say("There are no payments yet.")


def _attention() -> list[dict[str, Any]]:
    """What a person must look at: second payments not yet given back, and money that failed a check."""
    from crystalcall.payments.queries import disputed, surplus
    from crystalcall.payments.states import VoidState

    second = [
        _line("paid twice", entry, f"void {entry.void_state.value} {entry.detail}".strip())
        for entry in surplus()
        if entry.void_state is not VoidState.VOIDED
    ]
    return second + [_line("disputed", entry, entry.reason) for entry in disputed()]


def _line(kind: str, entry: Any, what: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "order_number": entry.order_number,
        "trans_id": entry.trans_id,
        "amount": _dollars(entry.amount_micros),
        "what": what,
    }


def _dollars(micros: int) -> str:
    from crystalcall.rules.money import dollars_from_micros

    return f"${dollars_from_micros(micros):.2f}"
