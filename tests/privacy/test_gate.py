"""Nothing leaves but through the gate, and the gate keeps a record."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from crystalcall.privacy import gate
from crystalcall.privacy.gate import ForgedPermitError, Permit, Refusal, RefusalReason, permit
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.providers import PROVIDERS, Provider
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.queries import disclosures_about

pytestmark = pytest.mark.django_db


@pytest.mark.clause("C08", "C09")
def test_a_permit_is_a_recorded_disclosure():
    granted = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email", "amount"), "order-1")
    assert isinstance(granted, Permit)
    (entry,) = disclosures_about("order-1")
    assert (entry.provider, entry.purpose, entry.fields) == ("authorize-net", "order_fulfillment", ("amount", "email"))


@pytest.mark.clause("C08", "C09")
@pytest.mark.parametrize(
    ("provider", "purpose", "fields", "subject", "reason"),
    [
        ("mallory", Purpose.ORDER_FULFILLMENT, ("email",), "s", RefusalReason.UNKNOWN_PROVIDER),
        ("authorize-net", Purpose.CALL_DELIVERY, ("email",), "s", RefusalReason.PURPOSE_NOT_AGREED),
        ("authorize-net", Purpose.ORDER_FULFILLMENT, ("email", "name"), "s", RefusalReason.FIELD_NOT_AGREED),
        ("authorize-net", Purpose.ORDER_FULFILLMENT, (), "s", RefusalReason.NOTHING_NAMED),
        ("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "", RefusalReason.NOTHING_NAMED),
    ],
)
def test_a_refusal_says_why_and_records_nothing(provider, purpose, fields, subject, reason):
    refused = permit(provider, purpose, fields, subject)
    assert isinstance(refused, Refusal)
    assert refused.reason is reason
    assert Disclosure.objects.count() == 0


@pytest.mark.clause("C09")
@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2999, 1, 1), None), (date(2020, 1, 1), date(2020, 12, 31))],
)
def test_a_contract_that_is_not_in_force_opens_nothing(monkeypatch, since, until):
    provider = Provider("acme", "Acme", frozenset({Purpose.ORDER_STATUS}), frozenset({"email"}), since, until)
    monkeypatch.setitem(PROVIDERS, "acme", provider)
    refused = permit("acme", Purpose.ORDER_STATUS, ("email",), "s")
    assert isinstance(refused, Refusal)
    assert refused.reason is RefusalReason.NO_CONTRACT
    assert Disclosure.objects.count() == 0


@pytest.mark.clause("C08")
def test_nobody_but_the_gate_makes_a_permit():
    with pytest.raises(ForgedPermitError):
        Permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s", -1)


@pytest.mark.clause("C09")
def test_a_permit_covers_only_its_provider_and_fields():
    granted = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s")
    assert isinstance(granted, gate.Permit)
    assert granted.covers("authorize-net", "email")
    assert not granted.covers("authorize-net", "email", "amount")
    assert not granted.covers("mail-carrier", "email")


@pytest.mark.clause("C08", "C09")
def test_a_permit_is_used_once():
    granted = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s")
    assert isinstance(granted, Permit)
    assert not granted.spend("authorize-net", "email", "amount")
    assert granted.spend("authorize-net", "email")
    assert not granted.spend("authorize-net", "email")
    assert not granted.covers("authorize-net", "email")


@pytest.mark.clause("C08", "C09")
@pytest.mark.parametrize(
    "change", [{"subject": "victim"}, {"provider": "mail-carrier"}, {"fields": ("email", "name")}, {"number": -1}]
)
def test_a_permit_copied_for_something_else_is_no_permit(change):
    granted = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s")
    assert isinstance(granted, Permit)
    with pytest.raises(ForgedPermitError):
        replace(granted, **change)
    object.__setattr__(granted, *next(iter(change.items())))
    assert not granted.spend("authorize-net", "email")
    assert not granted.spend("mail-carrier", "email")


@pytest.mark.clause("C08", "C09")
@pytest.mark.django_db(transaction=True)
def test_a_permit_whose_record_was_rolled_back_opens_nothing():
    kept = []
    with transaction.atomic():
        kept.append(permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s"))
        transaction.set_rollback(True)
    assert Disclosure.objects.count() == 0
    assert not kept[0].spend("authorize-net", "email")
    with transaction.atomic():
        early = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s")
        assert early.spend("authorize-net", "email")
        late = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "s")
    assert late.spend("authorize-net", "email")
