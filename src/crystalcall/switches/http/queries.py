"""Which switches there are, and whose a key is."""

from django.db import connection

from crystalcall.switches.http.keys import key_hash
from crystalcall.switches.http.models import Switch
from crystalcall.switches.http.values import SwitchInfo


def switch_of_key(key: str) -> SwitchInfo | None:
    """The active switch whose key this is; None for every other text."""
    row = Switch.objects.filter(key_sha256=key_hash(key), active=True).first()
    return None if row is None else _info(row)


def active_keys() -> dict[bytes, int]:
    """The active switches' ids by the hash of their key."""
    return {bytes(key): pk for key, pk in Switch.objects.filter(active=True).values_list("key_sha256", "pk")}


def switches() -> tuple[SwitchInfo, ...]:
    """Every switch by name, disabled ones too."""
    return tuple(_info(row) for row in Switch.objects.order_by("name"))


def database_answers() -> bool:
    """Whether the database answers; true, or the error of the database driver."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() is not None


def _info(row: Switch) -> SwitchInfo:
    return SwitchInfo(id=row.pk, name=row.name, active=row.active, added_at=row.added_at)
