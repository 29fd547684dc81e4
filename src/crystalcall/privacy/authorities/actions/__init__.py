"""What is done with a case: recorded, scoped, approved by two, handed over or refused, and told."""

from crystalcall.privacy.authorities.actions.deciding import approve_case, refuse_case
from crystalcall.privacy.authorities.actions.handing import hand_over
from crystalcall.privacy.authorities.actions.recording import record_case, scope_case
from crystalcall.privacy.authorities.actions.telling import forget_told, tell_due

__all__ = ["approve_case", "forget_told", "hand_over", "record_case", "refuse_case", "scope_case", "tell_due"]
