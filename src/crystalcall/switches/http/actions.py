"""What the operator does with switches."""

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from crystalcall.switches.http.keys import key_hash, new_key
from crystalcall.switches.http.models import Switch
from crystalcall.switches.http.values import BadName, NameTaken, SwitchAdded, SwitchDisabled, UnknownSwitch

NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")


def add_switch(name: str, *, now: datetime) -> SwitchAdded | NameTaken | BadName:
    """Let a switch in under a new key; the key is in the answer and kept nowhere."""
    if not NAME.fullmatch(name):
        return BadName(name)
    key = new_key()
    with transaction.atomic():
        _, created = Switch.objects.get_or_create(name=name, defaults={"key_sha256": key_hash(key), "added_at": now})
    return SwitchAdded(name, key) if created else NameTaken(name)


def disable_switch(name: str) -> SwitchDisabled | UnknownSwitch:
    """Turn a switch away, from a second later at the latest; the sweep settles the calls it leaves.

    Repeating changes nothing.
    """
    with transaction.atomic():
        switches = Switch.objects.filter(name=name)
        if not switches.exists():
            return UnknownSwitch(name)
        changed = switches.filter(active=True).update(active=False)
    return SwitchDisabled(name, was_active=changed == 1)
