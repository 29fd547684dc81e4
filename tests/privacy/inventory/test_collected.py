"""What a reader is told is collected: everything, in words, in the reader's language."""

import msgspec
import pytest
from django.utils.translation import override
from fideslang import DEFAULT_TAXONOMY

from crystalcall.privacy import inventory
from crystalcall.privacy.categories import CATEGORIES
from crystalcall.privacy.inventory import (
    ERASE_WORDS,
    declare,
    declared_models,
    impersonal,
    personal,
    personal_fields,
)
from crystalcall.privacy.inventory_view import collected
from crystalcall.privacy.policy.saying import fields_said
from crystalcall.privacy.providers import PROVIDERS, SHARED
from crystalcall.privacy.purposes import BASIS_WORDS, FACTS, LegalBasis, Purpose
from crystalcall.privacy.retention_classes import CLASSES
from crystalcall.privacy.room_words import room_words

pytestmark = [pytest.mark.clause("C01")]


def test_no_personal_field_is_left_out():
    shown = {(field.model, field.name) for group in collected() for field in group.fields}
    kept = {(model, name) for model, fields in personal_fields().items() for name in fields}
    assert shown == kept


def test_each_thing_has_its_own_time_and_its_own_fate():
    [mail] = [group for group in collected() if group.category == "user.contact.email"]
    told = {(thing.words, thing.retention, thing.deletion) for thing in mail.things}
    kept = {(each.words, str(each.retention.words), str(ERASE_WORDS[each.erase])) for each in mail.fields}
    assert told == kept
    assert len(mail.things) == len(kept)
    assert len({thing.retention for thing in mail.things}) > 1


def test_things_of_one_name_are_told_apart_by_where_they_are():
    for group in collected():
        names = [thing.words for thing in group.things]
        for thing in group.things:
            assert bool(thing.where) == (names.count(thing.words) > 1)


def test_what_a_provider_gets_begins_with_what_everybody_gives():
    assert fields_said(["authority", "pin", "email"]) == tuple(
        str(SHARED[name].words) for name in ("email", "pin", "authority")
    )


@pytest.mark.clause("C25")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_room_that_keeps_something_about_people_has_a_name(language):
    rooms = {model.partition(".")[0] for model in personal_fields()}
    with override(language):
        nameless = {room for room in rooms if room_words(room) == room}
        assert not nameless
    if language == "ru":
        with override("en"):
            english = {room: room_words(room) for room in rooms}
        with override("ru"):
            assert not {room for room in rooms if room_words(room) == english[room]}


def test_a_field_that_is_added_appears_by_itself(monkeypatch):
    monkeypatch.setattr(inventory, "_declared", declared_models())
    entry = personal(
        category="user.name", purposes=(Purpose.ORDER_STATUS,), retention="order_record", erase="destroy", label="Diary"
    )
    declare("diary.Diary", {"id": impersonal("row number"), "text": entry})
    (names,) = [group for group in collected() if group.category == "user.name"]
    assert "Diary" in names.field_words


def test_each_group_says_what_for_how_long_and_who_else():
    (mail,) = [group for group in collected() if group.category == "user.contact.email"]
    assert Purpose.ORDER_STATUS in {use.purpose for use in mail.uses}
    assert "order_record" in {rule.name for rule in mail.retention}
    assert {given.provider for given in mail.given_to} == {"authorize-net", "mail-carrier"}


def test_whoever_gets_a_field_is_named_beside_its_category():
    named = {(given.provider, words) for group in collected() for given in group.given_to for words in given.fields}
    for key, provider in PROVIDERS.items():
        for name in provider.fields:
            assert (key, str(SHARED[name].words)) in named


@pytest.mark.clause("C25")
def test_all_of_it_exists_in_russian():
    with override("en"):
        english = {(group.category, *group.field_words, *(use.words for use in group.uses)) for group in collected()}
    with override("ru"):
        russian = {(group.category, *group.field_words, *(use.words for use in group.uses)) for group in collected()}
    assert len(english & russian) == 0


def test_every_key_is_one_of_fideslang():
    assert set(CATEGORIES) <= {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    assert {facts.use for facts in FACTS.values()} <= {use.fides_key for use in DEFAULT_TAXONOMY.data_use}
    assert {shared.category for shared in SHARED.values()} <= set(CATEGORIES)


def test_every_purpose_is_explained_and_lawful():
    assert set(FACTS) == set(Purpose)
    assert set(BASIS_WORDS) == set(LegalBasis)
    assert FACTS[Purpose.PRICE_NOTICE].basis is LegalBasis.CONSENT


def test_every_retention_class_has_an_end():
    for name, rule in CLASSES.items():
        assert rule.name == name
        assert rule.days is None or 0 < rule.days <= 10 * 366
        assert (rule.period is None) == (rule.days is None)


def test_how_long_calls_are_kept_is_the_operators_choice_and_said_as_it_is(settings):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, record_retention_months=6)
    assert CLASSES["call_record"].days == 184
    with override("en"):
        assert str(CLASSES["call_record"].words).startswith("for 6 months after the call")
    with override("ru"):
        assert str(CLASSES["call_record"].words).startswith("6 месяцев после звонка")


def test_what_an_export_leaves_out_says_why():
    withheld = [field for fields in personal_fields().values() for field in fields.values() if not field.is_exported]
    assert withheld
    assert all(len(field.not_exported) > len("a key") for field in withheld)
