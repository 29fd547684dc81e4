import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from buyers import own_ledger, shop

__all__ = ["own_ledger", "shop"]
