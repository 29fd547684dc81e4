import re
from datetime import UTC, datetime, timedelta

import pytest
from reading import both, part

from crystalcall.mailings import actions, carrier, queries
from crystalcall.mailings.composing import price_letter
from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import Dropped, NoticeKind, NoticeState, Sent
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.privacy.models import Disclosure
from crystalcall.rules.numbering import LineType
from crystalcall.shop.catalogue.price_news import LineChange, PriceNews, Span
from crystalcall.shop.orders.actions import stop_notices
from crystalcall.shop.orders.queries import stop_token

pytestmark = pytest.mark.django_db

DECK_ID = 8
SOON = datetime(2026, 11, 12, tzinfo=UTC)


def change(iso2: str, before: int, after: int, *, line=LineType.MOBILE, per_minute=True) -> LineChange:
    where = DestinationInfo(f"{iso2}-{line}", iso2, line, "")
    return LineChange(where, Span(before, before), Span(after, after), per_minute)


def news(*, dearer=None, cheaper=(), effective_at=SOON) -> PriceNews:
    dearer = (change("RU", 400_000, 420_000),) if dearer is None else dearer
    return PriceNews(DECK_ID, effective_at, tuple(dearer), tuple(cheaper))


@pytest.fixture
def told(monkeypatch):
    """What the deck changes, as a test says."""

    def tell(what):
        monkeypatch.setattr(price_letter, "standing_news", lambda deck_id, _now: what if deck_id == DECK_ID else None)

    tell(news())
    return tell


def queue_and_send(now):
    actions.queue_price_notices(DECK_ID, now=now)
    notices = Notice.objects.filter(kind="prices_rise", state="queued").order_by("pk").values_list("pk", flat=True)
    return [actions.send_notice(notice_id, now=now) for notice_id in notices]


def stop_url(settings, placed, language="") -> str:
    return f"{settings.CRYSTALCALL.store_base_url}{language}/updates/unsubscribe/{stop_token(placed.order_number)}/"


def test_anna_who_asked_is_told_what_gets_dearer_and_what_it_means_for_her_credit(
    fulfilled, post, anna, now, told, settings
):
    placed = fulfilled(anna, price_notices=True)
    told(news(dearer=(change("IN", 4_000, 5_000), change("RU", 400_000, 1_420_000)), cheaper=(change("MX", 2, 1),)))
    [outcome] = queue_and_send(now)
    assert isinstance(outcome, Sent)
    [message] = post.taken
    assert message["Subject"] == "Calls to 2 destinations get dearer on November 12, 2026"
    assert message["List-Unsubscribe"].strip() == f"<{stop_url(settings, placed)}>"
    for body in both(message):
        assert "November 12, 2026, 12:00 AM UTC" in body
        assert body.index("India, mobile") < body.index("Russia, mobile")
        assert f"Order {placed.order_number}: $10 left." in body
        assert "Until December 2, 2026 no call costs more than when you bought it." in body
        assert "1 destination gets cheaper." in body
        assert "/rates/" in body
        assert stop_url(settings, placed) in body
        assert "because you asked at the checkout" in body
        assert "about your order only" not in body
    assert "India, mobile: 0.4¢ → 0.5¢" in part(message, "plain")
    assert "Russia, mobile: 40¢ → $1.42" in part(message, "plain")


@pytest.mark.clause("C25")
def test_boris_is_told_in_russian(fulfilled, post, boris, now, told, settings):
    placed = fulfilled(boris, price_notices=True)
    told(news(dearer=[change("RU", 21_000, 25_000), *(change(iso2, 1, 2) for iso2 in ("UA", "KZ", "UZ", "BY"))]))
    queue_and_send(now)
    [message] = post.taken
    assert message["Subject"].strip().replace("\u00a0", " ") == "Звонки по 5 направлениям дорожают 12 ноября 2026 г."
    for body in both(message):
        assert "Россия, мобильный" in body
        assert stop_url(settings, placed, "/ru") in body
        assert "10 $" in body
    assert "2,1 ¢ → 2,5 ¢" in part(message, "plain")


