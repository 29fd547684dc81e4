"""The officers' row locks: one officer at a time, before the register's head."""

from crystalcall.privacy.officers.models import Officer


def lock_officer(name: str) -> Officer | None:
    """The officer of this name, locked until the transaction ends; None for nobody."""
    return Officer.objects.select_for_update(no_key=True).filter(name=name).first()
