"""Answers as they are kept for a repeat of their message: the very value that was given first comes back.

A grant is sealed with the called number in it; it names the carriers, and what is dialed there is the number. The
answers to later messages hold times and sums only.
"""

from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from crystalcall.minutes.calls.engine.offers import granted_destination
from crystalcall.minutes.calls.values import Answered, DialRoute, Ended, Extended, Granted, Notice, NoticeKind
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.plumbing.sealing import seal, unseal
from crystalcall.rules.numbering import LineType

GRANT_CONTEXT: Final = "calls.call.grant"
S = TypeVar("S", Answered, Extended, Ended)


class KeptGrant(msgspec.Struct, frozen=True, array_like=True):
    """A grant without what follows from the rest of it: names of places, and the number beside each carrier."""

    number: str
    granted_seconds: int
    destination: tuple[str, str | None, str, str]
    minute_price_micros: int
    connect_fee_micros: int
    balance_micros: int
    carriers: tuple[str, ...]
    allowance_seconds: int
    notices: tuple[tuple[str, int, datetime | None], ...]

    @classmethod
    def of(cls, granted: Granted, number: str) -> "KeptGrant":
        """What is kept of a grant of this number."""
        there = granted.destination
        return cls(
            number,
            granted.granted_seconds,
            (there.key, there.country_iso2, there.line_type, there.area),
            granted.minute_price_micros,
            granted.connect_fee_micros,
            granted.balance_micros,
            tuple([route.carrier for route in granted.routes]),
            granted.allowance_seconds,
            tuple([(each.kind.value, each.amount, each.expires_at) for each in granted.notices]),
        )


_grants: Final = msgspec.json.Decoder(KeptGrant)
_encoder: Final = msgspec.json.Encoder()


def seal_grant(call: UUID, kept: KeptGrant) -> bytes:
    """The grant as it lies in the database, bound to its call."""
    return seal(_encoder.encode(kept).decode(), f"{GRANT_CONTEXT}:{call.int:x}")


def unseal_grant(call: UUID, sealed: bytes) -> KeptGrant:
    """The grant that was sealed for this call. Errors: SealBrokenError."""
    return _grants.decode(unseal(sealed, f"{GRANT_CONTEXT}:{call.int:x}"))


def granted_again(kept: KeptGrant) -> Granted:
    """The answer as it was given."""
    key, country, line, area = kept.destination
    return Granted(
        granted_seconds=kept.granted_seconds,
        destination=granted_destination(DestinationInfo(key, country, LineType(line), area)),
        minute_price_micros=kept.minute_price_micros,
        connect_fee_micros=kept.connect_fee_micros,
        balance_micros=kept.balance_micros,
        routes=tuple(DialRoute(carrier, kept.number.removeprefix("+")) for carrier in kept.carriers),
        allowance_seconds=kept.allowance_seconds,
        notices=tuple(Notice(NoticeKind(kind), amount, until) for kind, amount, until in kept.notices),
    )


def written(answer: Answered | Extended | Ended) -> str:
    """The answer to a step as it is kept."""
    return _encoder.encode(answer).decode()


def read(text: str, kind: type[S]) -> S:
    """The answer that was kept. Errors: msgspec.ValidationError where it is of another kind."""
    return msgspec.json.decode(text, type=kind)
