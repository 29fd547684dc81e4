"""What the call room takes and gives: frozen values, each a decision with its reason.

Those that are made for every message are structures of msgspec: a frozen dataclass sets each of its fields by a call
of its own, and takes five times as long. They hold no cycles, so the collector need not look at them, and what
is only ever said to a writer's process is said without the names of its fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.calls import CallState, RefusalReason, ReleaseCause
from crystalcall.rules.fairness import FairnessReason
from crystalcall.rules.rating import Part, RateTerms, itemize


class AuthorizeRequest(Struct, frozen=True, gc=False, array_like=True):
    """A caller wants to call a number.

    ``pin`` opens a card. Without one, ``caller_number`` or ``sip_user`` would name an account; beside a PIN,
    ``caller_number`` and ``access_number`` say where the call comes from and only serve to slow guessing.
    ``slice_seconds`` asks for the first so many seconds instead of the whole affordable time.
    """

    switch_id: int
    call_id: str
    called_number: str
    pin: str | None = None
    caller_number: str | None = None
    sip_user: str | None = None
    access_number: str | None = None
    slice_seconds: int | None = None

    def __repr__(self) -> str:
        # A log shows which call it was, and neither a number nor a PIN.
        return f"AuthorizeRequest(switch_id={self.switch_id!r}, call_id={self.call_id!r})"


class DialRoute(Struct, frozen=True, gc=False, array_like=True):
    """One way to complete the call: the carrier, and what to dial there (it holds the called number)."""

    carrier: str
    dial: str

    def __repr__(self) -> str:
        return f"DialRoute(carrier={self.carrier!r})"


class GrantedDestination(Struct, frozen=True, gc=False, array_like=True):
    """Where the called number is, readable by machines (key, country, line type) and by people."""

    key: str
    country_iso2: str | None
    line_type: str
    area: str
    name_en: str
    name_ru: str


class NoticeKind(StrEnum):
    """What a switch may say to the caller before it dials."""

    CREDIT_EXPIRES = "credit_expires"
    MINUTES_EXPIRE = "minutes_expire"
    LOW_BALANCE = "low_balance"


NOTICE_MEANINGS: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        NoticeKind.CREDIT_EXPIRES: "This card's credit expires soon, at `expires_at`; `amount` is in micros.",
        NoticeKind.MINUTES_EXPIRE: "A bundle for this call expires soon, at `expires_at`; `amount` is in seconds.",
        NoticeKind.LOW_BALANCE: "The credit runs low; `amount` is what could be spent before this call, in micros.",
    }
)


class Notice(Struct, frozen=True, gc=False, array_like=True):
    """Something the caller should hear: about how much, and until when where it ends."""

    kind: NoticeKind
    amount: int
    expires_at: datetime | None = None


class Granted(Struct, frozen=True, gc=False, array_like=True):
    """The call may be made: the limit counts from the answer.

    ``minute_price_micros`` and ``connect_fee_micros`` are those of the terms that price the granted time, the
    cheapest; ``balance_micros`` is what the caller could spend before this call's hold. ``allowance_seconds`` of the
    granted time are covered by minutes that were bought in a bundle.
    """

    granted_seconds: int
    destination: GrantedDestination
    minute_price_micros: int
    connect_fee_micros: int
    balance_micros: int
    routes: tuple[DialRoute, ...]
    allowance_seconds: int = 0
    notices: tuple[Notice, ...] = ()


class Refused(Struct, frozen=True, gc=False):
    """The call may not be made, and why; nothing is held. ``retry_after_seconds`` stands where waiting helps."""

    reason: RefusalReason
    retry_after_seconds: int | None = None


class Answered(Struct, frozen=True, gc=False):
    """The answer is noted; ``granted_seconds`` is the limit that counts from it."""

    state: CallState
    answered_at: datetime
    granted_seconds: int


class Extended(Struct, frozen=True, gc=False):
    """The absolute limit since the answer; equal to the old one means that there is no more."""

    granted_seconds: int


class Ended(Struct, frozen=True, gc=False):
    """What the call cost in money and in bundled seconds, what was forgiven, and what the caller can spend now."""

    charge_micros: int
    billable_seconds: int
    balance_micros: int
    allowance_seconds: int = 0
    forgiven_micros: int = 0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The message cannot be true together with what this switch said of the call before; nothing changed."""

    message: str


@dataclass(frozen=True, slots=True)
class UnknownCall:
    """This switch never authorized a call of that name."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: how many silent calls it settled, and how many of them were never answered."""

    settled: int
    never_answered: int


@dataclass(frozen=True, slots=True)
class CallProof:
    """One call as its owner sees it, with every figure that its charge follows from.

    Of a running call the figures of use are the last known, and the balance before and after are the same. The
    overrun is time the switch cut too late, which nobody is charged for. ``masked_number`` is empty once erased.
    ``allowance_seconds`` of the billable ones were paid by bundled minutes, the rest with money. ``forgiven_micros``
    would have been charged without the rule of fairness named. ``guaranteed``: an older deck than the one in force
    priced the call, because a purchase had promised it. ``week_second`` is when in its zone's week the call was
    answered, where the price depends on that.
    """

    started_at: datetime
    state: CallState
    destination: DestinationInfo
    masked_number: str
    prefix: str
    deck_version: int
    terms: RateTerms
    granted_seconds: int
    used_seconds: int
    billable_seconds: int
    increments: int
    fee_micros: int
    charge_micros: int
    balance_before_micros: int
    balance_after_micros: int
    overrun_seconds: int
    overrun_micros: int
    release_cause: ReleaseCause | None
    allowance_seconds: int = 0
    fairness: FairnessReason | None = None
    forgiven_micros: int = 0
    guaranteed: bool = False
    week_second: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """The stretches of the call at one price each, before anything was forgiven; none where nothing was used."""
        return itemize(
            min(self.used_seconds, self.granted_seconds) if self.overrun_micros else self.used_seconds,
            self.terms,
            week_second=self.week_second,
            allowance_seconds=self.allowance_seconds,
        )


@dataclass(frozen=True, slots=True)
class CalledPlace:
    """A place that was called, a prefix by which it was priced, and how many calls went there."""

    destination: DestinationInfo
    prefix: str
    calls: int


@dataclass(frozen=True, slots=True)
class CallView:
    """A call as its switch sees it; the proof is there unless the call was refused."""

    call_id: str
    state: CallState
    refusal_reason: RefusalReason | None
    authorized_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    granted_seconds: int
    hold_micros: int
    proof: CallProof | None


@dataclass(frozen=True, slots=True)
class Guaranteed:
    """The promise stands: until then no call of the account costs more than this deck says."""

    deck_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class AccessNumberInfo:
    """A number that callers dial first, with its place in both languages."""

    e164: str
    place_en: str
    place_ru: str


@dataclass(frozen=True, slots=True)
class AccessNumberAdded:
    """The number is shown to callers from now on (or again)."""

    e164: str


@dataclass(frozen=True, slots=True)
class AccessNumberRemoved:
    """The number is no longer shown; ``was_active`` is false where it was not before."""

    e164: str
    was_active: bool


@dataclass(frozen=True, slots=True)
class BadAccessNumber:
    """What was typed is no telephone number that callers could dial, and why."""

    typed: str
    reason: str


class CallKey(Struct, frozen=True, gc=False, array_like=True):
    """How a switch names a call."""

    switch_id: int
    call_id: str
