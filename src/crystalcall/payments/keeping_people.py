"""How this room shows what it keeps of a person's payments; it has nothing to forget.

No name and no card ever reaches this room. The trace of a payment stays for the books, under an order's number that
points at nobody once the order is cut loose from its buyer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.payments.models import GatewayNotification, GatewayTransaction, Payment
from crystalcall.privacy.keepers import Cell, Column, ColumnKind, Keeper, NameKind, Person, Section
from crystalcall.privacy.purposes import Purpose

STATES: Final = {
    "open": pgettext_lazy("export", "not paid yet"),
    "declined": pgettext_lazy("export", "declined"),
    "held": pgettext_lazy("export", "under review"),
    "captured": pgettext_lazy("export", "paid"),
}
ROLES: Final = {
    "captured": pgettext_lazy("export", "paid the order"),
    "surplus": pgettext_lazy("export", "paid twice, given back"),
    "held": pgettext_lazy("export", "under review"),
    "declined": pgettext_lazy("export", "declined"),
    "disputed": pgettext_lazy("export", "being looked into"),
    "withdrawn": pgettext_lazy("export", "withdrawn"),
    "undecided": pgettext_lazy("export", "being looked into"),
}

PAYMENTS: Final = Section(
    "payments",
    _("Your payments"),
    (
        Column("order_number", _("Order number"), fields=("payments.Payment.order_number",)),
        Column("amount_micros", _("Amount"), ColumnKind.MONEY, ("payments.Payment.amount_micros",)),
        Column("state", _("State"), fields=("payments.Payment.state",), words=STATES),
        Column(
            *("last_decline_reason", _("Why it was declined")),
            fields=("payments.Payment.last_decline_reason",),
            for_machines=True,
        ),
        Column("created_at", _("Begun"), ColumnKind.MOMENT, ("payments.Payment.created_at",)),
        Column("captured_at", _("Paid"), ColumnKind.MOMENT, ("payments.Payment.captured_at",)),
    ),
)
TRANSACTIONS: Final = Section(
    "gateway_transactions",
    _("What Authorize.Net told us of your payments"),
    (
        Column("order_number", _("Order number")),
        Column(
            "transaction_id",
            _("Transaction number at Authorize.Net"),
            fields=("payments.GatewayTransaction.trans_id", "payments.GatewayNotification.trans_id"),
        ),
        Column("amount_micros", _("Amount"), ColumnKind.MONEY, ("payments.GatewayTransaction.amount_micros",)),
        Column("role", _("What it was"), fields=("payments.GatewayTransaction.role",), words=ROLES),
        Column("submitted_at", _("When"), ColumnKind.MOMENT, ("payments.GatewayTransaction.submitted_at",)),
        Column(
            *("notified_at", _("Told by Authorize.Net"), ColumnKind.MOMENT),
            fields=("payments.GatewayNotification.received_at",),
        ),
    ),
)


class PaymentsKeeper(Keeper):
    """Payments by order number."""

    room = "payments"
    sections = (PAYMENTS, TRANSACTIONS)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Payments and what the gateway said of them."""
        numbers = person.of(NameKind.ORDER)
        payments = Payment.objects.filter(order_number__in=numbers).order_by("created_at", "pk")
        found = GatewayTransaction.objects.filter(payment__order_number__in=numbers).order_by("submitted_at", "pk")
        rows = list(found.values_list("payment__order_number", "trans_id", "amount_micros", "role", "submitted_at"))
        told = GatewayNotification.objects.filter(trans_id__in=[row[1] for row in rows]).order_by("received_at")
        first: dict[str, datetime] = {}
        for trans_id, received_at in told.values_list("trans_id", "received_at"):
            first.setdefault(trans_id, received_at)
        return {
            PAYMENTS.key: list(
                payments.values_list(
                    *("order_number", "amount_micros", "state", "last_decline_reason"), "created_at", "captured_at"
                )
            ),
            TRANSACTIONS.key: [(*row, first.get(row[1])) for row in rows],
        }
