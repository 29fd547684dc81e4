"""What this room is asked and answers: frozen values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MOST_LABEL_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of a card's list, the number behind it in E.164, and what its owner calls it ("" for nothing)."""

    code: int
    number: str = field(repr=False)
    label: str = field(repr=False)


class EntryProblem(StrEnum):
    """Why an entry is not taken."""

    BAD_CODE = "bad_code"
    BAD_NUMBER = "bad_number"
    LABEL_TOO_LONG = "label_too_long"
    CARD_NUMBER = "card_number"
    """The label holds a payment card's number (clause C22)."""


@dataclass(frozen=True, slots=True)
class EntrySet:
    """The code dials this number now; `is_new` where it dialled nothing before."""

    code: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class EntryRefused:
    """Nothing was changed; every reason."""

    problems: tuple[EntryProblem, ...]
