"""How this room shows the limits a person set for their cards; they stay with the card, which is nobody's then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.minutes.limits.models import AccountLimits
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Keeper, NameKind, Person, Section
from crystalcall.privacy.purposes import Purpose

LIMITS: Final = Section(
    "limits",
    _("Limits set for your cards"),
    (
        *(
            Column(key, label, kind, (f"limits.AccountLimits.{field}",))
            for key, field, label, kind in (
                ("account_id", "ledger_account_id", _("Number of the credit in our books"), ColumnKind.TEXT),
                ("max_calls", "max_calls", _("Calls at once"), ColumnKind.INTEGER),
                ("day_cap_micros", "day_cap_micros", _("At most in a day"), ColumnKind.MONEY),
                ("call_cap_micros", "call_cap_micros", _("At most for a call"), ColumnKind.MONEY),
                ("call_cap_seconds", "call_cap_seconds", _("Longest call"), ColumnKind.SECONDS),
                ("allowed_countries", "allowed_countries", _("Countries allowed"), ColumnKind.PLACES),
                ("premium_allowed", "premium_allowed", _("Numbers of higher price allowed"), ColumnKind.FLAG),
                ("satellite_allowed", "satellite_allowed", _("Satellite telephones allowed"), ColumnKind.FLAG),
                ("set_at", "set_at", _("Set"), ColumnKind.MOMENT),
            )
        ),
    ),
)


class LimitsKeeper(Keeper):
    """Limits by ledger account."""

    room = "limits"
    sections = (LIMITS,)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """What was set for each card."""
        rows = AccountLimits.objects.filter(pk__in=person.ids(NameKind.ACCOUNT)).order_by("set_at", "pk")
        return {LIMITS.key: [_row(row) for row in rows]}


def _row(row: AccountLimits) -> tuple[Cell, ...]:
    return (
        str(row.pk),
        row.max_calls,
        row.day_cap_micros,
        row.call_cap_micros,
        row.call_cap_seconds,
        None if row.allowed_countries is None else tuple(row.allowed_countries),
        row.premium_allowed,
        row.satellite_allowed,
        row.set_at,
    )
