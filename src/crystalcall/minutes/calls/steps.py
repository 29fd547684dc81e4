"""Each message about a call is taken once: the same again gets the same answer, other content for its step none.

A message is known by switch, call, step and sequence; its content is kept as a keyed digest only. Answers are kept
sealed under the call and step they belong to, and come back as the very value that was given first, so that whoever
encodes it writes the same bytes.
"""

import hmac
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from crystalcall.minutes.calls.models import Call, CallStep
from crystalcall.minutes.calls.values import Answered, Contradiction, Ended, Extended, Granted, Refused
from crystalcall.plumbing.sealing import blind_index, seal, unseal
from crystalcall.rules.calls import Step

DIGEST_CONTEXT = "calls.step.content"
ANSWER_CONTEXT = "calls.step.answer"
StepAnswer = Granted | Refused | Answered | Extended | Ended
A = TypeVar("A", Answered, Extended, Ended)
S = TypeVar("S", bound=StepAnswer)

_KINDS: dict[str, type[StepAnswer]] = {
    "granted": Granted,
    "refused": Refused,
    "answered": Answered,
    "extended": Extended,
    "ended": Ended,
}
_NAMES: dict[type[StepAnswer], str] = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Message:
    """One message about a call: its step, its number among the extensions, and the digest of its content."""

    step: Step
    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class NotSeen:
    """The message is new."""


class AnswerMixedUpError(Exception):
    """A kept answer belongs to another kind of step: a mistake in the program."""


class _Kept(msgspec.Struct, frozen=True):
    """An answer as it is kept: which kind, and its fields."""

    kind: str
    value: msgspec.Raw


def message(step: Step, content: dict[str, Any], *, sequence: int = 0) -> Message:
    """The message with its content digested; two contents are the same when every field is."""
    text = msgspec.json.encode(content, order="sorted").decode()
    return Message(step, sequence, blind_index(text, DIGEST_CONTEXT))


def replay_authorization(call: Call, told: Message) -> Granted | Refused | Contradiction:
    """What the authorization of this call was answered; a contradiction where it was asked for something else.

    Also a contradiction where the old answer was erased: the call is long over, and nobody can tell any more whether
    the content is the same.
    """
    row = _step(call, told)
    if row is None:
        return Contradiction("This call is over and the answer given then was erased.")
    if not _same_content(row, told):
        return _other_content(told)
    answer = _answer(row, told)
    if not isinstance(answer, Granted | Refused):
        raise _mixed_up(call, told)
    return answer


def replay(call: Call, told: Message, kind: type[A]) -> A | Contradiction | NotSeen:
    """The answer given to this message before; a contradiction where the same step said something else."""
    row = _step(call, told)
    if row is None:
        return NotSeen()
    if not _same_content(row, told):
        return _other_content(told)
    answer = _answer(row, told)
    if not isinstance(answer, kind):
        raise _mixed_up(call, told)
    return answer


def remember(call: Call, told: Message, answer: S, *, now: datetime) -> S:
    """Keep the answer for a repeat of this message, and give it back."""
    CallStep.objects.create(
        call=call,
        step=told.step.value,
        sequence=told.sequence,
        content_digest=told.digest,
        sealed_answer=seal(_pack(answer), _context(call.pk, told)),
        received_at=now,
    )
    return answer


def _step(call: Call, told: Message) -> CallStep | None:
    return CallStep.objects.filter(call=call, step=told.step.value, sequence=told.sequence).first()


def _same_content(row: CallStep, told: Message) -> bool:
    return hmac.compare_digest(bytes(row.content_digest), told.digest)


def _other_content(told: Message) -> Contradiction:
    return Contradiction(f"This call was told another {told.step.value} before, with other content.")


def _answer(row: CallStep, told: Message) -> StepAnswer:
    return _unpack(unseal(bytes(row.sealed_answer), _context(row.call_id, told)))


def _mixed_up(call: Call, told: Message) -> AnswerMixedUpError:
    return AnswerMixedUpError(f"The answer kept for {told.step.value} of call {call.pk} is of another kind.")


def _context(call: UUID, told: Message) -> str:
    """Binds a sealed answer to its own message, so that one answer can never be passed off as another."""
    return f"{ANSWER_CONTEXT}:{call}:{told.step.value}:{told.sequence}"


def _pack(answer: StepAnswer) -> str:
    value = msgspec.Raw(msgspec.json.encode(asdict(answer)))
    return msgspec.json.encode(_Kept(_NAMES[type(answer)], value)).decode()


def _unpack(text: str) -> StepAnswer:
    kept = msgspec.json.decode(text.encode(), type=_Kept)
    return msgspec.json.decode(kept.value, type=_KINDS[kept.kind])
