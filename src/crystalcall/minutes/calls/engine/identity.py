"""What a message is known by: the id of its call, and the digest of its content."""

import hmac
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from crystalcall.minutes.calls.engine.live import Entry
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, End, Extend, Lapse
from crystalcall.minutes.calls.values import AuthorizeRequest, CallKey
from crystalcall.minutes.ledger.keys import reservation_id
from crystalcall.plumbing.ids import uuid_of_bytes
from crystalcall.plumbing.sealing import blind_index
from crystalcall.plumbing.settings import current
from crystalcall.rules.calls import Step
from crystalcall.rules.numbering import Number, Unclear, read_e164, read_short_code

OLD_CONTEXT: Final = "calls.step.content"
_PERSON: Final = b"calls.content"
# Nobody can find another content for it, and it is kept for every call.
DIGEST_BYTES: Final = 16
_encode: Final = msgspec.json.Encoder().encode


def call_uuid(switch_id: int, call_id: str) -> UUID:
    """The id of the call that a switch names so: always the same, so that the primary key keeps names unique.

    128 bits of BLAKE2b (RFC 7693): no two names ever met have met in one id.
    """
    return uuid_of_bytes(blake2b(f"{switch_id}:{call_id}".encode(), digest_size=16).digest())


def allowance_reservation_id(call: UUID, allowance_account_id: UUID) -> UUID:
    """The id under which a call holds seconds of this bundle; the hold of its money has the call's own id."""
    return reservation_id(f"call:{call}:{allowance_account_id}")


_STEPS: Final[Mapping[type, str]] = MappingProxyType(
    {Answer: Step.ANSWER.value, Extend: Step.EXTEND.value, End: Step.END.value, Lapse: ""}
)


class _Asked(msgspec.Struct):
    """What an authorization asked for. The fields stand in the order of the alphabet, in which they are digested."""

    access_number: str | None
    called_number: str
    caller_number: str | None
    pin: str | None
    sip_user: str | None
    slice_seconds: int | None


def keyed_digest() -> blake2b:
    """What digests the contents of messages: each by a copy of its own, since this one has taken in the key.

    BLAKE2b takes a key itself (RFC 7693) and a third of the time that an HMAC takes.
    """
    return _keyed(current().lookup_key)


def is_same_content(kept: bytes, told: "Told") -> bool:
    """Whether the content that was digested then is this one."""
    if hmac.compare_digest(kept, told.digest):
        return True
    # The first version of the program digested in another way; what was told to it may still be repeated.
    return hmac.compare_digest(kept, blind_index(_encode(told.content()).decode(), OLD_CONTEXT)[:DIGEST_BYTES])


@lru_cache(maxsize=4)
def _keyed(key_hex: str) -> blake2b:
    """A digest that has taken in its key, to be copied."""
    return blake2b(digest_size=DIGEST_BYTES, key=bytes.fromhex(key_hex), person=_PERSON)


class Told:
    """A message, read before the transaction begins: everything about it that needs no database.

    `number` is what the called number of an authorization was read as, and `code` the short code where it is one (else
    0); `sequence` counts extensions. `entry` is what the page knows of the call, the same for every message about it.
    """

    __slots__ = ("call_id", "code", "digest", "entry", "id", "message", "number", "sequence", "step", "switch_id")

    def __init__(self, message: Authorize | Answer | Extend | End | Lapse, digesting: blake2b) -> None:
        self.message = message
        self.entry: Entry
        self.number: Number | Unclear | None = None
        self.code = 0
        self.sequence = 0
        self.step = ""
        named: AuthorizeRequest | CallKey
        if isinstance(message, Authorize):
            named = message.request
            self.number = read_e164(named.called_number)
            if isinstance(self.number, Unclear):
                self.code = read_short_code(named.called_number)
        else:
            named = message.key
            self.step = _STEPS[type(message)]
            if isinstance(message, Extend):
                self.sequence = message.sequence
        self.switch_id = named.switch_id
        self.call_id = named.call_id
        self.id = call_uuid(named.switch_id, named.call_id)
        # Two contents are the same when every field is.
        digest = digesting.copy()
        digest.update(_encode(self.content()))
        self.digest = digest.digest()

    def content(self) -> object:
        """What the message says beside whom it is about, as it is digested: fields in the order of the alphabet."""
        message = self.message
        if isinstance(message, Authorize):
            asked = message.request
            return _Asked(
                asked.access_number,
                asked.called_number,
                asked.caller_number,
                asked.pin,
                asked.sip_user,
                asked.slice_seconds,
            )
        if isinstance(message, End):
            told = {"release_cause": message.release_cause, "used_seconds": message.used_seconds}
            return told if message.carrier is None else {"carrier": message.carrier} | told
        if isinstance(message, Answer):
            return {"answered_at": message.answered_at.isoformat() if message.answered_at else None}
        return {"used_seconds": message.used_seconds} if isinstance(message, Extend) else {}
