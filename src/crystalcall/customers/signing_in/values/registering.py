"""Registering: the age question, the registration, what is wrong with it."""

from dataclasses import dataclass, field
from enum import StrEnum

from crystalcall.rules.signing_in import PasswordProblemReason


@dataclass(frozen=True, slots=True)
class AgePass:
    """Leave to register, once, within half an hour. It says nothing about the birth date."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TooYoung:
    """Nobody registers, and nothing was kept (clause C19)."""


class AgeProblem(StrEnum):
    """Why the age question's form was not taken."""

    NOT_A_DATE = "not_a_date"
    FORM_USED = "form_used"
    """The form was answered already or is too old: show a fresh one."""


@dataclass(frozen=True, slots=True)
class AgeNotTaken:
    """The age question is to be asked again; `question` is the next form's."""

    reason: AgeProblem
    question: str


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """What somebody types to register; not read yet."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str | None = field(repr=False)
    password: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class PasswordProblem:
    """The password is not taken, and why; nothing else happened."""

    reason: PasswordProblemReason


@dataclass(frozen=True, slots=True)
class Registered:
    """A mail is on its way: to a new address a link, to a known one an explanation. The same answer for both."""


class RegistrationRefusal(StrEnum):
    """Why a registration was not even received."""

    NO_AGE_PASS = "no_age_pass"  # noqa: S105 - a word
    """Missing, used, or older than half an hour: ask the age question again."""
    BUSY = "busy"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class RegistrationRefused:
    """Nothing was kept."""

    reason: RegistrationRefusal
    wait_seconds: int = 0
