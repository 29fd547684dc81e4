"""The pages about one's own data, as a browser with scripts, storage and cookies off walks them."""

import io
import json
import re
import zipfile

import msgspec
import pytest
from buyers import MOSCOW
from django.core import mail
from django.test import Client

from crystalcall.customers.queries import contact
from crystalcall.privacy import keepers
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.web.privacy import request_sources

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


@pytest.fixture
def sources(monkeypatch):
    """The store's memory of who sends the form, with a clock of its own."""
    clock = [0.0]
    fresh = request_sources.Sources(now=lambda: clock[0])
    monkeypatch.setattr(request_sources, "_sources", fresh)
    return fresh, clock


@pytest.mark.clause("C02")
def test_a_flooder_is_slowed_down_alone_and_forgotten_within_ten_minutes(shop, visitor, anna, sources):
    memory, clock = sources
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
    clock[0] += 601
    assert visitor.post(HERE, asked, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert len(memory) == 1
    assert visitor.post(HERE, asked, REMOTE_ADDR="203.0.113.7").status_code == 200


def test_an_internet_address_is_in_no_table_and_in_memory_only_as_a_keyed_hash(shop, visitor, sources):
    memory, _ = sources
    visitor.post(HERE, {"kind": "access", "email": "a@example.org"}, REMOTE_ADDR="203.0.113.7")
    assert "203.0.113.7" not in repr(memory.__dict__)
    assert "203.0.113.7" not in repr(list(PrivacyRequest.objects.values()))


def test_many_sources_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(request_sources, "SOURCES_AT_MOST", 100)
    memory = request_sources.Sources(now=lambda: 0.0)
    for number in range(1000):
        memory.wait_seconds(f"198.51.100.{number}")
    assert len(memory) <= 100


def test_in_production_the_proxys_word_about_the_sender_counts(rf, settings, sources):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, profile="production")
    spoken = rf.post(HERE, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.1, 2001:db8:1:2:3:4:5:6")
    neighbor = rf.post(HERE, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="2001:db8:1:2:9:9:9:9")
    silent = rf.post(HERE, REMOTE_ADDR="127.0.0.1")
    assert request_sources._source(spoken) == request_sources._source(neighbor) != ""
    assert request_sources._source(silent) == ""


def test_a_link_leads_to_every_right_whatever_it_was_asked_for(shop, visitor, opened, anna):
    bought = shop.sells(anna)
    page, ticket = opened("objection", anna.email)
    assert 'id="other-deletion"' in page
    chosen = visitor.post(f"{HERE}act/", {"ticket": ticket, "kind": "deletion"})
    assert bought.serial in chosen.content.decode()
    assert visitor.post(f"{HERE}act/", {"ticket": ticket, "sure": "1"}).status_code == 200
    assert visitor.get(f"/orders/{bought.token}/").status_code == 404


def test_a_telephone_number_is_read_as_its_owner_writes_it(shop, visitor, opened, anna):
    bought = shop.sells(anna)
    _, ticket = opened("correction", anna.email, "/ru")
    typed = {"ticket": ticket, "telephone": "8 (495) 123-45-67"}
    refused = visitor.post(f"{HERE}act/", typed)
    assert refused.status_code == 422
    assert "+1 212" in refused.content.decode()
    assert visitor.post(f"/ru{HERE}act/", typed).status_code == 200
    kept = contact(bought.customer_id, purpose=Purpose.PRIVACY_REQUEST)
    assert kept is not None
    assert kept.telephone == "+74951234567"


def test_opening_the_link_changes_nothing_so_that_a_mail_scanner_may(shop, visitor, anna):
    shop.sells(anna)
    token = shop.link_to("deletion", anna.email)
    before = list(OneTimeKey.objects.values_list("tries_left", flat=True))
    for _ in range(5):
        assert visitor.get(f"{HERE}link/{token}/").status_code == 200
        assert visitor.head(f"{HERE}link/{token}/").status_code == 200
    assert list(OneTimeKey.objects.values_list("tries_left", flat=True)) == before
    assert PrivacyRequest.objects.get().verified_at is None


def test_pages_about_a_person_are_kept_out_of_caches_and_indexes(shop, visitor, anna):
    shop.sells(anna)
    token = shop.link_to("access", anna.email)
    answers = [visitor.get(f"{HERE}link/{token}/"), visitor.post(f"{HERE}link/{token}/"), visitor.post(f"{HERE}act/")]
    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]


