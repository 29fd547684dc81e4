"""Whoever asked is told when the privacy policy is to change, in their language, and can end it by one press."""

from datetime import timedelta

import pytest
from reading import both

from crystalcall.mailings import actions
from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import Dropped, Sent
from crystalcall.privacy.announcing.actions import announce, withdraw
from crystalcall.privacy.queries import disclosures_about
from crystalcall.shop.orders.actions import stop_notices
from crystalcall.shop.orders.queries import notice_orders, stop_token
from crystalcall.shop.orders.values import NoticeTopic

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(second_policy, frozen_clock, deliver):
    """Announces the second version once orders stand, and tells everybody who listens."""

    def announce_it():
        said = announce(None, now=frozen_clock.now())
        deliver()
        return said

    return announce_it


def send_all(now):
    waiting = Notice.objects.filter(kind="policy_changes", state="queued").order_by("pk").values_list("pk", flat=True)
    return [actions.send_notice(notice_id, now=now) for notice_id in list(waiting)]


@pytest.mark.clause("C20", "C16")
def test_anna_who_asked_is_told_what_changes_from_when_and_how_to_opt_out(
    fulfilled, announced, post, anna, now, settings
):
    placed = fulfilled(anna, policy_notices=True)
    announced()
    [outcome] = send_all(now)
    assert isinstance(outcome, Sent)
    [mail] = post.taken
    assert mail["Subject"] == "Our privacy policy changes on November 17, 2026"
    assert mail["To"] == anna.email
    base = settings.CRYSTALCALL.store_base_url
    stop = f"{base}/updates/unsubscribe/{stop_token(placed.order_number, NoticeTopic.POLICY)}/"
    assert stop in mail["List-Unsubscribe"]
    for body in both(mail):
        assert "to tell you before prices rise, if you asked" in body
        assert f"{base}/privacy/versions/2/changes/#opt-out" in body
        assert stop in body
    (last,) = [entry for entry in disclosures_about(placed.order_number) if entry.purpose == "policy_notice"]
    assert last.fields == ("email", "name", "order_number")


@pytest.mark.clause("C25")
def test_boris_is_told_in_russian(fulfilled, announced, post, boris, now):
    fulfilled(boris, policy_notices=True)
    announced()
    send_all(now)
    [mail] = post.taken
    # A long header is folded before its first word.
    assert mail["Subject"].strip() == "Наша политика конфиденциальности изменится 17 ноября 2026 г."
    assert all("/ru/privacy/versions/2/changes/" in body for body in both(mail))


@pytest.mark.clause("C07")
def test_nobody_else_is_told(fulfilled, announced, post, anna, boris, now):
    fulfilled(anna)
    fulfilled(boris, price_notices=True)
    announced()
    assert send_all(now) == []
    assert not Notice.objects.filter(kind="policy_changes").exists()


def test_a_mailbox_is_told_once_for_all_its_orders(fulfilled, announced, post, anna, now):
    fulfilled(anna, policy_notices=True)
    fulfilled(anna, policy_notices=True)
    announced()
    assert len(send_all(now)) == 1


def test_nothing_is_sent_of_an_announcement_that_was_withdrawn(fulfilled, announced, post, anna, now):
    fulfilled(anna, policy_notices=True)
    announced()
    withdraw(now=now)
    [outcome] = send_all(now)
    assert isinstance(outcome, Dropped)
    assert post.taken == []


def test_announced_again_it_is_told_again_for_its_new_day(fulfilled, announced, post, anna, now, frozen_clock):
    fulfilled(anna, policy_notices=True)
    announced()
    withdraw(now=now)
    later = frozen_clock.advance(minutes=30)
    announced()
    outcomes = send_all(later)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Dropped", "Sent"]


@pytest.mark.clause("C16")
def test_ending_these_mails_ends_no_others_and_drops_what_waits(fulfilled, announced, post, anna, now):
    placed = fulfilled(anna, policy_notices=True, price_notices=True)
    announced()
    stop_notices(stop_token(placed.order_number, NoticeTopic.POLICY), now=now + timedelta(seconds=1))
    [outcome] = send_all(now)
    assert isinstance(outcome, Dropped)
    assert notice_orders(NoticeTopic.POLICY) == ()
    assert notice_orders(NoticeTopic.PRICES) == (placed.order_number,)
