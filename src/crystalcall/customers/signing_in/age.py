"""The age question and its pass: signed, for half an hour, used once; the birth date is kept nowhere (clause C19)."""

import base64
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from crystalcall.customers.signing_in.once import use_once, was_used
from crystalcall.customers.signing_in.values import AgeNotTaken, AgePass, AgeProblem, TooYoung
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.sealing import blind_index
from crystalcall.privacy.policy.queries import in_force
from crystalcall.rules.signing_in import AgeAnswer, judge_age

VALID: Final = timedelta(minutes=30)
QUESTION: Final = "signing_in.age_question"
PASS: Final = "signing_in.age_pass"  # noqa: S105 - a context
LONGEST: Final = 200


def age_question(*, now: datetime) -> str:
    """What a fresh form of the age question carries; the form counts once."""
    return _signed(QUESTION, now)


def age_pass(question: str, year: str | int, month: str | int, *, now: datetime) -> AgePass | TooYoung | AgeNotTaken:
    """The answer to the age question; what was answered is forgotten with this call.

    Whoever is too young has used up the form: going back and saying another year is not taken.
    """
    if not _use(QUESTION, question, now):
        return AgeNotTaken(AgeProblem.FORM_USED, age_question(now=now))
    born = _whole(year), _whole(month)
    answer = judge_age(*born, now.date(), minimum_years=in_force(now).practices.minimum_age)
    if answer is AgeAnswer.NOT_A_DATE:
        return AgeNotTaken(AgeProblem.NOT_A_DATE, age_question(now=now))
    return TooYoung() if answer is AgeAnswer.TOO_YOUNG else AgePass(_signed(PASS, now))


def holds(value: str, now: datetime) -> bool:
    """Whether a pass would let somebody register now; it is not used up."""
    return _is_ours(PASS, value, now) and not was_used(_digest(PASS, value))


def use(value: str, now: datetime) -> bool:
    """Whether a pass lets somebody register; it does so once."""
    return _use(PASS, value, now)


def _whole(typed: str | int) -> int:
    text = str(typed).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0  # noqa: PLR2004 - digits of a year


def _signed(context: str, now: datetime) -> str:
    content = f"{int((now + VALID).timestamp())}.{random_token()}"
    return f"{content}.{_mac(context, content)}"


def _use(context: str, value: str, now: datetime) -> bool:
    if not _is_ours(context, value, now):
        return False
    until = datetime.fromtimestamp(int(value.partition(".")[0]) + 1, tz=UTC)
    return use_once(_digest(context, value), until)


def _is_ours(context: str, value: str, now: datetime) -> bool:
    if len(value) > LONGEST or not value.isascii():
        return False
    content, _point, mac = value.rpartition(".")
    if not hmac.compare_digest(mac, _mac(context, content)):
        return False
    return now.timestamp() < int(content.partition(".")[0])


def _mac(context: str, content: str) -> str:
    return base64.urlsafe_b64encode(blind_index(content, context)).rstrip(b"=").decode()


def _digest(context: str, value: str) -> bytes:
    return blind_index(value, f"{context}.used")
