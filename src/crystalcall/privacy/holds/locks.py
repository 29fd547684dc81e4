"""The holds' row locks: one hold at a time, before the register's head."""

from crystalcall.privacy.holds.models import LegalHold


def lock_hold(reference: str) -> LegalHold | None:
    """The hold of this reference, locked until the transaction ends; None where there is none."""
    return LegalHold.objects.select_for_update().filter(reference=reference).first()
