"""What tests of the archive stand on: somebody about whom something was put away, and an officer who asks."""

from typing import Any
from uuid import UUID

from crystalcall.customers import seals
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.actions import request_opening
from crystalcall.privacy.register.models import RegisterEntry

CLASS = "sealed_archive"
VALUES = {seals.NAME: "Anna Hale", seals.EMAIL: "anna@example.org", seals.TELEPHONE: "+12125550142"}
WHY = "claim 17 over an order"


def asked(keys: Any, subject: UUID, now: Any, reason: str = WHY, **also: Any) -> Any:
    """What an officer gets who asks for an opening."""
    return request_opening([subject], reason, keys, now=now, **also)


def entered(kind: Any) -> Any:
    """The lines of one kind in the register."""
    return RegisterEntry.objects.filter(kind=kind.value)


def whole(bought: Any) -> Any:
    """Whoever bought, with every name."""
    return keepers.find(order_number=bought.order_number)
