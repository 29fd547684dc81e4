"""How this room shows a person's calls with the numbers called, and forgets which numbers those were."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crystalcall.minutes.calls.dialling import company_name
from crystalcall.minutes.calls.keeping import erase_called_numbers, forget_answers, forget_old_records
from crystalcall.minutes.calls.models import CallRecord, QuoteGuarantee, RunningCall
from crystalcall.minutes.calls.reading import called_numbers
from crystalcall.minutes.rates.queries import decks
from crystalcall.minutes.rates.values import DestinationInfo
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
from crystalcall.rules.numbering import LineType


def _account(*models: str) -> Column:
    fields = tuple(f"calls.{model}.ledger_account_id" for model in models)
    return Column("account_id", _("Number of the credit in our books"), fields=fields)


def _shown(key: str, label: Any, kind: ColumnKind = ColumnKind.TEXT, *, of: str = "", **more: Any) -> Column:
    """A column that shows fields of a record: those named (with spaces between), or the one of its own name."""
    fields = tuple(f"calls.CallRecord.{name}" for name in (of or key).split())
    return Column(key, label, kind, fields, **more)


FAIRNESS: Final = {
    "short_call": pgettext_lazy("export", "the call was very short"),
    "failed_call": pgettext_lazy("export", "the call failed"),
    "dropped_call": pgettext_lazy("export", "the line dropped"),
}

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
        _account("Call", "CallRecord"),
        Column("card", _("Serial number of the card"), fields=("calls.Call.pin_serial",)),
        Column("called_number", _("Number called"), fields=("calls.Call.sealed_grant",)),
        _shown("destination", _("Destination"), of="destination_key country_iso2 line_type area", for_machines=True),
        _shown("destination_name", _("Destination"), of="destination_key country_iso2 line_type area"),
        _shown("prefix", _("Beginning of the number that set the price"), for_machines=True),
        Column(
            *("authorized_at", _("Asked for"), ColumnKind.MOMENT),
            fields=("calls.Call.authorized_at", "calls.CallRecord.authorized_at"),
        ),
        _shown("answered_at", _("Answered"), ColumnKind.MOMENT),
        _shown("ended_at", _("Ended"), ColumnKind.MOMENT),
        _shown("used_seconds", _("Talked"), ColumnKind.SECONDS),
        _shown("billable_seconds", _("Charged for"), ColumnKind.SECONDS),
        _shown("allowance_seconds", _("Of that paid with minutes"), ColumnKind.SECONDS),
        _shown("minute_price_micros", _("Price of a minute"), ColumnKind.MONEY),
        _shown("connect_fee_micros", _("Fee for the connection"), ColumnKind.MONEY),
        _shown("first_increment_seconds", _("First step of counting"), ColumnKind.SECONDS, for_machines=True),
        _shown("next_increment_seconds", _("Further steps of counting"), ColumnKind.SECONDS, for_machines=True),
        _shown("minimum_charge_micros", _("Least charge"), ColumnKind.MONEY, for_machines=True),
        _shown("free_up_to_seconds", _("Free up to"), ColumnKind.SECONDS, for_machines=True),
        _shown("deck_version", _("Version of the price list"), ColumnKind.INTEGER),
        _shown("is_guaranteed", _("At the prices of your purchase"), ColumnKind.FLAG),
        _shown("charge_micros", _("Cost"), ColumnKind.MONEY),
        _shown("fee_micros", _("Of that for the connection"), ColumnKind.MONEY, for_machines=True),
        _shown("forgiven_micros", _("Not charged, though it could be"), ColumnKind.MONEY),
        _shown("fairness", _("Why it was not charged"), words=FAIRNESS),
        _shown("balance_before_micros", _("On the card before the call"), ColumnKind.MONEY),
        _shown("available_after_micros", _("On the card after the call"), ColumnKind.MONEY),
        _shown("carrier", _("Telephone company that completed it"), say=company_name),
        _shown("release_cause", _("How it ended"), words=CAUSES),
        Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER),
    ),
)
RUNNING: Final = Section(
    "calls_in_progress",
    _("Calls in progress"),
    (
        _account("RunningCall"),
        Column("called_number", _("Number called"), fields=("calls.Call.sealed_grant",)),
        *(
            Column(key, label, kind, (f"calls.RunningCall.{name}",))
            for key, name, label, kind in (
                ("authorized_at", "authorized_at", _("Asked for"), ColumnKind.MOMENT),
                ("answered_at", "answered_at", _("Answered"), ColumnKind.MOMENT),
                ("held_micros", "hold_micros", _("Held for it"), ColumnKind.MONEY),
            )
        ),
    ),
)
GUARANTEES: Final = Section(
    "price_guarantees",
    _("Prices you were promised"),
    (
        _account("QuoteGuarantee"),
        Column(
            *("deck", _("Number of the price list"), ColumnKind.INTEGER),
            fields=("calls.QuoteGuarantee.deck_id",),
            for_machines=True,
        ),
        Column("deck_version", _("Version of the price list"), ColumnKind.INTEGER),
        Column("until", _("Until"), ColumnKind.MOMENT, ("calls.QuoteGuarantee.until",)),
    ),
)


class CallsKeeper(Keeper):
    """Calls by ledger account."""

    room = "calls"
    sections = (CALLS, RUNNING, GUARANTEES)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Every call whose record is kept, oldest first; a number that was erased is empty."""
        accounts = person.ids(NameKind.ACCOUNT)
        records = list(
            CallRecord.objects.filter(ledger_account_id__in=accounts).select_related("call").order_by("ended_at")
        )
        running = list(RunningCall.objects.filter(ledger_account_id__in=accounts).select_related("call"))
        calls = [*(row.call for row in records), *(row.call for row in running)]
        numbers = called_numbers(calls, purpose=purpose)
        promised = QuoteGuarantee.objects.filter(ledger_account_id__in=accounts).order_by("until", "pk")
        versions = {info.deck.id: info.deck.version for info in decks()} if promised else {}
        return {
            CALLS.key: [_record(row, numbers.get(row.call_id, "")) for row in records],
            RUNNING.key: [
                (
                    *(str(row.ledger_account_id), numbers.get(row.call_id, "")),
                    *(row.authorized_at, row.answered_at, row.hold_micros),
                )
                for row in running
            ],
            GUARANTEES.key: [
                (str(row.ledger_account_id), row.deck_id, versions.get(row.deck_id), row.until) for row in promised
            ],
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
    place = DestinationInfo(row.destination_key, row.country_iso2 or None, LineType(row.line_type), row.area)
    return (
        *(str(row.ledger_account_id), row.call.pin_serial, number),
        *(row.destination_key, place.name((get_language() or "en")[:2]), row.prefix),
        *(row.authorized_at, row.answered_at, row.ended_at),
        *(row.used_seconds, row.billable_seconds, row.allowance_seconds),
        *(row.minute_price_micros, row.connect_fee_micros),
        *(row.first_increment_seconds, row.next_increment_seconds),
        *(row.minimum_charge_micros, row.free_up_to_seconds, row.deck_version, row.is_guaranteed),
        *(row.charge_micros, row.fee_micros, row.forgiven_micros, row.fairness),
        *(row.balance_before_micros, row.available_after_micros, row.carrier, row.release_cause),
        row.call.policy_version,
    )
