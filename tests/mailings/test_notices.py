import re
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, transaction

from crystalcall.mailings import actions, carrier, patience, queries
from crystalcall.mailings.models import Notice
from crystalcall.mailings.tasks import send_notice_task
from crystalcall.mailings.values import (
    Failed,
    FailureReason,
    Mail,
    NothingToSend,
    NoticeKind,
    NoticeState,
    Sent,
    WillRetry,
)
from crystalcall.plumbing import announcements
from crystalcall.plumbing.models import Delivery
from crystalcall.privacy.gate import Permit, Refusal, permit
from crystalcall.privacy.gate import RefusalReason as GateReason
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.actions import reveal_pins

pytestmark = pytest.mark.django_db

FULFILLED = NoticeKind.ORDER_FULFILLED


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def grouped(pin: str) -> str:
    return f"{pin[:4]} {pin[4:8]} {pin[8:]}"


def queue(order_number: str, now) -> int:
    return actions.queue_notice(order_number, FULFILLED, now=now)


def test_annas_mail_arrives_with_all_she_needs_to_call(fulfilled, post, anna, now, settings):
    placed = fulfilled(anna, "credit-10=1&credit-2=1")
    notice_id = queue(placed.order_number, now)
    assert actions.send_notice(notice_id, now=now) == Sent(notice_id)
    [message] = post.taken
    assert post.recipients == [[anna.email]]
    assert message["To"] == anna.email
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "en")
    assert placed.order_number in message["Subject"]
    pins = [card.pin for card in reveal_pins(placed.token, now=now)]
    for body in (part(message, "plain"), part(message, "html")):
        assert all(grouped(pin) in body for pin in pins)
        assert f"{settings.CRYSTALCALL.store_base_url}/orders/{placed.token}/" in body
        assert "+1 212-736-5000" in body
        assert "New York" in body
        assert "Hello Anna Hale" in body
        assert "476 minutes" in body
        assert "190 minutes" in body
        assert "Mexico, landline" in body
        assert "premium" not in body
        assert "$12" in body
        assert "December 2, 2026" in body
        assert "/privacy/" in body


@pytest.mark.clause("C25")
def test_boris_gets_his_in_russian(fulfilled, post, boris, now, settings):
    placed = fulfilled(boris)
    actions.send_notice(queue(placed.order_number, now), now=now)
    [message] = post.taken
    assert message["Content-Language"] == "ru"
    text, html = part(message, "plain"), part(message, "html")
    for body in (text, html):
        assert "Борис Орлов" in body
        assert f"{settings.CRYSTALCALL.store_base_url}/ru/orders/{placed.token}/" in body
        assert "Нью-Йорк" in body
        assert "Как позвонить" in body
        assert "Россия, городской" in body
        assert "10\N{NO-BREAK SPACE}$" in body
        assert "2 декабря 2026" in body
    assert '<html lang="ru">' in html


@pytest.mark.clause("C08")
def test_the_html_part_loads_nothing_and_runs_nothing(fulfilled, post, anna, now, settings):
    actions.send_notice(queue(fulfilled(anna).order_number, now), now=now)
    html = part(post.taken[0], "html")
    assert not re.search(r"<(script|img|link|iframe|form)|url\(|@import|\son[a-z]+=", html)
    own = urlsplit(settings.CRYSTALCALL.store_base_url).netloc
    assert {urlsplit(address).netloc for address in re.findall(r'href="(http[^"]+)"', html)} == {own}


def test_a_name_cannot_write_html_into_the_mail(fulfilled, post, anna, now):
    class Trickster:
        name, email, language = "Anna <b>&amp; {{ letter.cards }}", anna.email, "en"

    actions.send_notice(queue(fulfilled(Trickster()).order_number, now), now=now)
    html, text = part(post.taken[0], "html"), part(post.taken[0], "plain")
    assert "Anna &lt;b&gt;&amp;amp; {{ letter.cards }}" in html
    assert "Anna <b>&amp; {{ letter.cards }}" in text


def test_a_notice_is_queued_once_and_sent_once(fulfilled, post, anna, now):
    number = fulfilled(anna).order_number
    notice_id = queue(number, now)
    assert queue(number, now) == notice_id
    assert actions.send_notice(notice_id, now=now) == Sent(notice_id)
    assert actions.send_notice(notice_id, now=now) == NothingToSend(notice_id)
    assert len(post.taken) == 1
    [view] = queries.notices_of(number)
    assert (view.state, view.sent_at, view.tries, view.failure) == (NoticeState.SENT, now, 1, None)


def test_two_workers_at_once_send_one_mail(fulfilled, post, anna, now, monkeypatch):
    notice_id = queue(fulfilled(anna).order_number, now)
    hand_over, others = carrier.hand_over, []

    def hand_over_slowly(leave: Permit, mail: Mail):
        others.append(actions.send_notice(notice_id, now=now))
        return hand_over(leave, mail)

    monkeypatch.setattr(carrier, "hand_over", hand_over_slowly)
    actions.send_notice(notice_id, now=now)
    assert others == [NothingToSend(notice_id)]
    assert len(post.taken) == 1


def test_a_worker_killed_after_the_server_took_the_mail_sends_it_again_under_the_same_identity(
    fulfilled, post, anna, now, monkeypatch
):
    notice_id = queue(fulfilled(anna).order_number, now)

    class KilledError(BaseException):
        pass

    def killed(_notice_id, **_words):
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(actions, "_mark_sent", killed)
        actions.send_notice(notice_id, now=now)
    assert actions.send_notice(notice_id, now=now) == NothingToSend(notice_id)
    later = now + timedelta(seconds=patience.LEASE_SECONDS)
    assert queries.due_notices(now=later) == (notice_id,)
    assert actions.send_notice(notice_id, now=later) == Sent(notice_id)
    first, second = post.taken
    assert first["Message-ID"] == second["Message-ID"] == Notice.objects.get().message_id
    assert part(first, "plain") == part(second, "plain")


