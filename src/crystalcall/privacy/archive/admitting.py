"""What may be put away at all: only what the inventory keeps for the records, never what was given for offers alone.

A rule of its own, asked for every value, so that no caller can put away what the policy says is never kept (C13, C19).
"""

from crystalcall.privacy.archive.values import NotKeptReason
from crystalcall.privacy.inventory import Personal, declaration_of
from crystalcall.privacy.purposes import FACTS, LegalBasis, Purpose
from crystalcall.privacy.retention_classes import CLASSES, Clock

CHILDREN = "user.childrens"


def why_not(field: str) -> NotKeptReason | None:
    """Why values of a declared field are never put away; None where they may be."""
    declared = declaration_of(field)
    if not isinstance(declared, Personal) or declared.erase != "keep_for_records":
        return NotKeptReason.NOT_DECLARED
    others = set(declared.purposes) - {Purpose.RECORD_KEEPING}
    by_consent = bool(others) and all(FACTS[each].basis is LegalBasis.CONSENT for each in others)
    if by_consent or declared.retention == "until_stopped":
        return NotKeptReason.MARKETING
    if declared.category == CHILDREN or declared.category.startswith(f"{CHILDREN}."):
        return NotKeptReason.CHILD
    return None if Purpose.RECORD_KEEPING in declared.purposes else NotKeptReason.NOT_DECLARED


def is_timed(archive_class: str) -> bool:
    """Whether a retention class counts from the sealing and comes to an end."""
    rule = CLASSES.get(archive_class)
    return rule is not None and rule.clock is Clock.SEALED and rule.period is not None