def test_a_link_that_is_nobodys_gets_one_page_for_every_reason(shop, visitor):
    for path in (f"{HERE}link/{'A' * 43}/", f"{HERE}change/{'A' * 43}/", f"{HERE}link/short/"):
        assert visitor.get(path).status_code == visitor.post(path).status_code == 404
    answer = visitor.post(f"{HERE}act/", {"ticket": "A" * 43})
    assert answer.status_code == 404
    assert visitor.get(f"{HERE}act/").status_code == 302


def test_another_site_cannot_act_in_a_visitors_name(shop, anna):
    shop.sells(anna)
    token = shop.link_to("deletion", anna.email)
    foreign = Client(headers={"sec-fetch-site": "cross-site", "origin": "https://example.com"})
    assert foreign.post(f"{HERE}link/{token}/").status_code == 403
    assert PrivacyRequest.objects.get().verified_at is None


@pytest.mark.clause("C11")
@pytest.mark.parametrize("language", ["", "/ru"])
def test_a_copy_is_read_on_the_page_and_downloaded(shop, visitor, opened, anna, language):
    bought = shop.sells(anna)
    shop.calls(bought)
    page, ticket = opened("access", anna.email, language)
    assert anna.name not in page
    read = visitor.post(f"{language}{HERE}act/", {"ticket": ticket, "act": "read"})
    assert anna.name in read.content.decode()
    assert MOSCOW in read.content.decode()
    loaded = visitor.post(f"{language}{HERE}act/", {"ticket": ticket, "act": "download"})
    assert loaded["Content-Type"] == "application/zip"
    assert "attachment" in loaded["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(loaded.content)) as archive:
        told = json.loads(archive.read("personal-data.json"))
    assert told["sections"]["details"][0]["email"] == anna.email
    assert told["language"] == ("ru" if language else "en")


@pytest.mark.clause("C11")
def test_a_correction_with_a_mistake_is_shown_again_and_costs_no_try(shop, visitor, opened, anna):
    bought = shop.sells(anna)
    _, ticket = opened("correction", anna.email)
    for typed in ({}, {"name": "4111 1111 1111 1111"}, {"email": "x"}, {"telephone": "12"}):
        answer = visitor.post(f"{HERE}act/", {"ticket": ticket, **typed})
        assert answer.status_code == 422
    answer = visitor.post(f"{HERE}act/", {"ticket": ticket, "name": "Anna Orlova"})
    assert answer.status_code == 200
    kept = contact(bought.customer_id, purpose=Purpose.PRIVACY_REQUEST)
    assert kept is not None
    assert kept.name == "Anna Orlova"


def test_a_new_address_is_confirmed_by_its_own_link(shop, visitor, opened, anna):
    shop.sells(anna)
    _, ticket = opened("correction", anna.email)
    visitor.post(f"{HERE}act/", {"ticket": ticket, "email": "new@example.org"})
    [letter] = shop.sends()
    path = PATH.search(letter.body).group()
    assert visitor.get(path).status_code == 200
    assert keepers.find(mailbox=keepers.mailbox(anna.email))
    assert visitor.post(path).status_code == 200
    assert not keepers.find(mailbox=keepers.mailbox(anna.email))
    assert keepers.find(mailbox=keepers.mailbox("new@example.org"))


@pytest.mark.clause("C11")
def test_a_deletion_says_first_what_is_left_and_asks_once_more(shop, visitor, opened, anna):
    bought = shop.sells(anna)
    page, ticket = opened("deletion", anna.email)
    assert bought.serial in page
    assert "$10.00" in page
    unsure = visitor.post(f"{HERE}act/", {"ticket": ticket})
    assert unsure.status_code == 422
    assert keepers.find(mailbox=keepers.mailbox(anna.email))
    done = visitor.post(f"{HERE}act/", {"ticket": ticket, "sure": "1"})
    assert done.status_code == 200
    assert not keepers.find(mailbox=keepers.mailbox(anna.email))
    assert visitor.get(f"/orders/{bought.token}/").status_code == 404


def test_an_objection_ends_wishes_by_one_button(shop, visitor, opened, anna):
    shop.sells(anna, price_notices=True)
    _, ticket = opened("objection", anna.email)
    assert visitor.post(f"{HERE}act/", {"ticket": ticket}).status_code == 200
    assert PrivacyRequest.objects.get().state == "fulfilled"


def test_the_schema_is_published(visitor):
    answer = visitor.get(f"{HERE}schema.json")
    assert answer.status_code == 200
    assert answer.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_orders_page_leads_here_with_its_number(shop, visitor, anna):
    bought = shop.sells(anna)
    page = visitor.get(f"/orders/{bought.token}/").content.decode()
    assert f"/privacy/requests/?order={bought.order_number}" in page
    assert bought.order_number in visitor.get(f"{HERE}?order={bought.order_number}").content.decode()
    assert mail.outbox == []
