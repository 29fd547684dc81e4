"""Whether somebody is old enough to register, from month and year of birth alone (clause C19)."""

from datetime import date
from enum import StrEnum
from typing import Final

MONTHS_OF_A_YEAR: Final = 12
OLDEST_YEARS: Final = 130


class AgeAnswer(StrEnum):
    """What month and year of birth say."""

    OLD_ENOUGH = "old_enough"
    TOO_YOUNG = "too_young"
    NOT_A_DATE = "not_a_date"


def is_plausible(year: int, month: int, today: date) -> bool:
    """Whether a person who lives today can have been born then."""
    months = _months_since(year, month, today)
    return 1 <= month <= MONTHS_OF_A_YEAR and 0 <= months <= OLDEST_YEARS * MONTHS_OF_A_YEAR


def judge_age(year: int, month: int, today: date, *, minimum_years: int) -> AgeAnswer:
    """Whether somebody born in that month is `minimum_years` old today, on whichever day of it they were born.

    The day is not asked, so that within the birthday's month nobody passes: a child must never do.
    """
    if not is_plausible(year, month, today):
        return AgeAnswer.NOT_A_DATE
    is_older = _months_since(year, month, today) > minimum_years * MONTHS_OF_A_YEAR
    return AgeAnswer.OLD_ENOUGH if is_older else AgeAnswer.TOO_YOUNG


def _months_since(year: int, month: int, today: date) -> int:
    return (today.year - year) * MONTHS_OF_A_YEAR + today.month - month
