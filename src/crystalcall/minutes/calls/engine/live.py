"""Calls as a page holds them: plain objects that follow each message of a batch in memory."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from crystalcall.minutes.calls.engine.offers import Offers, offers_of
from crystalcall.minutes.calls.values import Ended, Granted, Notice
from crystalcall.minutes.pins.actions import PinAccepted, PinRefused
from crystalcall.rules.calls import CallState, Grant, ReleaseCause
from crystalcall.rules.numbering import Number

# A call may ring for minutes, and a switch may repeat its last word for a while, before the sweep takes the hold back.
HOLD_SLACK: Final = timedelta(minutes=15)

_SILENT: Final = ReleaseCause.SILENT.value

KNOWN_FIELDS: Final = (*("id", "ledger_account_id", "refusal_reason", "retry_after_seconds", "authorize_digest"),)
RUNNING_FIELDS: Final = (
    *("ledger_account_id", "seat", "call_id", "offers", "granted_seconds", "slice_seconds", "hold_micros"),
    *("reservation_id", "allowances", "is_risky", "last_used_seconds", "last_sequence"),
    *("authorized_at", "answered_at", "expires_at"),
)
CHANGED_FIELDS: Final = (
    *("ledger_account_id", "seat", "granted_seconds", "hold_micros", "allowances", "last_used_seconds"),
    *("last_sequence", "answered_at", "expires_at"),
)
PAST_FIELDS: Final = (
    *("call_id", "answered_at", "granted_seconds", "release_cause", "end_digest", "charge_micros", "billable_seconds"),
    *("available_after_micros", "allowance_seconds", "forgiven_micros"),
)


class KnownCall(NamedTuple):
    """A call that was named before: granted to an account, or refused; without a digest its answer was erased."""

    id: UUID
    account_id: UUID | None
    refusal_reason: str
    retry_after_seconds: int | None
    digest: bytes | None


class BundleHold(NamedTuple):
    """Seconds of a bundle that a call holds."""

    account_id: UUID
    seconds: int


class LiveCall:
    """A running call, as it will stand once the page is written."""

    __slots__ = (
        *("account_id", "allowances", "answered_at", "authorized_at", "expires_at", "granted_seconds", "hold_micros"),
        *("id", "is_changed", "is_new", "is_risky", "last_sequence", "last_used_seconds", "offers", "reservation_id"),
        *("seat", "slice_seconds"),
    )

    def __init__(self, place: tuple[UUID, int, UUID], offers: Offers, held: Grant) -> None:
        self.account_id, self.seat, self.id = place
        self.offers = offers
        self.granted_seconds = held.seconds
        self.hold_micros = held.hold_micros
        self.reservation_id = place[2]
        self.allowances: list[BundleHold] = []
        self.slice_seconds = 0
        self.is_risky = False
        self.last_used_seconds = 0
        self.last_sequence = -1
        self.authorized_at: datetime
        self.answered_at: datetime | None = None
        self.expires_at: datetime
        self.is_new = False
        self.is_changed = False

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "LiveCall":
        """From the values of `RUNNING_FIELDS`."""
        live = cls(row[:3], offers_of(row[3]), Grant(row[4], row[6]))
        live.slice_seconds, live.reservation_id, bundles = row[5], row[7], row[8]
        live.is_risky, live.last_used_seconds, live.last_sequence = row[9:12]
        live.authorized_at, live.answered_at, live.expires_at = row[12:]
        if bundles:
            live.allowances = read_bundles(bundles)
        return live

    def begin(self, now: datetime) -> None:
        """Let the call run from now on."""
        self.is_new = True
        self.authorized_at = now
        self.expires_at = now + timedelta(seconds=self.granted_seconds) + HOLD_SLACK

    @property
    def state(self) -> CallState:
        """Where the call stands."""
        return CallState.AUTHORIZED if self.answered_at is None else CallState.ANSWERED

    @property
    def held_seconds(self) -> int:
        """What the call holds of bundles."""
        return sum(hold.seconds for hold in self.allowances) if self.allowances else 0

    @property
    def held(self) -> Grant:
        """The limit and all that is held for it."""
        return Grant(self.granted_seconds, self.hold_micros, self.held_seconds)

    def answer(self, at: datetime) -> None:
        """Note that the called side answered."""
        self.answered_at = at
        self.put_off(at)

    def put_off(self, limit_counts_from: datetime) -> None:
        """Move the sweep to the granted time and the slack; never to sooner than before."""
        due = limit_counts_from + timedelta(seconds=self.granted_seconds) + HOLD_SLACK
        self.expires_at = max(due, self.expires_at)

    def row(self) -> tuple[Any, ...]:
        """Its values in the order of `RUNNING_FIELDS`."""
        return (
            *(self.account_id, self.seat, self.id, self.offers.text, self.granted_seconds, self.slice_seconds),
            *(self.hold_micros, self.reservation_id, written_bundles(self.allowances), self.is_risky),
            *(self.last_used_seconds, self.last_sequence, self.authorized_at, self.answered_at, self.expires_at),
        )

    def changes(self) -> tuple[Any, ...]:
        """Its values in the order of `CHANGED_FIELDS`."""
        return (
            *(self.account_id, self.seat, self.granted_seconds, self.hold_micros, written_bundles(self.allowances)),
            *(self.last_used_seconds, self.last_sequence, self.answered_at, self.expires_at),
        )


class PastCall:
    """A call that is over, as far as late and repeated messages ask for it."""

    __slots__ = ("answered_at", "end_digest", "ended", "granted_seconds", "state")

    def __init__(
        self, live_until: "tuple[datetime | None, int]", cause: str, digest: bytes | None, ended: Ended
    ) -> None:
        self.answered_at, self.granted_seconds = live_until
        self.state = CallState.EXPIRED if cause == _SILENT else CallState.ENDED
        self.end_digest = digest
        self.ended = ended

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "PastCall":
        """From the values of `PAST_FIELDS`."""
        _, answered_at, granted_seconds, cause, digest, *figures = row
        return cls((answered_at, granted_seconds), cause, None if digest is None else bytes(digest), Ended(*figures))


class Opening:
    """A call on its way to be granted; it is as soon as the privacy gate has let its number go to the carriers."""

    __slots__ = ("available_micros", "card", "granted", "held", "is_risky", "notices", "number", "offers")

    def __init__(self, card: PinAccepted, number: Number, offers: Offers, *, is_risky: bool) -> None:
        self.card = card
        self.number = number
        self.offers = offers
        self.is_risky = is_risky
        self.held: Grant
        self.available_micros = 0
        self.notices: tuple[Notice, ...] = ()
        self.granted: Granted


class Entry:
    """What a page knows of one call: the row of its name, the card that its authorization shows, and where it stands.

    `opening` is what an authorization of this very page has decided.
    """

    __slots__ = ("card", "known", "live", "opening", "past")

    def __init__(self) -> None:
        self.known: KnownCall | None = None
        self.card: PinAccepted | PinRefused | None = None
        self.live: LiveCall | None = None
        self.past: PastCall | None = None
        self.opening: Opening | None = None


def read_bundles(text: str) -> list[BundleHold]:
    """The seconds held of bundles, as a row keeps them."""
    return [BundleHold(UUID(each["account"]), each["seconds"]) for each in msgspec.json.decode(text)]


def written_bundles(holds: list[BundleHold]) -> str:
    """The seconds held of bundles, for a row; empty where there are none."""
    if not holds:
        return ""
    return msgspec.json.encode([{"account": str(hold.account_id), "seconds": hold.seconds} for hold in holds]).decode()
