"""How this room shows the lists of a person's cards, and forgets them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.minutes.speed_dial.actions import forget_entries
from crystalcall.minutes.speed_dial.queries import entries_of
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Counts, Erasing, Keeper, NameKind, Person, Section
from crystalcall.privacy.purposes import Purpose

ENTRIES: Final = Section(
    "speed_dial",
    _("Speed dial of your cards"),
    tuple(
        Column(key, label, kind, (f"speed_dial.SpeedDialEntry.{field}",))
        for key, field, label, kind in (
            ("account_id", "ledger_account_id", _("Number of the credit in our books"), ColumnKind.TEXT),
            ("code", "code", _("Short code"), ColumnKind.INTEGER),
            ("number", "sealed_number", _("Number"), ColumnKind.TEXT),
            ("label", "sealed_label", _("Who that is"), ColumnKind.TEXT),
        )
    ),
)


class SpeedDialKeeper(Keeper):
    """Lists by ledger account."""

    room = "speed_dial"
    sections = (ENTRIES,)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Every code of every card."""
        lists = entries_of(person.ids(NameKind.ACCOUNT), purpose=purpose)
        return {
            ENTRIES.key: [
                (str(account_id), entry.code, entry.number, entry.label)
                for account_id, entries in lists.items()
                for entry in entries
            ]
        }

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Take the lists away: no call needs them."""
        return {"speed_dial": forget_entries(person.ids(NameKind.ACCOUNT))}
