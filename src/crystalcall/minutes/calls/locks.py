"""Every row lock of the call room. The order: a call, then its card, then its ledger account."""

from uuid import UUID

from crystalcall.minutes.calls.models import Call
from crystalcall.minutes.calls.values import CallKey


def lock_call(key: CallKey) -> Call | None:
    """The call of this switch and name, locked until the caller's transaction ends."""
    return Call.objects.select_for_update().filter(switch_id=key.switch_id, call_id=key.call_id).first()


def lock_silent_call(call_id: UUID) -> Call | None:
    """The call with this row id, locked; None where another sweep is at it already."""
    return Call.objects.select_for_update(skip_locked=True).filter(pk=call_id).first()
