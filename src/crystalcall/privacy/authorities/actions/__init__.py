"""What is done with a case: recorded, scoped, approved by two, handed over or refused, and told."""

from crystalcall.privacy.authorities.actions.deciding import approve_case, refuse_case
from crystalcall.privacy.authorities.actions.handing import hand_over
from crystalcall.privacy.authorities.actions.looking import look_into
from crystalcall.privacy.authorities.actions.recording import record_case, scope_case
from crystalcall.privacy.authorities.actions.telling import forget_told, lapse_open, tell_due

__all__ = [
    "approve_case",
    "forget_told",
    "hand_over",
    "lapse_open",
    "look_into",
    "record_case",
    "refuse_case",
    "scope_case",
    "tell_due",
]
