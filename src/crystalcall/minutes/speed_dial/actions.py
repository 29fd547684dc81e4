"""What the owner of a card does with its list: each verb is one transaction, and may be repeated without harm."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from crystalcall.customers.card_numbers import holds_card_number
from crystalcall.minutes.speed_dial.models import SpeedDialEntry
from crystalcall.minutes.speed_dial.queries import entries_of
from crystalcall.minutes.speed_dial.seals import LABEL, NUMBER, row_of
from crystalcall.minutes.speed_dial.values import MOST_LABEL_CHARACTERS, Entry, EntryProblem, EntryRefused, EntrySet
from crystalcall.privacy.keys.sealing import sealers
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.numbering import MOST_ENTRIES, Number, read_number


def set_entry(account_id: UUID, code: int, typed_number: str, label: str) -> EntrySet | EntryRefused:
    """Have a code of this card dial a number, in place of what it dialled before.

    Numbers of premium rate and others that no card may call are none here.
    """
    number, label = read_number(typed_number.strip()), " ".join(label.split())
    problems = []
    if not 1 <= code <= MOST_ENTRIES:
        problems.append(EntryProblem.BAD_CODE)
    if not isinstance(number, Number):
        problems.append(EntryProblem.BAD_NUMBER)
    if len(label) > MOST_LABEL_CHARACTERS:
        problems.append(EntryProblem.LABEL_TOO_LONG)
    elif holds_card_number(label):
        problems.append(EntryProblem.CARD_NUMBER)
    if problems or not isinstance(number, Number):
        return EntryRefused(tuple(problems))
    with transaction.atomic():
        return EntrySet(code, _keep(account_id, Entry(code, number.e164, label)))


def remove_entry(account_id: UUID, code: int) -> bool:
    """Have a code dial nothing any more; whether it dialled something."""
    return SpeedDialEntry.objects.filter(ledger_account_id=account_id, code=code).delete()[0] > 0


def copy_entries(from_account: UUID, to_account: UUID) -> int:
    """Give a card what another has, except where a code of it dials something already; gives how many were copied."""
    with transaction.atomic():
        there = set(SpeedDialEntry.objects.filter(ledger_account_id=to_account).values_list("code", flat=True))
        lists = entries_of([from_account], purpose=Purpose.CUSTOMER_SERVICE)
        copied = [entry for entry in lists.get(from_account, ()) if entry.code not in there]
        for entry in copied:
            _keep(to_account, entry)
    return len(copied)


def forget_entries(account_ids: Collection[UUID]) -> int:
    """Take the whole lists of these cards away; gives how many entries that were."""
    return SpeedDialEntry.objects.filter(ledger_account_id__in=account_ids).delete()[0]


def _keep(account_id: UUID, entry: Entry) -> bool:
    sealer, bound = sealers([account_id])[account_id], row_of(entry.code)
    _row, is_new = SpeedDialEntry.objects.update_or_create(
        ledger_account_id=account_id,
        code=entry.code,
        defaults={
            "sealed_number": sealer.seal(NUMBER, entry.number, bound),
            "sealed_label": sealer.seal(LABEL, entry.label, bound),
            "policy_version": current_number(),
        },
    )
    return is_new
