"""What happens at the door, for whoever watches over the shop: a line in the log and a figure, and never whose (V16.3).

Both say at which door, which step, and how it ended, by words of closed lists. Neither an address, nor where somebody
came from, nor any id stands there, nor whether an address is known: the same words for one that is and one that is not.
What a person may see of their own sign-ins stands in their account, and what staff did in the audit.
"""

import logging
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from crystalcall.customers.contact_details import ContactProblems
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    LinkRequested,
    NotAdmittedReason,
    ProofByMailSent,
    SecondFactorNeeded,
    SignedIn,
    TooManyRequests,
)
from crystalcall.plumbing import metrics

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("crystalcall.authentication")

EVENTS: Final = metrics.counter(
    "crystalcall_authentication_events",
    "Steps of signing in and of what protects it, by door, step and outcome.",
    ("door", "step", "outcome"),
)
NOT_ADMITTED: Final = metrics.counter(
    "crystalcall_requests_not_admitted",
    "Requests of an account that were not let in, by door and reason.",
    ("door", "reason"),
)

DONE: Final = "done"
_WORDS: Final[dict[type, str]] = {
    Issued: "let_in",
    SecondFactorNeeded: "second_factor_asked",
    ProofByMailSent: "link_by_mail_first",
    LinkRequested: "asked",
    TooManyRequests: "throttled",
    ContactProblems: "details_not_taken",
}
#: What a browser of ours never sends: somebody else has the token, or the request.
_ALARMING: Final = frozenset({NotAdmittedReason.BAD_PROOF, NotAdmittedReason.REPLAYED})


def note(door: str, step: str, outcome: str, *, level: int = logging.INFO) -> None:
    """Write down and count that a step ended so; every word is of a closed list."""
    EVENTS.labels(door or "any", step, outcome).inc()
    logger.log(level, "%s: %s %s", door or "any", step, outcome)


def note_not_admitted(door: str, reason: NotAdmittedReason) -> None:
    """Count a request that was not let in; one that looks like a theft is written down as well."""
    NOT_ADMITTED.labels(door, reason.value).inc()
    if reason in _ALARMING:
        logger.warning("%s: request not admitted, %s", door, reason.value)


def noted(step: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Note how each call of an action ends; one that fails with an error is noted as that."""

    def decorated(action: Callable[P, T]) -> Callable[P, T]:
        @wraps(action)
        def watched(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                answer = action(*args, **kwargs)
            except Exception:
                note(_door(args, None), step, "error", level=logging.WARNING)
                raise
            note(_door(args, answer), step, outcome_of(answer))
            return answer

        return watched

    return decorated


def outcome_of(answer: object) -> str:
    """How an action ended, in a word: the reason of a refusal, else what was given."""
    reason = getattr(answer, "reason", None)
    if isinstance(reason, StrEnum):
        return reason.value
    return _WORDS.get(type(answer), DONE)


def _door(args: tuple[Any, ...], answer: object) -> str:
    asked = args[0] if args else None
    if isinstance(answer, Issued):
        return answer.signed_in.audience.value
    if isinstance(asked, SignedIn):
        return asked.audience.value
    return asked.value if isinstance(asked, Audience) else ""
