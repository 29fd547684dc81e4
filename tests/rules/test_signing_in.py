"""Age, passwords, lifetimes, waits: what is true about signing in."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crystalcall.rules.signing_in import (
    ABSOLUTE,
    FORGOTTEN_AFTER,
    IDLE,
    LONGEST,
    SECOND_FACTOR,
    SHORTEST,
    TRIES,
    AgeAnswer,
    Free,
    MailWanted,
    PasswordProblemReason,
    Standing,
    Strength,
    Tries,
    Wait,
    fresh_until,
    idle_until,
    is_plausible,
    judge_age,
    judge_password,
    judge_try,
    should_note_use,
    standing,
    strength,
    tidied,
)

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
COMMON = frozenset({"password1", "qwertyuiop"})

moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))


# --- age --------------------------------------------------------------------------------------------------------------


@given(born=st.dates(min_value=date(1930, 1, 1), max_value=date(2040, 12, 31)), today=days)
@example(born=date(2013, 11, 30), today=date(2026, 11, 30))
@example(born=date(2013, 10, 31), today=date(2026, 11, 1))
def test_nobody_under_thirteen_passes_whatever_their_day_of_birth(born, today):
    answer = judge_age(born.year, born.month, today, minimum_years=13)
    thirteenth = (born.year + 13, born.month, born.day)
    is_thirteen = (today.year, today.month, today.day) >= thirteenth
    if not is_thirteen:
        assert answer is not AgeAnswer.OLD_ENOUGH
    if (today.year, today.month) > thirteenth[:2]:
        assert answer is AgeAnswer.OLD_ENOUGH


@given(year=st.integers(-10_000, 10_000), month=st.integers(-100, 100), today=days)
def test_only_months_in_which_somebody_alive_was_born_are_taken(year, month, today):
    is_taken = judge_age(year, month, today, minimum_years=13) is not AgeAnswer.NOT_A_DATE
    assert is_taken is is_plausible(year, month, today)
    if is_taken:
        assert 1 <= month <= 12
        assert today.year - 131 <= year <= today.year


def test_a_few_ages():
    assert judge_age(2013, 10, TODAY, minimum_years=13) is AgeAnswer.OLD_ENOUGH
    assert judge_age(2013, 11, TODAY, minimum_years=13) is AgeAnswer.TOO_YOUNG
    assert judge_age(2026, 12, TODAY, minimum_years=13) is AgeAnswer.NOT_A_DATE
    assert judge_age(2026, 11, TODAY, minimum_years=13) is AgeAnswer.TOO_YOUNG


# --- lifetimes --------------------------------------------------------------------------------------------------------


@given(began=moments, used=st.integers(0, 50_000), later=st.integers(0, 60_000))
def test_a_sign_in_stands_until_its_idle_or_its_last_moment(began, used, later):
    expires, last_used = began + ABSOLUTE, began + timedelta(seconds=used)
    now = last_used + timedelta(seconds=later)
    stands = standing(last_used, expires, now) is Standing.STANDS
    assert stands is (now < expires and later < IDLE.total_seconds())
    assert stands is (now < idle_until(last_used, expires))
    assert idle_until(last_used, expires) <= expires


@given(used=moments, later=st.integers(0, 7200))
def test_a_use_is_noted_once_a_minute(used, later):
    assert should_note_use(used, used + timedelta(seconds=later)) is (later >= 60)


def test_fresh_is_five_minutes():
    assert fresh_until(NOW) - NOW == timedelta(minutes=5)


# --- passwords --------------------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_judging_never_raises_and_composition_does_not_matter(password):
    reason = judge_password(password, COMMON, ("Anna Hale", "anna@example.org"))
    length = len(tidied(password))
    assert (reason is PasswordProblemReason.TOO_SHORT) is (length < SHORTEST)
    assert (reason is PasswordProblemReason.TOO_LONG) is (length > LONGEST)
    strength(password, COMMON)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "тихая лампа у серого окна",
        "窓のそばのランプと灰色の朝",
        "        a        b   c   d",
        "x7#Qw!pz",
        "annabel lee by the sea",
        "hale and hearty in November",
        "crystal clear water runs",
        "z" + "qkvnwtr" * 36,
    ],
)
def test_these_do(password):
    assert judge_password(password, COMMON, ("Anna Hale", "anna@example.org")) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("seven77", PasswordProblemReason.TOO_SHORT),
        ("ab" * 200, PasswordProblemReason.TOO_LONG),
        ("password1", PasswordProblemReason.COMMON),
        ("PassWord1", PasswordProblemReason.COMMON),
        ("QWERTYUIOP", PasswordProblemReason.COMMON),
        ("aaaaaaaaaaaa", PasswordProblemReason.TOO_SIMPLE),
        ("abababababab", PasswordProblemReason.TOO_SIMPLE),
        ("123456789", PasswordProblemReason.TOO_SIMPLE),
        ("abcdefghijk", PasswordProblemReason.TOO_SIMPLE),
        ("987654321", PasswordProblemReason.TOO_SIMPLE),
        ("AnnaHale1!", PasswordProblemReason.ABOUT_YOU),
        ("anna@example.org", PasswordProblemReason.ABOUT_YOU),
        ("hale.anna.12", PasswordProblemReason.ABOUT_YOU),
        ("CrystalCall1", PasswordProblemReason.ABOUT_YOU),
        ("ＰａｓｓＷｏｒｄ１", PasswordProblemReason.COMMON),
    ],
)
def test_these_do_not(password, reason):
    assert judge_password(password, COMMON, ("Anna Hale", "anna@example.org")) is reason


def test_longer_and_less_usual_is_stronger():
    ladder = ("password1", "river4boat", "x7#Qw!pz4Lt", "correct horse battery staple")
    shown = [strength(password, COMMON) for password in ladder]
    assert shown == [Strength.WEAK, Strength.FAIR, Strength.GOOD, Strength.STRONG]
    assert strength("a" * 100, COMMON) is Strength.WEAK
    assert strength("12345678901234567890", COMMON) is Strength.WEAK


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=60), st.sampled_from("qzkvx"))
def test_one_more_character_never_looks_weaker(password, more):
    levels = list(Strength)
    common: frozenset[str] = frozenset()
    assert levels.index(strength(password + more, common)) >= levels.index(strength(password, common))


# --- waits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [TRIES, SECOND_FACTOR], ids=["password", "second_factor"])
def test_waits_grow_and_end(patience):
    waits = [patience.delay(misses) for misses in range(10_000)]
    assert waits[: patience.free] == [timedelta()] * patience.free
    assert all(before <= after for before, after in pairwise(waits))
    assert waits[-1] == patience.longest


@given(misses=st.integers(0, 100), ago=st.integers(0, 90_000))
def test_a_try_is_free_or_says_for_how_long_it_is_not(misses, ago):
    last = NOW - timedelta(seconds=ago)
    verdict = judge_try(TRIES, Tries(misses, last), NOW)
    match verdict:
        case Free(counted):
            assert counted == 1 if ago >= FORGOTTEN_AFTER.total_seconds() else misses + 1
        case Wait(seconds):
            assert seconds >= 1
            later = judge_try(TRIES, Tries(misses, last), NOW + timedelta(seconds=seconds))
            assert isinstance(later, Free)
            if seconds > 1:
                assert judge_try(TRIES, Tries(misses, last), NOW + timedelta(seconds=seconds - 1)) == Wait(1)
        case MailWanted():
            assert misses >= 10


@given(st.lists(st.integers(0, 100_000), max_size=300))
def test_however_a_guesser_paces_it_a_day_holds_few_guesses(pauses):
    """A browser without a mailed link has at most ten guesses of a password in any day, however it waits between."""
    known, now, made = None, NOW, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        verdict = judge_try(TRIES, known, now)
        if isinstance(verdict, Free):
            known = Tries(verdict.misses, now)
            made.append(now)
    assert all(sum(begin <= each < begin + timedelta(days=1) for each in made) <= 11 for begin in made)


def test_waiting_alone_bounds_the_second_factor():
    known, now, made = None, NOW, 0
    while now < NOW + timedelta(days=1):
        verdict = judge_try(SECOND_FACTOR, known, now)
        if isinstance(verdict, Free):
            known, made = Tries(verdict.misses, now), made + 1
        else:
            assert isinstance(verdict, Wait)
            now += timedelta(seconds=verdict.seconds)
    # Three codes of a million are right at any time: 60 guesses a day find one in fifteen years.
    assert made < 65