def test_over_tls_a_mail_program_may_end_the_mails_by_one_press(fulfilled, post, anna, now, told, settings):
    from msgspec.structs import replace

    settings.CRYSTALCALL = replace(settings.CRYSTALCALL, store_base_url="https://shop.example")
    fulfilled(anna, price_notices=True)
    queue_and_send(now)
    [message] = post.taken
    assert message["List-Unsubscribe"].strip().startswith("<https://shop.example/updates/unsubscribe/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_tls_no_press_from_elsewhere_is_promised(fulfilled, post, anna, now, told):
    fulfilled(anna, price_notices=True)
    queue_and_send(now)
    assert "List-Unsubscribe-Post" not in post.taken[0]


@pytest.mark.clause("C07")
def test_who_did_not_ask_is_told_nothing(fulfilled, post, anna, now, told):
    fulfilled(anna)
    assert queue_and_send(now) == []
    assert post.taken == []


def test_a_mailbox_gets_one_mail_about_all_its_orders(fulfilled, post, anna, boris, now, told):
    first, second = (fulfilled(anna, query, price_notices=True) for query in ("credit-2=1", "credit-5=2"))
    fulfilled(boris, price_notices=True)
    assert len(queue_and_send(now)) == 2
    [message] = [each for each in post.taken if each["To"] == anna.email]
    for body in both(message):
        assert f"Order {first.order_number}: $2 left." in body
        assert f"Order {second.order_number}: $10 left." in body


def test_credit_bought_long_ago_is_told_that_the_new_prices_count_for_it(fulfilled, post, anna, now, told):
    fulfilled(anna, price_notices=True)
    told(news(effective_at=now + timedelta(days=31)))
    queue_and_send(now)
    assert "The new prices apply to it from their first day." in part(post.taken[0], "plain")


def test_a_change_of_fee_alone_is_told_by_what_a_call_costs(fulfilled, post, anna, now, told):
    fulfilled(anna, price_notices=True)
    told(news(dearer=[change("RU", 39_000, 89_000, per_minute=False)]))
    queue_and_send(now)
    assert "Russia, mobile, a call of 3 minutes: 3.9¢ → 8.9¢" in part(post.taken[0], "plain")


def test_a_line_with_several_prices_is_told_from_its_lowest_to_its_highest(fulfilled, post, boris, now, told):
    fulfilled(boris, price_notices=True)
    where = DestinationInfo("ru-landline", "RU", LineType.LANDLINE, "")
    told(news(dearer=[LineChange(where, Span(37_000, 482_000), Span(44_000, 1_578_000))]))
    queue_and_send(now)
    assert "Россия, городской: 3,7–48,2 ¢ → 4,4 ¢–1,578 $" in part(post.taken[0], "plain")


def test_a_long_list_is_cut_and_says_how_much_is_left_out(fulfilled, post, anna, now, told):
    fulfilled(anna, price_notices=True)
    countries = ("AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HU", "RU")
    told(news(dearer=[change(iso2, 10_000, 11_000) for iso2 in countries]))
    queue_and_send(now)
    text = part(post.taken[0], "plain")
    assert text.count("→") == price_letter.CHANGES_SHOWN
    assert "Russia, mobile" in text
    assert "2 more get dearer." in text


def _withdraw(told, **_):
    told(None)


def _stop(placed, now, **_):
    stop_notices(stop_token(placed.order_number), now=now)


def _use_up(monkeypatch, **_):
    monkeypatch.setattr(price_letter, "_left_micros", lambda _stock: 0)


def _lower(told, **_):
    told(news(dearer=()))


@pytest.mark.parametrize("overtake", [_withdraw, _stop, _use_up, _lower])
def test_a_notice_that_was_overtaken_is_dropped_and_discloses_nothing(request, fulfilled, post, anna, overtake):
    now, told, monkeypatch = (request.getfixturevalue(name) for name in ("now", "told", "monkeypatch"))
    placed = fulfilled(anna, price_notices=True)
    actions.queue_price_notices(DECK_ID, now=now)
    overtake(placed=placed, now=now, told=told, monkeypatch=monkeypatch)
    [notice_id] = Notice.objects.filter(kind="prices_rise").values_list("pk", flat=True)
    assert actions.send_notice(notice_id, now=now) == Dropped(notice_id)
    [view] = [each for each in queries.notices_of(placed.order_number) if each.kind is NoticeKind.PRICES_RISE]
    assert (view.state, view.about) == (NoticeState.DROPPED, str(DECK_ID))
    assert (post.taken, Disclosure.objects.count()) == ([], 0)


def test_a_deck_is_told_once_however_often_its_fact_is(fulfilled, post, anna, now, told):
    fulfilled(anna, price_notices=True)
    assert len(queue_and_send(now)) == 1
    assert queue_and_send(now) == []
    assert len(post.taken) == 1


@pytest.mark.clause("C09")
def test_what_leaves_is_recorded_under_its_own_purpose(fulfilled, post, anna, now, told):
    placed = fulfilled(anna, price_notices=True)
    queue_and_send(now)
    disclosure = Disclosure.objects.get()
    assert (disclosure.purpose, disclosure.subject) == ("price_notice", placed.order_number)
    assert disclosure.fields == ["balance", "email", "name", "order_number", "page_address"]


def test_no_pin_waits_behind_a_thousand_notices_of_prices(fulfilled, anna, now):
    Notice.objects.bulk_create(
        Notice(
            order_number=f"N{number}",
            kind="prices_rise",
            about="8",
            message_id=f"<{number}@example.org>",
            created_at=now - timedelta(hours=1),
            next_try_at=now - timedelta(hours=1),
        )
        for number in range(60)
    )
    pin = actions.queue_notice(fulfilled(anna).order_number, NoticeKind.ORDER_FULFILLED, now=now)
    due = queries.due_notices(now=now)
    assert due[0] == pin
    assert len(due) == 50


def test_the_html_part_loads_nothing_and_runs_nothing(fulfilled, post, anna, now, told):
    fulfilled(anna, price_notices=True)
    queue_and_send(now)
    html = part(post.taken[0], "html")
    assert not re.search(r"<(script|img|link|iframe|form)|url\(|@import|\son[a-z]+=", html)


@pytest.mark.clause("C09")
def test_a_mail_that_holds_what_its_permit_does_not_stays_here(fulfilled, post, anna, now, told, monkeypatch):
    fulfilled(anna, price_notices=True)
    monkeypatch.setattr(price_letter, "HOLDS", ("email", "name", "order_number", "pin"))
    hand_over = carrier.hand_over

    def greedy(leave, mail):
        from dataclasses import replace

        return hand_over(leave, replace(mail, holds=(*mail.holds, "telephone")))

    monkeypatch.setattr(carrier, "hand_over", greedy)
    with pytest.raises(carrier.PermitMissingError):
        queue_and_send(now)
    assert post.taken == []
