import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from officers_scenery import key_files

__all__ = ["key_files"]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """An operator's own folder with the real first version in it."""
    from editions import first_version

    place = first_version(tmp_path / "policy")
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, policy_folder=str(place))
    return place


@pytest.fixture
def second(folder: Path) -> Path:
    """A second version beside it, whose only new use is price notices; the first never had it."""
    from editions import add_version, drop_use, introduce

    drop_use(folder / "0001", "price_notice")
    place = add_version(folder, 2)
    introduce(place, "price_notice", 2)
    return place


@pytest.fixture
def widened(folder: Path) -> Path:
    """A second version without any new purpose: telephone numbers serve one that addresses always served."""
    from editions import add_version, extend

    place = add_version(folder, 2)
    extend(place, "user.contact.phone_number", "price_notice")
    return place


@pytest.fixture
def zone(settings: Any) -> Callable[[str], None]:
    """Moves the store into another time zone."""

    def move(name: str) -> None:
        settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, store_time_zone=name)

    return move
