"""Another outer key, as an operator sets it; and the key store looked at from outside."""

import secrets
from typing import Any

import msgspec

from crystalcall.plumbing.settings import current
from crystalcall.privacy.keys.sealing import forget_all


def change_outer_key(settings: Any, *, keep_previous: bool = True) -> str:
    """Set a new outer key in Django's `settings`, as after a restart of every process; gives the one before."""
    before = current().sealing_key
    settings.CRYSTALCALL = msgspec.structs.replace(
        current(), sealing_key=secrets.token_hex(32), sealing_key_previous=before if keep_previous else ""
    )
    forget_all()
    return before


def drop_previous_key(settings: Any) -> None:
    """The operator removes the old key."""
    settings.CRYSTALCALL = msgspec.structs.replace(current(), sealing_key_previous="")
    forget_all()
