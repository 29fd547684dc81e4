"""The numbers that were called, opened for a purpose: for the person who called them, and for nobody else."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from crystalcall.minutes.calls.engine.answers import read_grant
from crystalcall.minutes.calls.models import Call
from crystalcall.minutes.calls.seals import GRANT, row_of
from crystalcall.privacy.keys.opening import openers
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.purposes import Purpose

#: The fields of a call that `SealedCall` is made of.
SEALED_FIELDS: Final = ("id", "ledger_account_id", "sealed_grant", "policy_version")


class SealedCall(NamedTuple):
    """A call as far as reading its number needs it."""

    pk: UUID
    ledger_account_id: UUID | None
    sealed_grant: bytes | None
    policy_version: int


def called_numbers(calls: Collection[Call | SealedCall], *, purpose: Purpose) -> dict[UUID, str]:
    """The called number of each call in E.164; a call whose number or key was destroyed is not among them.

    Errors: PurposeRefusedError, SealBrokenError.
    """
    sealed = {row.pk: row for row in calls if row.sealed_grant and row.ledger_account_id}
    opening = openers({row.ledger_account_id for row in sealed.values() if row.ledger_account_id})
    numbers = {}
    for call_id, row in sealed.items():
        opener = opening[row.ledger_account_id]  # type: ignore[index]  # those without an account were left out
        try:
            text = opener.open(
                *(GRANT, row.sealed_grant or b""),
                purpose=purpose,
                collected_under=row.policy_version,
                row=row_of(call_id),
            )
        except KeyDestroyedError:
            continue
        numbers[call_id] = read_grant(text).number
    return numbers
