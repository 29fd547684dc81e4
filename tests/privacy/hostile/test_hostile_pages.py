"""A page that somebody put into the store, and that means no good: each of its tries is refused, and the rest of the
store's middleware is the real one. What plug-ins try at the start is in tests/privacy/inventory, what a hostile
version of the policy tries in tests/privacy/policy.
"""

from types import ModuleType, SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from crystalcall.customers import seals
from crystalcall.customers.models import Customer
from crystalcall.mailings import carrier
from crystalcall.minutes.calls.dialling import NumberNotPermittedError, dial_routes
from crystalcall.plumbing.middleware import cookie_guard
from crystalcall.privacy.gate import ForgedPermitError, Permit, Refusal, permit
from crystalcall.privacy.keys.opening import PurposeRefusedError, open_field
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(settings):
    """Puts a page into the store and visits it as a browser does; gives the response or raises what the page raised."""
    from crystalcall.config import urls

    def put_and_visit(page):
        names = ("handler400", "handler403", "handler404", "handler500")
        module = ModuleType("hostile_addresses")
        module.__dict__.update({name: getattr(urls, name) for name in names})
        module.__dict__["urlpatterns"] = [path("hostile/", page), *urls.urlpatterns]
        settings.ROOT_URLCONF = module
        return Client().get("/hostile/")

    return put_and_visit


@pytest.mark.clause("C17")
def test_a_page_that_sets_a_cookie_is_shown_without_it(visit, monkeypatch):
    def page(_request):
        response = HttpResponse("page", headers={"Set-Cookie": "raw=1"})
        response.set_cookie("visitor", "1")
        return response

    monkeypatch.setattr(cookie_guard, "current", lambda: SimpleNamespace(profile="demo"))
    shown = visit(page)
    assert shown.content == b"page"
    assert not shown.cookies
    assert not shown.has_header("Set-Cookie")


@pytest.mark.clause("C04", "C08")
@pytest.mark.parametrize("purpose", [Purpose.ABUSE_PREVENTION, Purpose.CALL_RECORD, Purpose.ACCOUNTABILITY])
def test_a_page_that_reads_a_name_for_what_it_was_not_given_for_reads_nothing(shop, anna, visit, purpose):
    bought = shop.sells(anna)
    sealed = Customer.objects.get(pk=bought.customer_id).sealed_name

    def page(_request):
        return HttpResponse(open_field(seals.NAME, bought.customer_id, sealed, purpose=purpose, collected_under=1))

    with pytest.raises(PurposeRefusedError):
        visit(page)


@pytest.mark.clause("C08", "C09")
def test_a_page_that_sends_a_field_out_gets_no_permit_and_can_make_none(shop, anna, visit):
    shop.sells(anna)
    shop.sends()
    before = Disclosure.objects.count()
    asked = []

    def page(_request):
        asked.append(permit("advertiser", Purpose.PRICE_NOTICE, ("email",), "somebody"))
        asked.append(permit("mail-carrier", Purpose.PRICE_NOTICE, ("telephone",), "somebody"))
        Permit("mail-carrier", Purpose.PRICE_NOTICE, ("email",), "somebody", -1)
        return HttpResponse("sent")

    with pytest.raises(ForgedPermitError):
        visit(page)
    assert all(isinstance(each, Refusal) for each in asked)
    assert len(asked) == 2
    assert Disclosure.objects.count() == before


@pytest.mark.clause("C09")
def test_a_permit_for_one_thing_opens_no_other_door(visit):
    def page(_request):
        granted = permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), "somebody")
        dial_routes(granted, ["northline"], "74951234567")
        return HttpResponse("dialled")

    with pytest.raises(NumberNotPermittedError):
        visit(page)

    def other(_request):
        granted = permit("telephone-carrier", Purpose.CALL_DELIVERY, ("called_number",), "somebody")
        carrier.hand_over(granted, SimpleNamespace(holds=("email",), text="", html="", stop_url=""))
        return HttpResponse("mailed")

    with pytest.raises(carrier.PermitMissingError):
        visit(other)
