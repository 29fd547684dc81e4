"""What is known of PINs, as frozen values without a digit of them."""

from uuid import UUID

from crystalcall.minutes.pins.models import Pin
from crystalcall.minutes.pins.values import PinInfo
from crystalcall.rules.pins import PinState

__all__ = ["PinInfo", "info_of", "pin", "pins_of_account"]


def pin(serial: str) -> PinInfo | None:
    """The PIN of this serial, or None."""
    row = Pin.objects.filter(serial=serial).first()
    return info_of(row) if row else None


def pins_of_account(account_id: UUID) -> tuple[PinInfo, ...]:
    """The PINs that open this account, the oldest first."""
    return tuple(info_of(row) for row in Pin.objects.filter(ledger_account_id=account_id).order_by("pk"))


def info_of(row: Pin) -> PinInfo:
    """A row of this room as the value that others see."""
    return PinInfo(
        serial=row.serial,
        account_id=row.ledger_account_id,
        state=PinState(row.state),
        issued_at=row.issued_at,
        blocked_at=row.blocked_at,
        block_reason=row.block_reason,
    )
