"""Background work of the mailings: ids only; the sweep repeats what a killed worker left."""

from crystalcall.plumbing import clock
from crystalcall.plumbing.work import task


@task
def send_notice_task(notice_id: int) -> None:
    """Try to send one notice."""
    from crystalcall.mailings.actions import send_notice  # actions enqueue this task: a circle otherwise

    send_notice(notice_id, now=clock.now())
