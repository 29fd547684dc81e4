"""Lists of short codes, opened for a purpose."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q

from crystalcall.minutes.speed_dial.models import SpeedDialEntry
from crystalcall.minutes.speed_dial.seals import LABEL, NUMBER, row_of
from crystalcall.minutes.speed_dial.values import Entry
from crystalcall.privacy.keys.opening import openers
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.purposes import Purpose


def numbers_behind(dialled: Collection[tuple[UUID, int]]) -> Mapping[tuple[UUID, int], str]:
    """The numbers in E.164 behind these codes of these cards, for calls to them; what no card has is not among them.

    One statement for all, and one look at the key store. Errors: PurposeRefusedError, SealBrokenError.
    """
    wanted = Q()
    for account_id, code in dialled:
        wanted |= Q(ledger_account_id=account_id, code=code)
    rows = list(SpeedDialEntry.objects.filter(wanted)) if dialled else []
    opening = openers({row.ledger_account_id for row in rows}) if rows else {}
    found = {}
    for row in rows:
        try:
            number = opening[row.ledger_account_id].open(
                *(NUMBER, row.sealed_number),
                purpose=Purpose.CALL_DELIVERY,
                collected_under=row.policy_version,
                row=row_of(row.code),
            )
        except KeyDestroyedError:
            continue
        found[row.ledger_account_id, row.code] = number
    return found


def entries_of(account_ids: Collection[UUID], *, purpose: Purpose) -> Mapping[UUID, tuple[Entry, ...]]:
    """The lists of these cards, by code; a card without one, or whose key was destroyed, is not among them.

    Errors: PurposeRefusedError, SealBrokenError.
    """
    rows = list(SpeedDialEntry.objects.filter(ledger_account_id__in=account_ids).order_by("code"))
    opening = openers({row.ledger_account_id for row in rows}) if rows else {}
    lists: dict[UUID, tuple[Entry, ...]] = {}
    for row in rows:
        opener, bound = opening[row.ledger_account_id], row_of(row.code)
        try:
            number, label = (
                opener.open(field, blob, purpose=purpose, collected_under=row.policy_version, row=bound)
                for field, blob in ((NUMBER, row.sealed_number), (LABEL, row.sealed_label))
            )
        except KeyDestroyedError:
            continue
        lists[row.ledger_account_id] = (*lists.get(row.ledger_account_id, ()), Entry(row.code, number, label))
    return lists
