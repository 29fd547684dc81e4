"""The pages about one's own data, as a browser with scripts, storage and cookies off walks them."""

import re

import pytest
from django.test import Client

from crystalcall.plumbing import sources
from crystalcall.privacy.requests.models import PrivacyRequest

pytestmark = pytest.mark.django_db

TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')
PATH = re.compile(r"(?:/ru)?/privacy/requests/(?:link|change)/[A-Za-z0-9_-]{43}/")
HERE = "/privacy/requests/"


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"sec-fetch-site": "same-origin"})


@pytest.fixture
def opened(shop, visitor):
    """Walks from the form to the page behind the mailed link; gives that page and its ticket."""

    def walk(kind, email, language=""):
        shop.sends()
        sent = visitor.post(f"{language}{HERE}", {"kind": kind, "email": email})
        assert sent.status_code == 200, sent.content.decode()
        [letter] = shop.sends()
        path = PATH.search(letter.body).group()
        asked = visitor.get(path)
        assert asked.status_code == 200
        assert TICKET.search(asked.content.decode()) is None
        page = visitor.post(path)
        assert page.status_code == 200
        return page.content.decode(), TICKET.search(page.content.decode()).group(1)

    return walk


@pytest.mark.clause("C12", "C17")
def test_the_page_that_answers_is_the_same_for_known_and_unknown(shop, visitor, anna):
    shop.sells(anna)
    shop.sends()
    answers = [visitor.post(HERE, {"kind": "access", "email": email}) for email in (anna.email, "nobody@example.org")]
    pages = [re.sub(r"[0-9A-Z]{10}", "REFERENCE", answer.content.decode()) for answer in answers]
    assert pages[0] == pages[1]
    assert not any(answer.cookies for answer in answers)
    assert len(shop.sends()) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "anna@example.org"}, "kind"),
        ({"kind": "access"}, "email"),
        ({"kind": "access", "order_number": " "}, "email"),
        ({"kind": "access", "email": "x"}, "email"),
    ],
)
def test_a_form_with_a_gap_is_shown_again_and_nothing_is_sent(shop, visitor, typed, field):
    answer = visitor.post(HERE, typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert PrivacyRequest.objects.count() == 0


def test_an_orders_number_alone_is_enough(shop, visitor, anna):
    bought = shop.sells(anna)
    shop.sends()
    assert visitor.post(HERE, {"kind": "access", "order_number": bought.order_number.lower()}).status_code == 200
    [letter] = shop.sends()
    assert letter.to == [anna.email]


def test_whoever_asks_again_and_again_is_told_when_the_next_link_goes_out(shop, visitor):
    pages = [visitor.post(HERE, {"kind": "access", "email": "a@example.org"}).content.decode() for _ in range(4)]
    assert "in 30 minutes, if you ask again then" in pages[3]
    assert "if you ask again then" not in pages[2]


@pytest.mark.clause("C02")
def test_a_flooder_is_slowed_down_alone_and_forgotten_within_ten_minutes(shop, visitor, anna, frozen_clock):
    shop.sells(anna)
    shop.sends()
    asked = {"kind": "access", "email": "a@example.org"}
    codes = [visitor.post(HERE, asked, REMOTE_ADDR="203.0.113.7").status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    slow = visitor.post(HERE, asked, REMOTE_ADDR="203.0.113.7")
    assert int(slow["Retry-After"]) <= 600
    assert "in 10 minutes" in slow.content.decode()
    other = visitor.post(HERE, {"kind": "access", "email": anna.email}, REMOTE_ADDR="203.0.113.8")
    assert other.status_code == 200
    assert len(shop.sends()) == 1
    frozen_clock.advance(minutes=9)
    sources._sweep()
    assert not sources._seen
    assert visitor.post(HERE, asked, REMOTE_ADDR="203.0.113.7").status_code == 200


def test_an_internet_address_is_in_no_table_and_in_memory_only_as_a_keyed_hash(shop, visitor):
    visitor.post(HERE, {"kind": "access", "email": "a@example.org"}, REMOTE_ADDR="203.0.113.7")
    assert len(sources._seen) == 1
    assert "203.0.113.7" not in repr(sources._seen)
    assert "203.0.113.7" not in repr(list(PrivacyRequest.objects.values()))
