"""Whoever has their copy may want something else then: the same page serves it, as a request of its own."""

import pytest
from django.test import Client

from crystalcall.privacy import keepers
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.actions.serving import Forgotten, Ready
from crystalcall.privacy.requests.exporting import PersonalData
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import KeyRefused
from crystalcall.rules.privacy.requesting import RequestKind

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C11", "C12")]


@pytest.fixture
def fetched(shop, anna):
    """Anna's ticket, by which she has downloaded her copy already."""
    shop.sells(anna)
    ticket = shop.ticket_for("export", anna.email)
    assert isinstance(actions.fetch(ticket, now=shop.now), PersonalData)
    return ticket


def test_the_page_deletes_after_the_copy_was_downloaded(shop, anna, fetched):
    visitor = Client(headers={"sec-fetch-site": "same-origin"})
    page = visitor.post("/privacy/requests/act/", {"ticket": fetched, "kind": "deletion"}).content.decode()
    assert "I have what I need. Delete my data." in page
    done = visitor.post("/privacy/requests/act/", {"ticket": fetched, "sure": "1"})
    assert done.status_code == 200
    assert not keepers.find(mailbox=keepers.mailbox(anna.email))


def test_what_was_answered_stays_answered_and_the_second_right_is_a_request_of_its_own(shop, fetched):
    [first] = PrivacyRequest.objects.all()
    ready = actions.sort(fetched, RequestKind.CORRECTION, now=shop.now)
    assert isinstance(ready, Ready)
    assert ready.kind is RequestKind.CORRECTION
    assert ready.reference != first.reference
    answered, second = PrivacyRequest.objects.order_by("received_at", "closed_at")
    if answered.closed_at is None:
        answered, second = second, answered
    assert (answered.kind, answered.state) == ("export", "fulfilled")
    assert (second.kind, second.closed_at, second.mailbox) == ("correction", None, answered.mailbox)


def test_choosing_once_more_changes_the_new_request_and_opens_no_third(shop, fetched):
    actions.sort(fetched, RequestKind.CORRECTION, now=shop.now)
    actions.sort(fetched, RequestKind.DELETION, now=shop.now)
    assert PrivacyRequest.objects.count() == 2
    assert isinstance(actions.delete(fetched, now=shop.now), Forgotten)


def test_the_tickets_time_and_tries_are_not_prolonged_by_it(shop, fetched):
    from crystalcall.privacy.requests.models import OneTimeKey

    before = OneTimeKey.objects.get(role="ticket")
    actions.sort(fetched, RequestKind.DELETION, now=shop.later(minutes=10))
    after = OneTimeKey.objects.get(role="ticket")
    assert (after.expires_at, after.tries_left) == (before.expires_at, before.tries_left)
    assert isinstance(actions.sort(fetched, RequestKind.EXPORT, now=shop.later(minutes=21)), KeyRefused)


def test_the_same_copy_is_fetched_again_without_a_second_request(shop, fetched):
    actions.sort(fetched, RequestKind.EXPORT, now=shop.now)
    assert isinstance(actions.fetch(fetched, now=shop.now), PersonalData)
    assert PrivacyRequest.objects.count() == 1
