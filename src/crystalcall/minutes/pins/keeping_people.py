"""How this room shows a person's PINs, never a digit of one.

A PIN is a bearer secret: it works on for whoever holds the card, after its buyer was forgotten too. Who mistyped a PIN
is kept for hours as a keyed hash of two telephone numbers, which leads to no person, or of a customer's number.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.minutes.pins.actions import forget_old_misses
from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.minutes.pins.sources import source_of
from crystalcall.minutes.pins.values import Origin
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Counts, Erasing, Keeper, NameKind, Person, Section
from crystalcall.privacy.purposes import Purpose

STATES: Final = {
    "issued": pgettext_lazy("export", "not used yet"),
    "active": pgettext_lazy("export", "in use"),
    "exhausted": pgettext_lazy("export", "used up"),
    "expired": pgettext_lazy("export", "expired"),
    "blocked": pgettext_lazy("export", "blocked"),
}

PINS: Final = Section(
    "pins",
    _("Your PINs (the digits are on your order’s page only)"),
    (
        Column("card", _("Serial number of the card"), fields=("pins.Pin.serial",)),
        Column("account_id", _("Number of the credit in our books"), fields=("pins.Pin.ledger_account_id",)),
        Column("pin", _("PIN")),
        Column("state", _("State"), fields=("pins.Pin.state",), words=STATES),
        Column("issued_at", _("Made"), ColumnKind.MOMENT, ("pins.Pin.issued_at",)),
        Column("activated_at", _("First used"), ColumnKind.MOMENT, ("pins.Pin.activated_at",)),
        Column("blocked_at", _("Blocked"), ColumnKind.MOMENT, ("pins.Pin.blocked_at",)),
        Column("blocked_from", _("State before it was blocked"), fields=("pins.Pin.blocked_from",), words=STATES),
        Column("block_reason", _("Why it was blocked"), fields=("pins.Pin.block_reason",)),
    ),
)
MASKED: Final = "•••• •••• ••••"


class PinsKeeper(Keeper):
    """PINs by the account they open."""

    room = "pins"
    sections = (PINS,)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """The PINs without their digits."""
        rows = Pin.objects.filter(ledger_account_id__in=person.ids(NameKind.ACCOUNT)).order_by("pk")
        return {
            PINS.key: [
                (
                    *(row.serial, str(row.ledger_account_id), MASKED, row.state, row.issued_at, row.activated_at),
                    *(row.blocked_at, row.blocked_from, row.block_reason),
                )
                for row in rows
            ]
        }

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Forget who mistyped PINs while signed in; the cards' PINs work on for their bearers."""
        sources = [source_of(Origin(customer_id=each)) for each in person.ids(NameKind.CUSTOMER)]
        wanted = [source.fingerprint for source in sources if source is not None]
        deleted, _by_model = PinMissSource.objects.filter(source__in=wanted).delete()
        return {"pin_misses": deleted}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Delete the traces of mistyped PINs as soon as no rule needs them, which is before their class ends."""
        return {"pin_misses": forget_old_misses(now=now)} if retention == "pin_misses" else {}
