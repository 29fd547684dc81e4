"""The account's fraud filters: which transaction triggers which, and what follows.

At Authorize.Net they are set in the merchant's web pages; here in ``/_standin/switches``. Two ZIP codes trigger
filters that are always on, ours and unknown to Authorize.Net, so that a hold can be walked at the form.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

# Ours, not Authorize.Net's: there holds come from filters alone, which have no universal trigger.
HOLD_ZIP = "46299"
UNASKED_HOLD_ZIP = "46298"

Action = Literal["reject", "decline", "hold", "authAndHold", "report"]
#: The strictest first: of several filters that trigger, the strictest decides.
STRICTNESS: tuple[Action, ...] = ("reject", "decline", "hold", "authAndHold", "report")


class FraudFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One filter: all that it names must hold for it to trigger.

    Attributes:
        name: as reports show it.
        action: reject and decline say no; hold waits without asking the bank (252); authAndHold asks the bank and
            waits (253); report only notes.
        amount_over: dollars.
        zip_code: the first five characters of the billing ZIP.
        avs: letters of the address check.
        cvv: letters of the code check.
        per_hour: more transactions than this within an hour.
        reason_code: what a decline says: 251, or 27, 44, 45, 65 for address and code filters, 250 for an address
            of the network.
    """

    name: str
    action: Action
    amount_over: Decimal | None = None
    zip_code: str = ""
    avs: tuple[str, ...] = ()
    cvv: tuple[str, ...] = ()
    per_hour: int | None = None
    reason_code: int = 251


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a filter may look at."""

    amount: Decimal
    zip_code: str
    avs: str
    cvv: str
    last_hour: int


ALWAYS_ON = (
    FraudFilter(name=f"Stand-in trigger ZIP {HOLD_ZIP}", action="authAndHold", zip_code=HOLD_ZIP),
    FraudFilter(name=f"Stand-in trigger ZIP {UNASKED_HOLD_ZIP}", action="hold", zip_code=UNASKED_HOLD_ZIP),
)


def triggered(filters: tuple[FraudFilter, ...], seen: Seen) -> list[FraudFilter]:
    """The filters that trigger, the strictest first."""
    found = [one for one in (*ALWAYS_ON, *filters) if _holds(one, seen)]
    return sorted(found, key=lambda one: STRICTNESS.index(one.action))


def _holds(one: FraudFilter, seen: Seen) -> bool:
    conditions = (
        one.amount_over is None or seen.amount > one.amount_over,
        not one.zip_code or seen.zip_code[:5] == one.zip_code,
        not one.avs or seen.avs in one.avs,
        not one.cvv or seen.cvv in one.cvv,
        one.per_hour is None or seen.last_hour > one.per_hour,
    )
    return all(conditions)
