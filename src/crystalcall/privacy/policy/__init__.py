"""The privacy policy: its versions, which one is in force, and what a version allows.

Others ask here: `in_force`, `announced`, `all_versions`, `current_number`, `allows`, `new_uses`. Verbs: `actions`.
"""

from crystalcall.privacy.policy.queries import (
    agreed_versions,
    all_versions,
    allows,
    announced,
    current_number,
    in_force,
    new_uses,
)
from crystalcall.privacy.policy.values import Allowed, NewUse, NotAllowed, NotAllowedReason, Version

__all__ = [
    "Allowed",
    "NewUse",
    "NotAllowed",
    "NotAllowedReason",
    "Version",
    "agreed_versions",
    "all_versions",
    "allows",
    "announced",
    "current_number",
    "in_force",
    "new_uses",
]
