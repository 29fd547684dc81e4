"""The operator of the tests: makes and restores backups as the commands do."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyrage
import pytest


@dataclass(frozen=True)
class Office:
    """The operator's keys and the folder for backups."""

    folder: Path
    identity: Path

    def takes_backup(self, now):
        from crystalcall.privacy.backups import actions

        return actions.create(self.folder, now=now, tell=silent)

    def restores(self, made, now, *, keys=None, replaces=True, only_loads=False):
        from crystalcall.privacy.backups import actions

        plan = actions.RestorePlan(made.database.path, self.identity, keys, replaces=replaces, only_loads=only_loads)
        return actions.restore(plan, now=now, tell=silent)


def silent(what, done, whole):
    """Hears of progress and says nothing."""


@pytest.fixture
def office(tmp_path, settings) -> Office:
    """An operator whose recipient is in the settings, and whose identity lies elsewhere."""
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "stick" / "identity.txt"
    file.parent.mkdir()
    file.write_text(f"# made for a test\n{identity}\n")
    settings.CRYSTALCALL = msgspec.structs.replace(
        settings.CRYSTALCALL,
        backup_recipient=str(identity.to_public()),
        backup_folder=str(tmp_path / "backups"),
    )
    return Office(tmp_path / "backups", file)
