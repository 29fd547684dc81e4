"""Contracts with providers stand in the register, each change once."""

from datetime import date

import pytest

from crystalcall.privacy.contracts import enter_contracts
from crystalcall.privacy.providers import PROVIDERS, Provider
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register import EntryKind
from crystalcall.privacy.register.queries import entries

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C09")]


def entered() -> list[dict]:
    return [entry.facts for entry in reversed(entries(kind=EntryKind.PROVIDER_CONTRACT))]


def test_every_contract_is_entered_once(now):
    assert enter_contracts(now) == len(PROVIDERS)
    assert enter_contracts(now) == 0
    assert {facts["provider"] for facts in entered()} == set(PROVIDERS)
    assert entered()[0] == {
        "provider": "authorize-net",
        "contract_from": "2026-01-01",
        "contract_until": None,
        "purposes": ["order_fulfillment"],
        "fields": ["amount", "email", "order_number", "page_address"],
    }


def test_a_contract_that_changes_is_entered_again_and_so_is_its_end(now, monkeypatch):
    enter_contracts(now)
    acme = Provider("acme", "Acme", frozenset({Purpose.ORDER_STATUS}), frozenset({"email"}), date(2026, 2, 1))
    monkeypatch.setitem(PROVIDERS, "acme", acme)
    assert enter_contracts(now) == 1
    longer = Provider("acme", "Acme", acme.purposes, acme.fields, acme.contract_from, date(2027, 1, 31))
    monkeypatch.setitem(PROVIDERS, "acme", longer)
    assert enter_contracts(now) == 1
    monkeypatch.delitem(PROVIDERS, "acme")
    assert enter_contracts(now) == 1
    assert enter_contracts(now) == 0
    assert [facts.get("contract_until", "ended") for facts in entered() if facts["provider"] == "acme"] == [
        None,
        "2027-01-31",
        "ended",
    ]
