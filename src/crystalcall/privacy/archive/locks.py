"""The archive's row locks: an opening before lots and an authority's case, all before an officer and the register."""

from crystalcall.privacy.archive.models import ArchiveOpening, ArchiveRewrap


def locked_opening(reference: str) -> ArchiveOpening | None:
    """The opening of this reference, locked until the transaction ends; None where there is none."""
    return ArchiveOpening.objects.select_for_update().filter(reference=reference).first()


def locked_rewrap(reference: str) -> ArchiveRewrap | None:
    """The rewrap of this reference, locked until the transaction ends; None where there is none."""
    return ArchiveRewrap.objects.select_for_update().filter(reference=reference).first()
