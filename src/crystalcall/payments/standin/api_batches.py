"""Batches and their statistics, one line an account type."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from crystalcall.payments.standin import codes, settlement, transactions
from crystalcall.payments.standin.api_reports import batch_head
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.reply import Reply, is_true, text_at
from crystalcall.payments.standin.settlement import Batch
from crystalcall.payments.standin.transactions import Transaction

DEFAULT_SPAN = timedelta(hours=24)


def settled_batches(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """The batches settled between two moments; without them, of the last 24 hours."""
    try:
        first, last = _date(body, "firstSettlementDate"), _date(body, "lastSettlementDate")
    except ValueError:
        return Reply(message=codes.INVALID_FIELD.saying("A settlement date is no day of the calendar."))
    if (first is None) != (last is None):
        text = "First and last settlement date must be given both, or neither."
        return Reply(message=codes.INVALID_FIELD.saying(text))
    last = last or desk.now()
    first = first or last - DEFAULT_SPAN
    if first > last:
        return Reply(message=codes.INVALID_FIELD.saying("The first settlement date must not lie after the last."))
    days = desk.switches.batch_range_days
    if days and last - first > timedelta(days=days):
        text = f"The difference between the first and last settlement date cannot exceed {days} days."
        return Reply(message=codes.INVALID_FIELD.saying(text))
    found = settlement.between(desk.state, first, last)
    if not found:
        return Reply(message=codes.NO_RECORDS)
    counted = is_true(body, "includeStatistics")
    return Reply({"batchList": [_shown(desk, batch) if counted else batch_head(batch) for batch in found]})


def _date(body: dict[str, Any], name: str) -> datetime | None:
    """A moment of a request; without an offset it is UTC. Raises ValueError for the 30th of February."""
    text = text_at(body, name)
    if not text:
        return None
    then = datetime.fromisoformat(text)
    return then.replace(tzinfo=UTC) if then.tzinfo is None else then


def batch_statistics(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """One batch with its statistics."""
    found = settlement.find(desk.state, text_at(body, "batchId"))
    return Reply({"batch": _shown(desk, found)}) if found else Reply(message=codes.NOT_FOUND)


def _shown(desk: StandinDesk, batch: Batch) -> dict[str, Any]:
    lines = transactions.of_batch(desk.state, batch.batch_id)
    brands = sorted({item.card_brand for item in lines})
    by_brand = ([item for item in lines if item.card_brand == brand] for brand in brands)
    statistics = [_statistic(brand, items) for brand, items in zip(brands, by_brand, strict=True)]
    return batch_head(batch) | {"statistics": statistics}


def _statistic(brand: str, items: list[Transaction]) -> dict[str, Any]:
    """Charges and refunds as they settled; a chargeback later counts beside its charge, not instead of it."""
    refunds = [item for item in items if item.transaction_type == transactions.REFUND and item.takes_cents]
    charges = [item for item in items if item.transaction_type != transactions.REFUND and item.takes_cents]
    failed = [item for item in items if item.status == transactions.SETTLEMENT_ERROR]
    back = [item for item in items if item.status == transactions.CHARGEBACK]
    return {
        "accountType": brand,
        "chargeAmount": _sum(item for item in charges if item not in failed),
        "chargeCount": sum(1 for item in charges if item not in failed),
        "refundAmount": _sum(item for item in refunds if item not in failed),
        "refundCount": sum(1 for item in refunds if item not in failed),
        "voidCount": sum(1 for item in items if item.status == transactions.VOIDED),
        "declineCount": sum(1 for item in items if item.status == transactions.DECLINED),
        "errorCount": len(failed),
        "chargebackAmount": _sum(back),
        "chargebackCount": len(back),
    }


def _sum(items: Iterable[Transaction]) -> Any:
    return transactions.dollars(sum(item.takes_cents for item in items))
