"""Whoever reads a person says for what, and a column that was not given for it is refused (C01, C04)."""

import pytest

from crystalcall.privacy import keepers
from crystalcall.privacy.inventory import Personal, declaration_of
from crystalcall.privacy.keepers import ColumnKind
from crystalcall.privacy.keys.opening import PurposeRefusal, PurposeRefusedError
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.reading_columns import read

pytestmark = pytest.mark.clause("C01", "C10")


@pytest.fixture
def person(shop, anna):
    bought = shop.sells(anna, price_notices=True)
    shop.calls(bought)
    return keepers.find(order_number=bought.order_number)


def keeper_of(room):
    [found] = [each for each in keepers.all_keepers() if each.room == room]
    return found


def test_every_column_of_an_export_is_declared_for_its_persons_own_requests():
    for keeper in keepers.all_keepers():
        for section in keeper.sections:
            for column in section.columns:
                for field in column.fields:
                    declared = declaration_of(field)
                    assert isinstance(declared, Personal), field
                    assert Purpose.PRIVACY_REQUEST in declared.purposes, field


@pytest.mark.django_db
def test_each_room_gives_everything_for_the_persons_own_request(person, shop):
    for keeper in keepers.all_keepers():
        read(keeper, person, purpose=Purpose.PRIVACY_REQUEST, now=shop.now)


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", [Purpose.PRICE_NOTICE, Purpose.ABUSE_PREVENTION, Purpose.ACCOUNTABILITY])
@pytest.mark.parametrize("room", ["customers", "calls"])
def test_a_room_opens_nothing_for_a_purpose_that_was_not_declared(person, shop, room, purpose):
    with pytest.raises(PurposeRefusedError) as refused:
        read(keeper_of(room), person, purpose=purpose, now=shop.now)
    assert refused.value.reason is PurposeRefusal.PURPOSE_NOT_DECLARED


@pytest.mark.django_db
def test_a_column_that_lies_open_is_refused_like_a_sealed_one_and_only_where_it_is_wanted(person, shop):
    def read_columns(*keys: str) -> dict:
        return read(
            keeper_of("customers"),
            person,
            purpose=Purpose.LEGAL_OBLIGATION,
            now=shop.now,
            wanted=lambda section, column: section.key == "details" and column.key in keys,
        )

    with pytest.raises(PurposeRefusedError):
        read_columns("language")
    given = read_columns("name")
    [row] = given["details"]
    assert list(given) == ["details"]
    assert len([cell for cell in row if cell is not None]) == 1


@pytest.mark.django_db
def test_what_nobody_wants_is_not_even_read(person, shop, monkeypatch):
    keeper = keeper_of("customers")
    monkeypatch.setattr(type(keeper), "export", lambda *_given, **_also: pytest.fail("it was read"))
    given = read(keeper, person, purpose=Purpose.LEGAL_OBLIGATION, now=shop.now, wanted=lambda _section, _column: False)
    assert given == {}


def test_a_withheld_column_shows_no_field_to_anybody():
    for keeper in keepers.all_keepers():
        for section in keeper.sections:
            assert all(not each.fields or each.kind is not ColumnKind.WITHHELD for each in section.columns)
