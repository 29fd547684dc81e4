"""In an hour of thousands of links mails go out one after another: nobody is refused, and nobody waits for ever."""

from datetime import timedelta

import pytest
from buyers import token_in

from crystalcall.mailings.actions import LINK_DELAY_AT_MOST, LINKS_AT_ONCE
from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import NoticeKind, NoticeState
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.values import LinkOpened

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C12")]


def goes_out(number, *, at):
    """So many links were mailed at a moment."""
    Notice.objects.bulk_create(
        Notice(
            order_number="",
            kind=NoticeKind.PRIVACY_LINK.value,
            about=f"flood {at:%H%M%S} {each}",
            message_id=f"<{at:%H%M%S}.{each}@example.org>",
            state=NoticeState.SENT.value,
            created_at=at,
            next_try_at=None,
            sent_at=at,
        )
        for each in range(number)
    )


def link_of(opened):
    return Notice.objects.get(about=opened.reference, kind=NoticeKind.PRIVACY_LINK.value)


@pytest.fixture
def bought(shop, anna):
    found = shop.sells(anna)
    shop.sends()
    return found


def test_up_to_three_thousand_links_an_hour_go_out_as_they_come(shop, bought, anna):
    goes_out(LINKS_AT_ONCE, at=shop.now)
    shop.asks("access", anna.email)
    [letter] = shop.sends()
    assert letter.to == [anna.email]


@pytest.mark.parametrize(("beyond", "seconds"), [(1, 1), (60, 60), (600, 600)])
def test_each_link_beyond_them_waits_a_second_more_and_is_mailed_then(shop, bought, anna, beyond, seconds):
    goes_out(LINKS_AT_ONCE + beyond, at=shop.now)
    opened = shop.asks("access", anna.email)
    assert shop.sends() == []
    assert link_of(opened).next_try_at == shop.now + timedelta(seconds=seconds)
    shop.later(seconds=seconds - 1)
    assert shop.sends() == []
    shop.later(seconds=1)
    [letter] = shop.sends()
    # The link lives from its mail on, not from the asking.
    shop.later(minutes=29)
    assert isinstance(actions.open_link(token_in(letter), now=shop.now), LinkOpened)


def test_nobody_waits_longer_than_three_quarters_of_an_hour_however_many_ask(shop, bought, anna):
    goes_out(LINKS_AT_ONCE + 6000, at=shop.now)
    opened = shop.asks("access", anna.email)
    assert shop.sends() == []
    assert link_of(opened).next_try_at == shop.now + LINK_DELAY_AT_MOST
    shop.later(minutes=45)
    [letter] = shop.sends()
    assert letter.to == [anna.email]


def test_an_hour_later_links_go_out_at_once_again(shop, bought, anna):
    goes_out(LINKS_AT_ONCE + 600, at=shop.now)
    shop.later(hours=1, seconds=1)
    shop.asks("access", anna.email)
    assert len(shop.sends()) == 1


def test_known_and_unknown_are_told_the_same_in_such_an_hour(shop, bought, anna):
    goes_out(LINKS_AT_ONCE + 600, at=shop.now)
    known, unknown = shop.asks("access", anna.email), shop.asks("access", "nobody@example.org")
    assert known.terms == unknown.terms
    assert known.expected_by == unknown.expected_by
