"""Whoever asked is told when the privacy policy is to change, in their language, and can end it by one press."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from reading import both

from crystalcall.mailings import actions
from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import Dropped, Sent
from crystalcall.privacy.announcing.actions import announce, withdraw
from crystalcall.privacy.policy.library import OWN_FOLDER
from crystalcall.privacy.policy.queries import remember
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


def send_all(now, kind="policy_changes"):
    waiting = Notice.objects.filter(kind=kind, state="queued").order_by("pk").values_list("pk", flat=True)
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
    assert last.fields == ("email", "name", "order_number", "page_address")


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


@dataclass(frozen=True)
class Story:
    """What happens to somebody who asked to be told: buys, is told, and what mails came."""

    buy: Callable[[Any], Any]
    announce: Callable[[], Any]
    deliver: Callable[[], Any]
    taken: list[Any]


@pytest.fixture
def story(fulfilled, announced, deliver, post):
    return Story(lambda who: fulfilled(who, policy_notices=True), announced, deliver, post.taken)


@pytest.fixture
def people(anna, boris):
    return {"en": anna, "ru": boris}


@pytest.fixture
def widened(second_policy):
    """No new purpose: telephone numbers serve one that addresses always served, and are kept longer."""
    for place in (second_policy.with_name("0001"), second_policy):
        shutil.copytree(OWN_FOLDER / "0001", place, dirs_exist_ok=True)
    file = second_policy / "practices.toml"
    text = file.read_text(encoding="utf-8").replace("number = 1", "number = 2", 1)
    before, kind, after = text.partition('category = "user.contact.phone_number"')
    after = after.replace("purposes = [", 'purposes = ["price_notice", ', 1).replace(
        "retention = [", 'retention = ["officer", ', 1
    )
    file.write_text(before + kind + after, encoding="utf-8")


@pytest.mark.clause("C20")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("New uses of data:", "Telephone number: to tell you before prices rise, if you asked", "ten years")),
        (
            "ru",
            ("Новое использование данных:", "Номер телефона: чтобы предупреждать о повышении цен", "Хранится дольше"),
        ),
    ],
    ids=["en", "ru"],
)
def test_the_mail_names_an_old_purpose_of_another_kind_of_data_and_a_longer_time(
    widened, story, people, now, language, said
):
    story.buy(people[language])
    story.announce()
    send_all(now)
    [mail] = story.taken
    for body in both(mail):
        assert all(words in body for words in said)
        assert "only words change" not in body
        assert "меняются только слова" not in body


@pytest.mark.clause("C20")
def test_a_mail_is_not_dropped_by_a_process_that_has_not_heard_of_the_announcement_yet(
    fulfilled, announced, post, anna, now
):
    fulfilled(anna, policy_notices=True)
    announced()
    remember((), seconds=60)
    assert [type(outcome) for outcome in send_all(now)] == [Sent]


@pytest.mark.clause("C20")
@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("en", "Our privacy policy stays as it is", "We took it back on November 2, 2026"),
        (
            "ru",
            "Наша политика конфиденциальности не меняется",
            "2 ноября 2026 г. мы её отозвали: в силу она не вступит",
        ),
    ],
    ids=["en", "ru"],
)
def test_whoever_was_mailed_is_mailed_the_withdrawal_and_nobody_else(story, people, now, language, subject, said):
    story.buy(people.pop(language))
    story.announce()
    send_all(now)
    story.buy(*people.values())
    withdraw(now=now)
    story.deliver()
    [outcome] = send_all(now, kind="policy_withdrawn")
    assert isinstance(outcome, Sent)
    mail = story.taken[-1]
    assert mail["Subject"].strip() == subject
    for body in both(mail):
        assert said in body.replace("\N{NO-BREAK SPACE}", " ")
        assert "/privacy/versions/2/changes/" in body
    assert len(story.taken) == 2


def test_nobody_is_told_of_a_withdrawal_who_ended_these_mails(story, anna, now):
    placed = story.buy(anna)
    story.announce()
    send_all(now)
    stop_notices(stop_token(placed.order_number, NoticeTopic.POLICY), now=now + timedelta(seconds=1))
    withdraw(now=now)
    story.deliver()
    assert [type(outcome) for outcome in send_all(now, kind="policy_withdrawn")] == [Dropped]
    assert len(story.taken) == 1


def test_nobody_is_told_of_a_withdrawal_who_was_not_mailed_yet(story, anna, now):
    story.buy(anna)
    story.announce()
    withdraw(now=now)
    story.deliver()
    assert [type(outcome) for outcome in send_all(now, kind="policy_withdrawn")] == [Dropped]
    assert story.taken == []


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
