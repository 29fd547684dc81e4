"""What the desk and a writer's process say to each other: frames of bytes over a pair of sockets, read strictly.

A frame is a list of pieces, each with the number of its kind. Only what stands in the lists below can be said, so that
reading a frame makes values and nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from crystalcall.minutes.calls.desk.figures import Growth
from crystalcall.minutes.calls.desk.writing import DeskClosedError
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, End, Extend, Message, Outcome
from crystalcall.minutes.calls.values import Answered, Contradiction, Ended, Extended, Granted, Refused, UnknownCall


class Spoiled(msgspec.Struct, frozen=True):
    """A message that a mistake in the program kept from being decided."""

    error: str


class PutOff(msgspec.Struct, frozen=True):
    """A message that the database failed."""


class WriterError(Exception):
    """A mistake in the program that showed in a writer's process, whose log has the trace; nothing was done."""


_MESSAGES: Final[tuple[type[Message], ...]] = (Authorize, Answer, Extend, End)
_OUTCOMES: Final[tuple[type[Outcome | PutOff | Spoiled], ...]] = (
    Granted,
    Refused,
    Answered,
    Extended,
    Ended,
    Contradiction,
    UnknownCall,
    PutOff,
    Spoiled,
)
_MESSAGE_NUMBERS: Final[dict[type, int]] = {kind: number for number, kind in enumerate(_MESSAGES)}
_OUTCOME_NUMBERS: Final[dict[type, int]] = {kind: number for number, kind in enumerate(_OUTCOMES)}

_Pieces = list[tuple[int, msgspec.Raw]]
_ENCODER: Final = msgspec.msgpack.Encoder()
_BATCH: Final = msgspec.msgpack.Decoder(_Pieces)
_ANSWER: Final = msgspec.msgpack.Decoder(tuple[list[Growth], _Pieces])
_READ_MESSAGE: Final[tuple[Callable[[msgspec.Raw], Message], ...]] = tuple(
    msgspec.msgpack.Decoder(kind).decode for kind in _MESSAGES
)
_READ_OUTCOME: Final[tuple[Callable[[msgspec.Raw], Outcome | PutOff | Spoiled], ...]] = tuple(
    msgspec.msgpack.Decoder(kind).decode for kind in _OUTCOMES
)


def write_batch(messages: Sequence[Message]) -> bytes:
    """A batch on its way to the writer."""
    return _ENCODER.encode([(_MESSAGE_NUMBERS[type(one)], one) for one in messages])


def read_batch(frame: bytes) -> list[Message]:
    """A batch as the desk wrote it."""
    return [_READ_MESSAGE[number](piece) for number, piece in _BATCH.decode(frame)]


def write_answer(found: Sequence[Outcome | Exception], grown: Sequence[Growth]) -> bytes:
    """What became of each message, in order, and what the writer has counted meanwhile."""
    said = [_sayable(one) for one in found]
    return _ENCODER.encode((grown, [(_OUTCOME_NUMBERS[type(one)], one) for one in said]))


def read_answer(frame: bytes) -> tuple[list[Outcome | Exception], list[Growth]]:
    """An answer as the writer wrote it."""
    grown, pieces = _ANSWER.decode(frame)
    return [_heard(_READ_OUTCOME[number](piece)) for number, piece in pieces], grown


def _sayable(found: Outcome | Exception) -> object:
    if isinstance(found, DeskClosedError):
        return PutOff()
    return Spoiled(type(found).__name__) if isinstance(found, Exception) else found


def _heard(said: Outcome | PutOff | Spoiled) -> Outcome | Exception:
    if isinstance(said, PutOff):
        return DeskClosedError()
    return WriterError(said.error) if isinstance(said, Spoiled) else said
