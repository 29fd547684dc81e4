"""How often links are mailed: few a day, and never none that works."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.privacy.linking import (
    CALM_A_DAY,
    DAY,
    LINK_LIFE,
    LONG_LIFE,
    LinkTerms,
    NotBefore,
    link_terms,
    link_terms_of_askings,
)

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
#: How long somebody waits before the next try, in seconds: at once, for minutes, or for hours.
WAITS = st.lists(st.one_of(st.integers(0, 60), st.integers(0, 3600), st.integers(0, 40_000)), max_size=150)


def _play(waits):
    """Somebody tries after each wait; gives every link mailed with its end, and every refusal."""
    now, mailed, refused = START, [], []
    for wait in waits:
        now += timedelta(seconds=wait)
        terms = link_terms([at for at, _ in mailed], now=now)
        if isinstance(terms, LinkTerms):
            mailed.append((now, now + terms.life))
        else:
            refused.append((now, terms.at, list(mailed)))
    return mailed, refused


@given(WAITS)
def test_whoever_is_refused_has_a_link_that_works_until_another_may_be_asked_for(waits):
    _, refused = _play(waits)
    for at, until, mailed in refused:
        assert at < until <= at + LONG_LIFE
        assert any(end >= until for _, end in mailed)


@given(WAITS)
def test_no_mailbox_gets_more_than_a_few_mails_a_day(waits):
    mailed, _ = _play(waits)
    for at, _ in mailed:
        assert sum(at - DAY < other <= at for other, _ in mailed) <= CALM_A_DAY + DAY // LONG_LIFE


@given(WAITS)
def test_another_link_is_given_at_the_moment_that_was_told(waits):
    _, refused = _play(waits)
    for _, until, mailed in refused:
        assert isinstance(link_terms([at for at, _ in mailed], now=until), LinkTerms)


def test_three_links_at_once_on_a_calm_day_and_one_long_one_on_a_day_of_many():
    assert link_terms([], now=START) == LinkTerms(LINK_LIFE)
    assert link_terms([START, START], now=START) == LinkTerms(LINK_LIFE)
    assert link_terms([START, START, START], now=START) == NotBefore(START + LINK_LIFE)
    many = [START - timedelta(hours=hours) for hours in range(1, CALM_A_DAY + 1)]
    assert link_terms(many, now=START) == LinkTerms(LONG_LIFE)
    assert link_terms([*many, START], now=START) == NotBefore(START + LONG_LIFE)


@given(WAITS)
def test_whoever_knows_only_what_was_asked_for_tells_the_same(waits):
    mailed, refused = _play(waits)
    asked = [at for at, _ in mailed] + [at for at, *_ in refused]
    now = START + timedelta(seconds=sum(waits))
    assert link_terms_of_askings(asked, now=now) == link_terms([at for at, _ in mailed], now=now)
