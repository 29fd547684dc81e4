"""The archive's row locks: an opening before the lots, and both before an officer and the register's head."""

from crystalcall.privacy.archive.models import ArchiveOpening


def locked_opening(reference: str) -> ArchiveOpening | None:
    """The opening of this reference, locked until the transaction ends; None where there is none."""
    return ArchiveOpening.objects.select_for_update().filter(reference=reference).first()
