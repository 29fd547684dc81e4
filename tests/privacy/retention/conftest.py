import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from buyers import own_ledger, shop
from officers_scenery import filed_officers, key_files, officers

__all__ = ["filed_officers", "key_files", "officers", "own_ledger", "shop"]
