"""What counts as new is the pair: a kind of data for a purpose, a provider with a field for one, a longer time."""

from datetime import timedelta

import pytest
from django.utils import translation
from editions import add_version, change, drop_use, extend, keep_longer

from crystalcall.privacy.announcing.actions import announce, beat
from crystalcall.privacy.gate import Permit, Refusal, RefusalReason, permit
from crystalcall.privacy.policy import Allowed, NewUse, NotAllowed, NotAllowedReason, allows, library, new_uses
from crystalcall.privacy.policy.differences import practice_changes
from crystalcall.privacy.policy.queries import hands_over
from crystalcall.privacy.policy.saying import changes_said, new_uses_said
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.queries import disclosures_about
from crystalcall.privacy.reading_gate import refusal

PHONE = "user.contact.phone_number"
PAGE = "secret address of a page of yours (of an order, of a wish, of a request)"


def said(place) -> dict[str, tuple[str, ...]]:
    """What the version in a folder changes, as its pages and mails say it."""
    before = library.read(place.with_name(f"{int(place.name) - 1:04d}")).version
    changes = practice_changes(before.practices, library.read(place).version.practices)
    return {group.heading: group.lines for group in changes_said(changes)}


def bring_into_force(now):
    due_at = announce(None, now=now).due_at
    moment = now
    while moment < due_at:
        moment = min(moment + timedelta(minutes=50), due_at)
        beat(moment)
    return due_at


def give_more(folder) -> None:
    """Authorize.Net gets names too."""
    change(folder / "practices.toml", 'fields = ["amount", "email"', 'fields = ["amount", "name", "email"')


@pytest.mark.clause("C20")
def test_an_old_purpose_of_another_kind_of_data_is_a_new_use(widened):
    assert said(widened) == {"New uses of data": ("Telephone number: to tell you before prices rise, if you asked",)}
    with translation.override("ru"):
        assert list(said(widened)) == ["Новое использование данных"]


@pytest.mark.clause("C20")
def test_a_longer_time_is_named(folder):
    keep_longer(add_version(folder, 2), PHONE, "officer")
    ((heading, (line,)),) = said(folder / "0002").items()
    assert heading == "Kept longer, or by one more rule"
    assert line.startswith("Telephone number: ten years after a member of staff left office")


@pytest.mark.clause("C20", "C09")
def test_a_field_more_for_a_provider_is_named_with_what_it_goes_for(folder):
    give_more(add_version(folder, 2))
    assert said(folder / "0002") == {"Who gets more": ("Authorize.Net: name — to take and deliver your order",)}


@pytest.mark.clause("C20", "C09")
def test_a_field_and_a_purpose_more_are_named_with_every_pair_that_is_new(folder):
    place = add_version(folder, 2)
    give_more(place)
    change(
        place / "practices.toml",
        'purposes = ["order_fulfillment"]\nfields',
        'purposes = ["order_fulfillment", "order_status"]\nfields',
    )
    status = "to tell you how your order and credit stand"
    assert set(said(place)["Who gets more"]) == {
        f"Authorize.Net: name — to take and deliver your order; {status}",
        f"Authorize.Net: e-mail address; amount of the payment; order number; {PAGE} — {status}",
    }


@pytest.mark.clause("C20", "C09")
def test_a_new_provider_is_named(folder):
    place = add_version(folder, 2)
    with (place / "practices.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[providers]]\nkey = "helpers"\nname = "Helpers Inc."\npurposes = ["customer_service"]\n'
            'fields = ["email"]\ncontract_from = 2026-12-01\n'
        )
    assert said(place) == {
        "Who gets data for the first time": ("Helpers Inc.: e-mail address — to answer your questions",)
    }


@pytest.mark.clause("C20", "C19")
def test_a_lower_age_is_named_as_more_and_a_higher_one_as_no_more(folder):
    change(folder / "0001" / "practices.toml", "minimum_age = 13", "minimum_age = 16")
    change(add_version(folder, 2) / "practices.toml", "minimum_age = 16", "minimum_age = 14")
    before, after = (library.read(folder / name).version.practices for name in ("0001", "0002"))
    (lower,), (higher,) = changes_said(practice_changes(before, after)), changes_said(practice_changes(after, before))
    assert (lower.heading, lower.lines, lower.is_more) == ("Least age", ("16 → 14",), True)
    assert higher.is_more is False


