"""What can be entered into the register: a closed list, so that a new kind of act must be declared first."""

from enum import StrEnum
from typing import Final


class Book(StrEnum):
    """Which of the two books an entry stands in."""

    OPEN = "open"
    VEILED = "veiled"


class EntryKind(StrEnum):
    """What happened."""

    POLICY_ANNOUNCED = "policy_announced"
    POLICY_POSTPONED = "policy_postponed"
    POLICY_WITHDRAWN = "policy_withdrawn"
    POLICY_IN_FORCE = "policy_in_force"
    CLOCK_EXPLAINED = "clock_explained"
    PROVIDER_CONTRACT = "provider_contract"
    OFFICER_PROPOSED = "officer_proposed"
    OFFICER_ADDED = "officer_added"
    OFFICER_RETIRED = "officer_retired"
    REQUEST_OPENED = "request_opened"
    REQUEST_CLOSED = "request_closed"
    ERASURE = "erasure"
    CHILD_ERASURE = "child_erasure"
    CHILD_SUSPECTED = "child_suspected"
    SUSPICION_LIFTED = "suspicion_lifted"
    KEY_DESTROYED = "key_destroyed"
    ARCHIVE_SEALED = "archive_sealed"
    ARCHIVE_OPENED = "archive_opened"
    ARCHIVE_REWRAPPED = "archive_rewrapped"
    ARCHIVE_DESTROYED = "archive_destroyed"
    AUTHORITY_REQUEST = "authority_request"
    AUTHORITY_APPROVED = "authority_approved"
    AUTHORITY_PACKAGE = "authority_package"
    AUTHORITY_REFUSED = "authority_refused"
    AUTHORITY_NOTICE = "authority_notice"
    DISCLOSURES_OF_DAY = "disclosures_of_day"
    RETENTION_RUN = "retention_run"
    LEGAL_HOLD = "legal_hold"
    HOLD_RELEASED = "hold_released"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    ERASURES_REPLAYED = "erasures_replayed"
    LEDGER_REBUILT = "ledger_rebuilt"
    REVEALED = "revealed"
    OUTER_KEY_ROTATED = "outer_key_rotated"


#: Never in the open book before the person has been told: an order to be silent must not be inferable from it.
ALWAYS_VEILED: Final = frozenset(
    {
        EntryKind.AUTHORITY_REQUEST,
        EntryKind.AUTHORITY_APPROVED,
        EntryKind.AUTHORITY_PACKAGE,
        EntryKind.AUTHORITY_REFUSED,
        EntryKind.LEGAL_HOLD,
        EntryKind.HOLD_RELEASED,
    }
)
