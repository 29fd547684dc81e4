"""One of several processes that look into the same order's payments at the same moment.

Arguments: how the gateway sees the order (two approved transactions), and the moment to begin.
"""

import os
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()  # before the rooms below can load

from crystalcall.payments.actions import examine_transaction, void_surplus  # noqa: E402 - after setup
from crystalcall.payments.models import GatewayTransaction  # noqa: E402 - after setup
from crystalcall.payments.values import Standing, TransactionDetails, Verdict, Voided  # noqa: E402 - after setup


class TwoApproved:
    """A gateway that knows two good payments of one order, and counts voids in its output."""

    def transaction_details(self, trans_id: str, /) -> TransactionDetails:
        """Both were approved for the full amount."""
        return TransactionDetails(
            trans_id=trans_id,
            verdict=Verdict.APPROVED,
            standing=Standing.CAPTURED,
            amount=Decimal("10.00"),
            submitted_at=datetime.now(tz=UTC),
            order_number="ANNA-1",
            ref_id=None,
            decline_reason=None,
        )

    def void(self, trans_id: str, _: str, /) -> Voided:
        """One line for each void that was really sent."""
        sys.stdout.write(f"void {trans_id}\n")
        return Voided(trans_id)


def main(begin_at: float) -> None:
    """Wait for the start, then look into both transactions many times and void what is surplus."""
    gateway = TwoApproved()
    time.sleep(max(0.0, begin_at - time.time()))
    for trans_id in ("1", "2") * 5:
        examine_transaction(trans_id, now=datetime.now(tz=UTC), gateway=gateway)  # type: ignore[arg-type]  # answers two of its calls
    for row_id in GatewayTransaction.objects.values_list("pk", flat=True):
        void_surplus(row_id, now=datetime.now(tz=UTC), gateway=gateway)  # type: ignore[arg-type]  # likewise


if __name__ == "__main__":
    main(float(sys.argv[1]))