def test_what_is_done_less_is_named_too(folder):
    drop_use(add_version(folder, 2), "price_notice")
    groups = said(folder / "0002")
    assert list(groups) == ["Uses that end", "Who gets less"]
    assert all("to tell you before prices rise" in line for lines in groups.values() for line in lines)


def test_where_only_words_change_nothing_is_named(folder):
    assert said(add_version(folder, 2)) == {}


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_the_pair_waits_for_force_and_for_older_data_for_its_owners_word(widened, now):
    asked = {"category": PHONE, "collected_under": 1}
    refused = allows(Purpose.PRICE_NOTICE, now=now, **asked)
    assert refused == NotAllowed(NotAllowedReason.NOT_IN_FORCE, "price_notice")
    due_at = bring_into_force(now)
    assert allows(Purpose.PRICE_NOTICE, now=due_at, **asked) == NotAllowed(
        NotAllowedReason.NOT_AGREED, "price_notice", 2
    )
    assert allows(Purpose.PRICE_NOTICE, now=due_at, agreed=(2,), **asked) == Allowed(2)
    assert allows(Purpose.PRICE_NOTICE, now=due_at, category=PHONE, collected_under=2) == Allowed(2)
    assert allows(Purpose.PRICE_NOTICE, now=due_at, category="user.contact.email", collected_under=1) == Allowed(2)
    waiting = new_uses(collected_under=1, now=due_at)
    assert waiting == (NewUse("price_notice", PHONE),)
    assert new_uses_said(waiting) == ("Telephone number: to tell you before prices rise, if you asked",)


@pytest.mark.django_db
@pytest.mark.clause("C20", "C04")
def test_a_sealed_field_is_not_read_for_a_pair_that_its_owner_did_not_agree_to(widened, now, frozen_clock):
    frozen_clock.moment = bring_into_force(now)
    assert refusal(Purpose.PRICE_NOTICE, PHONE, None, 1) == "not_agreed"
    assert refusal(Purpose.PRICE_NOTICE, PHONE, None, 2) == ""
    assert refusal(Purpose.CALL_DELIVERY, PHONE, None, 1) == ""


@pytest.mark.django_db
@pytest.mark.clause("C20", "C09")
def test_a_provider_gets_no_field_more_about_older_data_until_its_owner_agrees(folder, now):
    give_more(add_version(folder, 2))
    due_at = bring_into_force(now)
    asked = ("authorize-net", Purpose.ORDER_FULFILLMENT, ("email", "name"))
    assert hands_over(*asked, now=now, collected_under=1) == NotAllowed(
        NotAllowedReason.NOT_IN_FORCE, "order_fulfillment"
    )
    assert hands_over(*asked, now=due_at, collected_under=1).reason is NotAllowedReason.NOT_AGREED
    assert hands_over(*asked, now=due_at, collected_under=1, agreed=(2,)) == Allowed(2)
    assert hands_over(*asked, now=due_at, collected_under=2) == Allowed(2)
    waiting = new_uses(collected_under=1, now=due_at)
    assert waiting == (NewUse("order_fulfillment", provider="authorize-net", field="name"),)
    assert new_uses_said(waiting) == ("Authorize.Net gets: name — to take and deliver your order",)


@pytest.mark.django_db
@pytest.mark.clause("C20", "C09")
def test_the_gate_asks_for_each_kind_of_data_that_leaves(second, now, frozen_clock):
    frozen_clock.moment = bring_into_force(now)
    # The second version lets names and addresses serve price notices, and nothing else.
    refused = permit("mail-carrier", Purpose.PRICE_NOTICE, ("email", "balance"), "s", collected_under=2)
    assert refused == Refusal(RefusalReason.NOT_IN_POLICY, "price_notice")
    assert disclosures_about("s") == ()
    assert isinstance(permit("mail-carrier", Purpose.PRICE_NOTICE, ("email",), "s", collected_under=2), Permit)


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_a_use_that_was_dropped_and_comes_back_is_new_again(folder, now, frozen_clock):
    drop_use(add_version(folder, 2), "price_notice")
    second = frozen_clock.moment = bring_into_force(now)
    place = add_version(folder, 3)
    change(place / "practices.toml", "uses = [\n", 'uses = [\n    { purpose = "price_notice", since = 3 },\n')
    extend(place, "user.contact.email", "price_notice")
    third = bring_into_force(second)
    refused = allows(Purpose.PRICE_NOTICE, collected_under=1, now=third, category="user.contact.email")
    assert refused == NotAllowed(NotAllowedReason.NOT_AGREED, "price_notice", 3)
