"""What this room is asked and answers: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from crystalcall.rules.limits import Carried, Guards, Limits

__all__ = [
    "BadLimits",
    "BadRiskFile",
    "BadRiskPrefix",
    "Carried",
    "CarriedOver",
    "CountriesDiffer",
    "Guards",
    "LimitChanges",
    "Limits",
    "OwnLimits",
    "RiskFileProblem",
    "RiskImported",
    "RiskRangeAdded",
    "RiskRangeInfo",
    "RiskRangeRemoved",
]


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """What was set for one card itself; None is no wish, and then the operator's setting or nothing bounds it."""

    max_calls: int | None = None
    day_cap_micros: int | None = None
    call_cap_micros: int | None = None
    call_cap_seconds: int | None = None
    allowed_countries: tuple[str, ...] | None = None
    premium_allowed: bool = False
    satellite_allowed: bool = False


class LimitChanges(TypedDict, total=False):
    """What is to be set anew; what is not named stays. None takes a limit away; countries are ISO 3166 codes."""

    max_calls: int | None
    day_cap_micros: int | None
    call_cap_micros: int | None
    call_cap_seconds: int | None
    allowed_countries: tuple[str, ...] | None
    premium_allowed: bool
    satellite_allowed: bool


@dataclass(frozen=True, slots=True)
class BadLimits:
    """The limits make no sense: which field, in the words of `OwnLimits`, and what is wrong with it."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The limits of the card that now holds the credit, and whether they became stricter by it."""

    limits: OwnLimits
    became_stricter: bool


@dataclass(frozen=True, slots=True)
class CountriesDiffer:
    """The two cards allow no country in common: the credit would arrive where it can call nobody."""


@dataclass(frozen=True, slots=True)
class RiskRangeInfo:
    """A range of risk: the digits it begins with, from the country code on."""

    prefix: str
    note: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class RiskRangeAdded:
    """The range is on the list; `was_new` is False where it stood there before."""

    prefix: str
    was_new: bool


@dataclass(frozen=True, slots=True)
class RiskRangeRemoved:
    """The range is off the list; `was_listed` is False where it was not on it."""

    prefix: str
    was_listed: bool


@dataclass(frozen=True, slots=True)
class BadRiskPrefix:
    """What was typed is no prefix of international numbers."""

    typed: str


@dataclass(frozen=True, slots=True)
class RiskImported:
    """What an import did to the list of ranges."""

    added: int
    known: int
    removed: int


@dataclass(frozen=True, slots=True)
class RiskFileProblem:
    """A line of the file that cannot be read; lines count from 1, the heading included."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class BadRiskFile:
    """The file was not imported: every problem of it, and nothing was changed."""

    problems: tuple[RiskFileProblem, ...]
