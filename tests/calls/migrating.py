"""A database of the first version with calls in it, and migrated; started by test_calls_migration.py.

Everything else stands as it is now: a deck, a card and its PIN. Ledger and calls are filled as the first version did,
with its seals and digests; then they are migrated, and the switch speaks on. Prints what it hears as JSON.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()  # before anything below can load
sys.path.insert(0, str(Path(__file__).parent))

import msgspec  # noqa: E402 - see above
from call_scenery import DECK, DOLLAR, MOSCOW, TANDEM, AuthorizeRequest, at, publish  # noqa: E402 - see above
from django.db import DatabaseError, connection, transaction  # noqa: E402 - see above
from django.db.migrations.executor import MigrationExecutor  # noqa: E402 - see above

from crystalcall.minutes.calls import actions, queries  # noqa: E402 - see above
from crystalcall.minutes.ledger.queries import audit  # noqa: E402 - see above
from crystalcall.minutes.pins.actions import issue_pin, reveal_pin  # noqa: E402 - see above
from crystalcall.plumbing.append_only import missing_triggers  # noqa: E402 - see above
from crystalcall.plumbing.sealing import blind_index, seal  # noqa: E402 - see above
from crystalcall.privacy.keys import store as key_store  # noqa: E402 - see above

NOW = at("15:00")
OLD = [("ledger", "0001_initial"), ("calls", "0001_initial")]
DESTINATION = {"key": "ru-landline-moscow", "country_iso2": "RU", "line_type": "landline", "area": "Moscow"}
NAMES = {"name_en": "Russia, landline, Moscow", "name_ru": "Россия, городской, Москва"}
TERMS = {"minute_price_micros": 100_000, "connect_fee_micros": 0, "first_increment_seconds": 60}
TERMS |= {"next_increment_seconds": 60}


def migrate(targets: list[tuple[str, str]] | None = None) -> Any:
    """Migrate to these, or to the latest of all; gives the models as they are then."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    if targets is not None:
        old = {name for name, _ in targets}
        needing = {"ledger", "calls"}
        targets = [*targets, *(leaf for leaf in leaves if leaf[0] not in old | needing)]
    executor.migrate(targets or leaves)
    return MigrationExecutor(connection).loader.project_state(targets or leaves).apps


def request(call_id: str, pin: str) -> AuthorizeRequest:
    return AuthorizeRequest(TANDEM, call_id, MOSCOW, pin=pin, caller_number="+12125550142")


class Old:
    """Writes calls as the first version did."""

    def __init__(self, apps: Any, account: UUID, deck: Any) -> None:
        self.apps = apps
        self.account = account
        self.deck = deck
        self.card = apps.get_model("ledger", "LedgerAccount").objects.get(pk=account)

    def call(self, name: str, state: str, **more: Any) -> Any:
        offer = {
            "deck_id": self.deck.id,
            "deck_version": 1,
            "prefix": "7495",
            "destination": DESTINATION,
            "terms": TERMS,
        }
        refused = state == "refused"
        paid: dict[str, Any] = (
            {}
            if refused
            else {
                "ledger_account_id": self.account,
                "pin_serial": "SERIAL",
                "offers": [offer],
                "granted_seconds": 6000,
                "hold_micros": 10 * DOLLAR,
                "expires_at": NOW + timedelta(hours=3),
            }
        )
        calls = self.apps.get_model("calls", "Call").objects
        row = calls.create(id=uuid4(), switch_id=TANDEM, call_id=name, state=state, authorized_at=NOW, **paid | more)
        if not refused:
            numbers = self.apps.get_model("calls", "CalledNumber").objects
            numbers.create(call=row, sealed_number=seal("+74951234567", "calls.called_number"), masked="+7 495 •")
        return row

    def step(
        self, row: Any, step: str, content: dict[str, Any], kind: str, answer: dict[str, Any], number: int = 0
    ) -> None:
        digest = blind_index(msgspec.json.encode(content, order="sorted").decode(), "calls.step.content")
        kept = json.dumps({"kind": kind, "value": answer})
        self.apps.get_model("calls", "CallStep").objects.create(
            call=row,
            step=step,
            sequence=number,
            content_digest=digest,
            sealed_answer=seal(kept, f"calls.step.answer:{row.pk}:{step}:{number}"),
            received_at=NOW,
        )

    def authorized(self, row: Any, pin: str, kind: str, answer: dict[str, Any]) -> None:
        asked = by_name(request(row.call_id, pin))
        self.step(
            row, "authorize", {key: asked[key] for key in asked if key not in {"switch_id", "call_id"}}, kind, answer
        )

    def hold(self, row: Any, **more: Any) -> Any:
        usual = {"key": f"call:{row.pk}", "account": self.card, "opened_at": NOW}
        usual |= {"requested_micros": 10 * DOLLAR, "amount_micros": 10 * DOLLAR}
        held = self.apps.get_model("ledger", "Reservation").objects.create(**usual | more)
        type(row).objects.filter(pk=row.pk).update(reservation_id=held.pk)
        return held


