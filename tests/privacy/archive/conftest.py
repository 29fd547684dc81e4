import sys
from pathlib import Path
from uuid import uuid4

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from buyers import own_ledger, shop
from officers_scenery import key_files, officers

__all__ = ["key_files", "officers", "own_ledger", "shop"]


@pytest.fixture
def subject():
    """Somebody's opaque id."""
    return uuid4()


@pytest.fixture
def sealed(officers, subject, now):
    """Something is put away about somebody."""
    from archive_scenery import CLASS, VALUES

    from crystalcall.privacy.archive.actions import put_away

    return put_away(subject, CLASS, VALUES, now=now, collected_under=1)
