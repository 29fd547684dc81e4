"""Answers as they are kept for a repeat of their message: the very value that was given first comes back.

A grant is sealed under the key of its card, with the called number in it; it names the carriers, and what is dialed
there is the number. The answers to later messages hold times and sums only.
"""

from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from crystalcall.minutes.calls.engine.offers import granted_destination
from crystalcall.minutes.calls.seals import GRANT, row_of
from crystalcall.minutes.calls.values import Answered, DialRoute, Ended, Extended, Granted, Notice, NoticeKind
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.privacy.keys.opening import PurposeRefusedError, openers
from crystalcall.privacy.keys.sealing import KeyDestroyedError, Sealer
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.numbering import LineType

_GRANT: Final = GRANT.encode()
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


def seal_grant(call: UUID, kept: KeptGrant, sealer: Sealer | None) -> bytes | None:
    """The grant as it lies in the database, bound to its card and call; None where the card's key was destroyed."""
    return None if sealer is None else sealer.seal_bytes(_GRANT, _encoder.encode(kept), row_of(call).encode())


def read_grant(text: str) -> KeptGrant:
    """The grant that was sealed. Errors: msgspec.ValidationError."""
    return _grants.decode(text)


def kept_grant(call: UUID, account: UUID, sealed: bytes, policy_version: int) -> KeptGrant | None:
    """The grant of this call, to be given once more; None where nobody may or can open it any more.

    Errors: SealBrokenError.
    """
    opener = openers((account,))[account]
    try:
        text = opener.open(
            *(GRANT, sealed), purpose=Purpose.CALL_DELIVERY, collected_under=policy_version, row=row_of(call)
        )
    except (KeyDestroyedError, PurposeRefusedError):
        return None
    return read_grant(text)


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
