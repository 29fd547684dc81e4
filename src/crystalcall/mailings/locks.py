"""Every row lock of the mailings."""

from crystalcall.mailings.models import Notice


def locked_notice(notice_id: int) -> Notice | None:
    """The notice, locked until the caller's transaction ends, or None."""
    return Notice.objects.select_for_update().filter(pk=notice_id).first()
