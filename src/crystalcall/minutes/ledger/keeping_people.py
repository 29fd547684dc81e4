"""How this room shows a person's credit and its movements; the books forget nobody, since they know nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.minutes.ledger.models import LedgerAccount, Transfer
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Keeper, NameKind, Person, Section
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ledger import CALL_CODES, UNIT_USD_MICROS


def _shown(key: str, label: Any, kind: ColumnKind = ColumnKind.TEXT, *, of: str, **more: Any) -> Column:
    """A column that shows fields of the books, named with spaces between."""
    return Column(key, label, kind, tuple(f"ledger.{name}" for name in of.split()), **more)


_TOTALS: Final = "LedgerAccount.credits_posted LedgerAccount.debits_posted"

CODES: Final = {
    "call.charge": pgettext_lazy("export", "a call"),
    "order.sale": pgettext_lazy("export", "bought"),
    "card.move": pgettext_lazy("export", "moved between cards"),
    "card.refund": pgettext_lazy("export", "taken off to be paid back"),
    "credit.expired": pgettext_lazy("export", "expired"),
    "credit.dormant": pgettext_lazy("export", "expired after long rest"),
}

CREDIT: Final = Section(
    "credit",
    _("Your credit and minutes"),
    (
        _shown("account_id", _("Number of the credit in our books"), of="LedgerAccount.id LedgerAccount.holder"),
        _shown("balance_micros", _("Money left"), ColumnKind.MONEY, of=_TOTALS),
        _shown("held_micros", _("Money held for calls in progress"), ColumnKind.MONEY, of="LedgerAccount.held"),
        _shown("left_seconds", _("Talking time left"), ColumnKind.SECONDS, of=_TOTALS),
        _shown(
            "held_seconds", _("Talking time held for calls in progress"), ColumnKind.SECONDS, of="LedgerAccount.held"
        ),
        _shown("coverage", _("Good for calls to"), ColumnKind.PLACE, of="LedgerAccount.coverage"),
        _shown("opened_at", _("Opened"), ColumnKind.MOMENT, of="LedgerAccount.opened_at"),
        _shown("expires_at", _("Valid until"), ColumnKind.MOMENT, of="LedgerAccount.expires_at"),
        _shown("last_used_at", _("Last used"), ColumnKind.MOMENT, of="LedgerAccount.last_used_at"),
    ),
)
MOVEMENTS: Final = Section(
    "credit_movements",
    _("What was put on your credit and taken from it"),
    (
        _shown(
            *("account_id", _("Number of the credit in our books")),
            of="Transfer.debit_account Transfer.credit_account",
        ),
        _shown("at", _("When"), ColumnKind.MOMENT, of="Transfer.created_at"),
        _shown("reason", _("Why"), of="Transfer.code", words=CODES),
        _shown("change_micros", _("Change"), ColumnKind.MONEY, of="Transfer.amount"),
    ),
)


class LedgerKeeper(Keeper):
    """Accounts and transfers of an account that only customers can tell whose."""

    room = "ledger"
    sections = (CREDIT, MOVEMENTS)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """The accounts with the minutes beside them, and every movement of money."""
        mine = person.ids(NameKind.ACCOUNT)
        rows = LedgerAccount.objects.filter(Q(pk__in=mine) | Q(holder__in=mine)).order_by("opened_at", "pk")
        # Calls only ever debit a card; asked for by two indexes, each for what it holds.
        taken = Transfer.objects.filter(debit_account__in=mine, unit=UNIT_USD_MICROS)
        given = Transfer.objects.filter(credit_account__in=mine, unit=UNIT_USD_MICROS).exclude(code__in=CALL_CODES)
        moves = [(move, str(move.debit_account_id), -move.amount) for move in taken]
        moves += [(move, str(move.credit_account_id), move.amount) for move in given]
        return {
            CREDIT.key: [_credit(row) for row in rows],
            MOVEMENTS.key: [
                (account, move.created_at, move.code, change)
                for move, account, change in sorted(moves, key=lambda each: each[0].pk)
            ],
        }


def _credit(row: LedgerAccount) -> tuple[Cell, ...]:
    left = row.credits_posted - row.debits_posted
    return (
        str(row.pk),
        *((left, row.held, None, None) if row.unit == UNIT_USD_MICROS else (None, None, left, row.held)),
        row.coverage,
        row.opened_at,
        row.expires_at,
        row.last_used_at,
    )
