"""How this room shows a person's calls with the numbers called, and forgets which numbers those were."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.minutes.calls.keeping import erase_called_numbers, forget_answers, forget_old_records
from crystalcall.minutes.calls.models import CallRecord, QuoteGuarantee, RunningCall
from crystalcall.minutes.calls.reading import called_numbers
from crystalcall.privacy.keepers import (
    Cell,
    Column,
    ColumnKind,
    Counts,
    Erasing,
    Keeper,
    NameKind,
    Person,
    Section,
)
from crystalcall.privacy.purposes import Purpose

_ACCOUNT: Final = Column("account_id", _("Number of the credit in our books"))

CAUSES: Final = {
    "normal": pgettext_lazy("export", "somebody hung up"),
    "limit_reached": pgettext_lazy("export", "the time was up"),
    "canceled": pgettext_lazy("export", "given up before the answer"),
    "busy": pgettext_lazy("export", "busy"),
    "no_answer": pgettext_lazy("export", "no answer"),
    "rejected": pgettext_lazy("export", "rejected"),
    "unreachable": pgettext_lazy("export", "not reachable"),
    "congestion": pgettext_lazy("export", "lines were busy"),
    "dropped": pgettext_lazy("export", "broke off"),
    "failed": pgettext_lazy("export", "failed"),
    "other": pgettext_lazy("export", "otherwise"),
    "silent": pgettext_lazy("export", "the exchange fell silent"),
}

CALLS: Final = Section(
    "calls",
    _("Your calls"),
    (
        _ACCOUNT,
        Column("called_number", _("Number called"), fields=("calls.Call.sealed_grant",)),
        Column("destination", _("Destination")),
        Column("authorized_at", _("Asked for"), ColumnKind.MOMENT),
        Column("answered_at", _("Answered"), ColumnKind.MOMENT),
        Column("ended_at", _("Ended"), ColumnKind.MOMENT),
        Column("used_seconds", _("Talked"), ColumnKind.SECONDS),
        Column("billable_seconds", _("Charged for"), ColumnKind.SECONDS),
        Column("charge_micros", _("Cost"), ColumnKind.MONEY),
        Column("forgiven_micros", _("Not charged, though it could be"), ColumnKind.MONEY),
        Column("carrier", _("Telephone company that completed it")),
        Column("release_cause", _("How it ended"), words=CAUSES),
        Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER),
    ),
)
RUNNING: Final = Section(
    "calls_in_progress",
    _("Calls in progress"),
    (
        _ACCOUNT,
        Column("called_number", _("Number called"), fields=("calls.Call.sealed_grant",)),
        Column("authorized_at", _("Asked for"), ColumnKind.MOMENT),
        Column("answered_at", _("Answered"), ColumnKind.MOMENT),
        Column("held_micros", _("Held for it"), ColumnKind.MONEY),
    ),
)
GUARANTEES: Final = Section(
    "price_guarantees",
    _("Prices you were promised"),
    (
        _ACCOUNT,
        Column("deck", _("Number of the price list"), ColumnKind.INTEGER),
        Column("until", _("Until"), ColumnKind.MOMENT),
    ),
)


class CallsKeeper(Keeper):
    """Calls by ledger account."""

    room = "calls"
    sections = (CALLS, RUNNING, GUARANTEES)

    def export(self, person: Person, *, now: datetime) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Every call whose record is kept, oldest first; a number that was erased is empty."""
        accounts = person.ids(NameKind.ACCOUNT)
        records = list(
            CallRecord.objects.filter(ledger_account_id__in=accounts).select_related("call").order_by("ended_at")
        )
        running = list(RunningCall.objects.filter(ledger_account_id__in=accounts).select_related("call"))
        calls = [*(row.call for row in records), *(row.call for row in running)]
        numbers = called_numbers(calls, purpose=Purpose.PRIVACY_REQUEST)
        promised = QuoteGuarantee.objects.filter(ledger_account_id__in=accounts).order_by("until", "pk")
        return {
            CALLS.key: [_record(row, numbers.get(row.call_id, "")) for row in records],
            RUNNING.key: [
                (
                    *(str(row.ledger_account_id), numbers.get(row.call_id, "")),
                    *(row.authorized_at, row.answered_at, row.hold_micros),
                )
                for row in running
            ],
            GUARANTEES.key: [(str(row.ledger_account_id), row.deck_id, row.until) for row in promised],
        }

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Forget which numbers were called; charges and proofs stay, of an account that is nobody's.

        A call in progress keeps its number until it is over; the key it is sealed under is destroyed all the same.
        """
        return {"called_numbers": erase_called_numbers(person.ids(NameKind.ACCOUNT))}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Give up records that are too old, and answers that no switch asks for again."""
        if retention == "call_record":
            kept = forget_old_records(now)
            return {"call_records": kept.records, "months_of_records": kept.months, "calls": kept.calls}
        return {"call_answers": forget_answers(now)} if retention == "call_answer" else {}


def _record(row: CallRecord, number: str) -> tuple[Cell, ...]:
    return (
        str(row.ledger_account_id),
        number,
        row.destination_key,
        row.authorized_at,
        row.answered_at,
        row.ended_at,
        row.used_seconds,
        row.billable_seconds,
        row.charge_micros,
        row.forgiven_micros,
        row.carrier,
        row.release_cause,
        row.call.policy_version,
    )
