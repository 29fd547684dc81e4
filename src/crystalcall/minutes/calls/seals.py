"""How this room seals: the called number, with the answer that was given, under the key of the card that paid."""

from typing import Final
from uuid import UUID

from crystalcall.minutes.calls.models import Call
from crystalcall.privacy.keys import columns

GRANT: Final = "calls.Call.sealed_grant"


def row_of(call: UUID) -> str:
    """What a grant is bound to beyond its card: moved to another call, it does not open."""
    return f"{call.int:x}"


def declare_columns() -> None:
    """Name the sealed column, and how it was sealed before each card had a key."""
    columns.register(
        columns.PersonColumn(
            Call,
            "sealed_grant",
            "ledger_account_id",
            row=lambda call: row_of(call.id),
            old_context=lambda _subject, row: f"calls.call.grant:{row}",
        )
    )
