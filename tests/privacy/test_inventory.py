"""Every field is declared, or the program does not start."""

import pytest
from fideslang import DEFAULT_TAXONOMY

from crystalcall.privacy import checks, inventory
from crystalcall.privacy.inventory import InventoryError, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose


@pytest.fixture
def empty(monkeypatch):
    monkeypatch.setattr(inventory, "_declared", {})


@pytest.mark.clause("C01", "C04")
def test_every_field_of_every_model_is_declared():
    assert checks.inventory_check() == []


@pytest.mark.clause("C01", "C04")
def test_an_undeclared_field_stops_the_start_and_is_named(monkeypatch):
    fields = inventory.declared_models()["privacy.Disclosure"]
    monkeypatch.setitem(inventory._declared, "privacy.Disclosure", {k: v for k, v in fields.items() if k != "subject"})
    (error,) = checks.inventory_check()
    assert "privacy.Disclosure.subject" in error.msg


def test_a_declaration_without_its_field_is_noticed(monkeypatch):
    fields = inventory.declared_models()["privacy.Disclosure"] | {"shadow": impersonal("made up")}
    monkeypatch.setitem(inventory._declared, "privacy.Disclosure", fields)
    (error,) = checks.inventory_check()
    assert "privacy.Disclosure.shadow" in error.msg


def test_a_model_cannot_be_declared_twice_differently(empty):
    declare("a.B", {"id": impersonal("row number")})
    declare("a.B", {"id": impersonal("row number")})
    with pytest.raises(InventoryError):
        declare("a.B", {"id": impersonal("something else")})


@pytest.mark.clause("C01", "C04")
def test_a_declaration_must_say_something(empty):
    with pytest.raises(InventoryError):
        impersonal("  ")
    with pytest.raises(InventoryError):
        personal(category="user.name", purposes=(), retention="order_record", erase="destroy")


@pytest.mark.clause("C01")
def test_every_category_is_one_of_fideslang():
    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    used = {field.category for fields in inventory.personal_fields().values() for field in fields.values()}
    assert used <= known
    assert Purpose.ORDER_FULFILLMENT in Purpose
