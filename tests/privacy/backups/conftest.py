import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from backup_office import office
from buyers import own_ledger, shop
from officers_scenery import officers

__all__ = ["office", "officers", "own_ledger", "shop"]