def by_name(answer: Any) -> Any:
    """An answer as mappings of names, whatever shape it has on the wire."""
    if isinstance(answer, msgspec.Struct):
        return {field: by_name(getattr(answer, field)) for field in answer.__struct_fields__}
    if isinstance(answer, dict):
        return {name: by_name(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [by_name(value) for value in answer]
    return msgspec.to_builtins(answer)


GRANTED = {
    "granted_seconds": 6000,
    "destination": DESTINATION | NAMES,
    "minute_price_micros": 100_000,
    "connect_fee_micros": 0,
    "balance_micros": 10 * DOLLAR,
    "routes": [{"carrier": "northline", "dial": "74951234567"}],
}


def open_books(apps: Any, account: UUID) -> None:
    accounts = apps.get_model("ledger", "LedgerAccount").objects
    clearing = accounts.create(key="system:gateway_clearing", kind="gateway_clearing", opened_at=NOW)
    accounts.create(key="system:call_revenue", kind="call_revenue", opened_at=NOW)
    totals = {"credits_posted_micros": 10 * DOLLAR, "debits_posted_micros": 200_000, "held_micros": 9_800_000}
    card = accounts.create(id=account, key="order:1", kind="customer_credit", opened_at=NOW, **totals)
    apps.get_model("ledger", "Transfer").objects.create(
        idempotency_key="order:1",
        debit_account=clearing,
        credit_account=card,
        code="order.sale",
        amount_micros=10 * DOLLAR,
        created_at=NOW,
    )


def fill_calls(old: Old, pin: str) -> None:
    """One call is over and cost 20 cents, one runs with all that is left, and one was refused."""
    over = old.call("over", "ended", answered_at=NOW, ended_at=NOW, last_used_seconds=61)
    paid = {"state": "posted", "posted_micros": 200_000, "balance_before_micros": 10 * DOLLAR, "settled_at": NOW}
    hold = old.hold(over, **paid)
    revenue = old.apps.get_model("ledger", "LedgerAccount").objects.get(kind="call_revenue")
    transfer = old.apps.get_model("ledger", "Transfer").objects.create(
        idempotency_key=f"reservation:{hold.pk}",
        debit_account=old.card,
        credit_account=revenue,
        amount_micros=200_000,
        code="call.charge",
        reservation=hold,
        created_at=NOW,
    )
    old.authorized(over, pin, "granted", GRANTED)
    ended = {"charge_micros": 200_000, "billable_seconds": 120, "balance_micros": 9_800_000}
    old.step(over, "end", {"used_seconds": 61, "release_cause": "normal"}, "ended", ended)
    old.apps.get_model("calls", "CallRecord").objects.create(
        call=over, ledger_account_id=old.account, destination_key=DESTINATION["key"], country_iso2="RU",
        line_type="landline", area="Moscow", prefix="7495", deck_id=old.deck.id, deck_version=1, offer=0, **TERMS,
        granted_seconds=6000, used_seconds=61, billable_seconds=120, increments=2, fee_micros=0, charge_micros=200_000,
        hold_micros=10 * DOLLAR, overrun_seconds=0, overrun_micros=0, balance_before_micros=10 * DOLLAR,
        balance_after_micros=9_800_000, transfer_id=transfer.pk, release_cause="normal", state="ended", started_at=NOW,
        ended_at=NOW,
    )  # fmt: skip
    held = {"granted_seconds": 5880, "hold_micros": 9_800_000}
    running = old.call("running", "answered", answered_at=NOW, last_used_seconds=30, last_sequence=1, **held)
    old.hold(running, requested_micros=9_800_000, amount_micros=9_800_000)
    old.authorized(running, pin, "granted", GRANTED | {"granted_seconds": 5880, "balance_micros": 9_800_000})
    old.step(running, "extend", {"used_seconds": 30}, "extended", {"granted_seconds": 5880}, 1)
    refused = old.call("refused", "refused", refusal_reason="too_many_tries")
    old.authorized(refused, pin, "refused", {"reason": "too_many_tries", "retry_after_seconds": 30})


def heard(pin: str) -> dict[str, Any]:
    """What the switch is answered after the migration: first what it said before, and then what comes next."""
    later = NOW + timedelta(minutes=10)
    return {
        "granted": [actions.authorize_call(request(name, pin), now=later) for name in ("over", "running")],
        "refused": actions.authorize_call(request("refused", pin), now=later),
        "extended": actions.extend_call(TANDEM, "running", sequence=1, used_seconds=30, now=later),
        "ended again": actions.end_call(TANDEM, "over", used_seconds=61, release_cause="normal", now=later),
        "other end": actions.end_call(TANDEM, "over", used_seconds=62, release_cause="normal", now=later),
        "ended": actions.end_call(TANDEM, "running", used_seconds=120, release_cause="normal", now=later),
    }


def main() -> dict[str, Any]:
    key_store.prepare()
    old_apps = migrate(OLD)
    account = uuid4()
    pin = reveal_pin(issue_pin(account, key="order:1", now=NOW).serial)
    open_books(old_apps, account)
    fill_calls(Old(old_apps, account, publish(DECK, NOW)), pin)
    migrate()
    answers = heard(pin)
    guarded = []
    for statement in ("UPDATE calls_callrecord SET charge_micros = 0", "DELETE FROM calls_callrecord"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as problem:
            guarded.append("append-only" in str(problem))
    proofs = [
        [proof.used_seconds, proof.charge_micros, proof.balance_after_micros, proof.masked_number[:6], proof.state]
        for proof in queries.calls_of_account(account)
    ]
    return {
        "answers": by_name(answers),
        "proofs": sorted(proofs),
        "audit": [repr(finding) for finding in audit()],
        "guarded": guarded,
        "missing": missing_triggers(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