def test_a_mail_server_that_is_down_is_tried_again_ever_later(fulfilled, dead_post, anna, now):
    number = fulfilled(anna).order_number
    notice_id = queue(number, now)
    waits = []
    for _ in range(patience.TRIES_AT_MOST - 1):
        outcome = actions.send_notice(notice_id, now=now)
        assert isinstance(outcome, WillRetry)
        assert outcome.reason is FailureReason.NO_CONNECTION
        assert actions.send_notice(notice_id, now=now) == NothingToSend(notice_id)
        waits.append((outcome.next_try_at - now).total_seconds())
        now = outcome.next_try_at
    assert waits == sorted(waits)
    assert sum(waits) > 24 * 3600
    assert actions.send_notice(notice_id, now=now) == Failed(notice_id, FailureReason.GAVE_UP)
    assert [view.order_number for view in queries.failed_notices()] == [number]


def test_a_mail_server_that_comes_back_gets_the_mail(fulfilled, post, anna, now):
    notice_id = queue(fulfilled(anna).order_number, now)
    post.recipient_answer = "450 try later"
    outcome = actions.send_notice(notice_id, now=now)
    assert isinstance(outcome, WillRetry)
    assert outcome.reason is FailureReason.REFUSED_FOR_NOW
    post.recipient_answer = ""
    assert actions.send_notice(notice_id, now=outcome.next_try_at) == Sent(notice_id)


@pytest.mark.parametrize(
    ("answers", "reason", "code"),
    [
        (("550 no such mailbox", "250 taken"), FailureReason.RECIPIENT_REFUSED, 550),
        (("", "554 not this"), FailureReason.CONTENT_REFUSED, 554),
    ],
)
def test_a_refusal_for_good_is_shown_and_not_tried_again(fulfilled, post, anna, now, *, answers, reason, code):
    number = fulfilled(anna).order_number
    notice_id = queue(number, now)
    post.recipient_answer, post.data_answer = answers
    assert actions.send_notice(notice_id, now=now) == Failed(notice_id, reason)
    [view] = queries.failed_notices()
    assert (view.state, view.failure, view.failure_code) == (NoticeState.FAILED, reason, code)
    assert queries.due_notices(now=now + timedelta(days=30)) == ()


@pytest.mark.clause("C08", "C09")
def test_no_mail_leaves_without_a_permit_and_each_try_is_a_recorded_disclosure(fulfilled, post, anna, now, monkeypatch):
    number = fulfilled(anna).order_number
    notice_id = queue(number, now)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "permit", lambda *_, **__: Refusal(GateReason.NO_CONTRACT, "mail-carrier"))
        assert actions.send_notice(notice_id, now=now) == Failed(notice_id, FailureReason.GATE_SHUT)
    assert (post.taken, Disclosure.objects.count()) == ([], 0)
    Notice.objects.update(state="queued", next_try_at=now)
    actions.send_notice(notice_id, now=now)
    disclosure = Disclosure.objects.get()
    assert (disclosure.provider, disclosure.subject) == ("mail-carrier", number)
    assert disclosure.fields == ["balance", "email", "name", "order_number", "page_address", "pin", "purchase"]


@pytest.mark.clause("C09")
def test_a_permit_for_less_than_the_mail_holds_sends_nothing(db, post):
    leave = permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), "ORDER")
    assert isinstance(leave, Permit)
    mail = Mail("anna@example.org", "Subject", "text", "html", "en", "<1@example.org>")
    with pytest.raises(carrier.PermitMissingError):
        carrier.hand_over(leave, mail)
    assert post.taken == []


def test_a_buyer_who_was_forgotten_gets_no_mail(fulfilled, post, anna, now):
    from crystalcall.customers.models import Customer

    notice_id = queue(fulfilled(anna).order_number, now)
    Customer.objects.all().delete()
    assert actions.send_notice(notice_id, now=now) == Failed(notice_id, FailureReason.NO_RECIPIENT)
    assert post.taken == []


def test_a_fulfilled_order_is_mailed_by_its_announcement_and_task(fulfilled, post, boris, frozen_clock):
    number = fulfilled(boris).order_number
    while waiting := list(Delivery.objects.filter(delivered_at__isnull=True).values_list("pk", flat=True)):
        for delivery_id in waiting:
            announcements.deliver(delivery_id)
    [view] = queries.notices_of(number)
    send_notice_task.call(view.notice_id)
    assert len(post.taken) == 1


def test_a_fulfilled_order_whose_announcement_was_lost_is_found(fulfilled, anna, now):
    number = fulfilled(anna).order_number
    assert actions.queue_missing(now=now) == 1
    assert actions.queue_missing(now=now) == 0
    assert len(queries.notices_of(number)) == 1


def test_a_notice_of_no_order_is_nothing_to_send(db, now):
    assert actions.send_notice(4711, now=now) == NothingToSend(4711)


@pytest.mark.parametrize("damage", [{"state": "sent"}, {"state": "failed"}, {"next_try_at": None}, {"kind": "spam"}])
def test_the_database_itself_refuses_a_notice_that_cannot_be(fulfilled, anna, now, damage):
    queue(fulfilled(anna).order_number, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.update(**damage)
