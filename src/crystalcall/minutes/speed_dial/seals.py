"""How this room seals: number and label under the key of the card, each bound to its code."""

from typing import Final

from crystalcall.minutes.speed_dial.models import SpeedDialEntry
from crystalcall.privacy.keys import columns

NUMBER: Final = "speed_dial.SpeedDialEntry.sealed_number"
LABEL: Final = "speed_dial.SpeedDialEntry.sealed_label"


def row_of(code: int) -> str:
    """What a value is bound to beyond its card: moved to another code, it does not open."""
    return str(code)


def declare_columns() -> None:
    """Name this room's sealed columns."""
    columns.register(
        *(
            columns.PersonColumn(SpeedDialEntry, name, "ledger_account_id", row=lambda entry: row_of(entry.code))
            for name in ("sealed_number", "sealed_label")
        )
    )
