"""What guards the record of disclosures: nobody changes one, and nobody deletes one that is to be kept.

The usual triggers of an append-only table (see `plumbing.append_only`), but for one door: a disclosure before the
horizon of `DisclosureHorizon` may be deleted, since the class "disclosure" ends. The horizon only rises.
"""

from typing import Final

from crystalcall.plumbing.horizons import Horizon

TABLE: Final = "privacy_disclosure"
HORIZON: Final = "privacy_disclosurehorizon"

_GUARD: Final = Horizon(TABLE, "disclosed_at", HORIZON)

open_door = _GUARD.open_door
operations = _GUARD.operations
