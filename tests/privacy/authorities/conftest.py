import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from buyers import own_ledger, shop
from officers_scenery import key_files, officers

__all__ = ["key_files", "officers", "own_ledger", "shop"]


@pytest.fixture
def bought(shop, anna):
    found = shop.sells(anna)
    shop.calls(found)
    return found


@pytest.fixture
def day(shop):
    return shop.now.date()
