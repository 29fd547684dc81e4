"""What each role of the staff may do: one table, read by every door and every act (ASVS 5.0, 8.1.1).

A right is given to roles, never to people; whoever has several roles has what each of them has, and nothing more.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """For what somebody is employed here; somebody may be employed for several things."""

    SERVICE = "service"
    """Answers customers."""
    ACCOUNTS = "accounts"
    """Looks after money."""
    PRIVACY_OFFICER = "privacy_officer"
    """Looks after people's rights. An officer with a key file (`privacy/officers`) is something else."""
    ADMINISTRATOR = "administrator"
    """Looks after the staff and the program; is told nothing about customers by it."""


class Right(StrEnum):
    """What somebody may see or do at the back office."""

    LOOK_UP = "look_up"
    """Find an order, a customer, a card; what is personal stays masked."""
    REVEAL = "reveal"
    """See what is masked, for a reason that is written down."""
    BLOCK_PIN = "block_pin"
    UNBLOCK_PIN = "unblock_pin"
    END_SIGN_INS = "end_sign_ins"
    """End every sign-in of a customer."""
    RESEND_MAIL = "resend_mail"
    """Mail an order once more to the address it has."""
    PROPOSE_CREDIT = "propose_credit"
    GIVE_CREDIT_ALONE = "give_credit_alone"
    """Give credit without a second person, up to the operator's limit for a day."""
    APPROVE_CREDIT = "approve_credit"
    SEE_MONEY_LISTS = "see_money_lists"
    """Payments held or unclear, findings about the books, refunds to be made."""
    SEE_PRIVACY_LISTS = "see_privacy_lists"
    """Requests of people, tasks at providers, the clock of the policy."""
    SEE_SYSTEM_LISTS = "see_system_lists"
    """What the program found about itself."""
    SEE_AUDIT = "see_audit"
    SEE_STAFF = "see_staff"


_SERVICE, _ACCOUNTS, _PRIVACY, _ADMINISTRATOR = Role

MAY: Final[Mapping[Right, frozenset[Role]]] = {
    Right.LOOK_UP: frozenset({_SERVICE, _ACCOUNTS, _PRIVACY}),
    Right.REVEAL: frozenset({_SERVICE, _PRIVACY}),
    Right.BLOCK_PIN: frozenset({_SERVICE}),
    Right.UNBLOCK_PIN: frozenset({_SERVICE}),
    Right.END_SIGN_INS: frozenset({_SERVICE, _PRIVACY}),
    Right.RESEND_MAIL: frozenset({_SERVICE}),
    Right.PROPOSE_CREDIT: frozenset({_SERVICE, _ACCOUNTS}),
    Right.GIVE_CREDIT_ALONE: frozenset({_ACCOUNTS}),
    Right.APPROVE_CREDIT: frozenset({_ACCOUNTS}),
    Right.SEE_MONEY_LISTS: frozenset({_ACCOUNTS}),
    Right.SEE_PRIVACY_LISTS: frozenset({_PRIVACY}),
    Right.SEE_SYSTEM_LISTS: frozenset({_ADMINISTRATOR}),
    Right.SEE_AUDIT: frozenset({_PRIVACY, _ADMINISTRATOR}),
    Right.SEE_STAFF: frozenset({_ADMINISTRATOR}),
}
"""Which roles give which right. What stands in no line nobody may."""


def may(roles: Collection[Role], right: Right) -> bool:
    """Whether somebody with these roles may do this."""
    return not MAY[right].isdisjoint(roles)


def rights_of(roles: Collection[Role]) -> frozenset[Right]:
    """Everything that somebody with these roles may do."""
    return frozenset(right for right in Right if may(roles, right))
