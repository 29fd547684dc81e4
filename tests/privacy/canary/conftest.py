import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "backups"))
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))

from backup_office import office
from buyers import own_ledger, shop
from officers_scenery import key_files, officers

__all__ = ["key_files", "office", "officers", "own_ledger", "shop"]
