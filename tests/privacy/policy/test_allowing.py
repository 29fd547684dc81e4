"""What only a newer version allows is refused until it is in force, and for older data until its owner agrees."""

from datetime import timedelta
from uuid import uuid4

import pytest
from editions import add_version, drop_use

from crystalcall.privacy.announcing.actions import announce, beat
from crystalcall.privacy.gate import Permit, Refusal, RefusalReason, permit
from crystalcall.privacy.policy import (
    Allowed,
    NewUse,
    NotAllowed,
    NotAllowedReason,
    agreed_versions,
    allows,
    library,
    new_uses,
)
from crystalcall.privacy.policy.actions import agree, take_back
from crystalcall.privacy.policy.checks import keeping_check
from crystalcall.privacy.policy.queries import hands_over
from crystalcall.privacy.policy.values import PolicyRefusal, Refused
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.queries import disclosures_about

pytestmark = pytest.mark.django_db

NEW, OLD = Purpose.PRICE_NOTICE, Purpose.ORDER_FULFILLMENT


@pytest.fixture
def in_force(second, now):
    """The moment at which version 2 came into force, with its one new use."""
    due_at = announce(None, now=now).due_at
    moment = now
    while moment < due_at:
        moment = min(moment + timedelta(hours=1), due_at)
        beat(moment)
    return due_at


@pytest.mark.clause("C20")
def test_a_use_that_only_the_announced_version_has_is_refused_until_it_is_in_force(second, now):
    due_at = announce(None, now=now).due_at
    for moment in (now, due_at - timedelta(seconds=1), due_at):
        refused = allows(NEW, collected_under=1, now=moment, agreed=(2,))
        assert refused == NotAllowed(NotAllowedReason.NOT_IN_FORCE, "price_notice")
        assert isinstance(allows(NEW, collected_under=2, now=moment), NotAllowed)
        assert allows(OLD, collected_under=1, now=moment) == Allowed(1)


@pytest.mark.clause("C20")
def test_data_collected_before_keeps_its_promises_until_its_owner_agrees(in_force):
    refused = allows(NEW, collected_under=1, now=in_force)
    assert refused == NotAllowed(NotAllowedReason.NOT_AGREED, "price_notice", 2)
    assert allows(NEW, collected_under=2, now=in_force) == Allowed(2)
    assert allows(NEW, collected_under=1, now=in_force, agreed=(2,)) == Allowed(2)
    assert allows(OLD, collected_under=1, now=in_force) == Allowed(2)
    waiting = new_uses(collected_under=1, now=in_force)
    assert {use.purpose for use in waiting} == {"price_notice"}
    assert NewUse("price_notice", "user.contact.email") in waiting
    assert NewUse("price_notice", provider="mail-carrier", field="email") in waiting
    assert new_uses(collected_under=2, now=in_force) == ()


@pytest.mark.clause("C20")
def test_a_customer_agrees_once_and_may_take_it_back(in_force):
    customer = uuid4()
    assert agree(customer, 2, now=in_force) is True
    assert agree(customer, 2, now=in_force) is False
    assert agreed_versions(customer) == {2}
    assert agreed_versions(uuid4()) == frozenset()
    assert take_back(customer) == 1
    assert isinstance(allows(NEW, collected_under=1, now=in_force, agreed=agreed_versions(customer)), NotAllowed)


@pytest.mark.parametrize("version", [0, 2, 3])
def test_nobody_agrees_to_a_version_that_is_not_in_force(second, now, version):
    announce(None, now=now)
    customer = uuid4()
    refused = agree(customer, version, now=now)
    assert isinstance(refused, Refused)
    assert refused.reason is PolicyRefusal.VERSION_UNKNOWN
    assert agreed_versions(customer) == frozenset()


def test_a_use_that_a_version_drops_is_refused_for_all_data(folder, now):
    drop_use(add_version(folder, 2), "customer_service")
    due_at = announce(None, now=now).due_at
    moment = now
    while moment < due_at:
        moment = min(moment + timedelta(hours=1), due_at)
        beat(moment)
    refused = allows(Purpose.CUSTOMER_SERVICE, collected_under=1, now=due_at)
    assert refused == NotAllowed(NotAllowedReason.NOT_IN_FORCE, "customer_service")


def test_every_purpose_is_a_use_of_the_first_version():
    assert {use.purpose for use in library.first().version.practices.uses} == {purpose.value for purpose in Purpose}


@pytest.mark.clause("C01", "C09")
def test_keeping_or_handing_over_what_the_policy_does_not_say_stops_the_start(folder):
    assert keeping_check() == []
    drop_use(folder / "0001", "price_notice")
    library._first.cache_clear()
    said = " ".join(error.msg for error in keeping_check())
    assert "is kept for price_notice, which the policy does not say" in said
    assert "The contract of the provider mail-carrier goes beyond what the policy says." in said


@pytest.mark.clause("C09")
@pytest.mark.parametrize(
    ("provider", "purpose", "fields", "allowed"),
    [
        ("telephone-carrier", Purpose.CALL_DELIVERY, ("called_number",), True),
        ("telephone-carrier", Purpose.CALL_DELIVERY, ("called_number", "name"), False),
        ("telephone-carrier", Purpose.ORDER_STATUS, ("called_number",), False),
        ("mallory", Purpose.CALL_DELIVERY, ("called_number",), False),
    ],
)
def test_nobody_gets_more_than_the_version_in_force_says(now, provider, purpose, fields, allowed):
    assert isinstance(hands_over(provider, purpose, fields, now=now, collected_under=1), Allowed) is allowed


@pytest.mark.clause("C20", "C09")
def test_the_gate_lets_nothing_out_for_a_use_before_its_version_is_in_force(second, now):
    announce(None, now=now)
    refused = permit("mail-carrier", NEW, ("email",), "s", collected_under=2, agreed=(2,))
    assert refused == Refusal(RefusalReason.NOT_IN_POLICY, "price_notice")
    assert disclosures_about("s") == ()


@pytest.mark.clause("C20", "C09")
def test_the_gate_lets_old_data_out_for_a_new_use_once_its_owner_agreed(in_force, frozen_clock):
    frozen_clock.moment = in_force
    refused = permit("mail-carrier", NEW, ("email",), "s", collected_under=1)
    assert refused == Refusal(RefusalReason.NOT_AGREED, "price_notice")
    assert disclosures_about("s") == ()
    assert isinstance(permit("mail-carrier", NEW, ("email",), "s", collected_under=1, agreed=(2,)), Permit)
    assert isinstance(permit("mail-carrier", NEW, ("email",), "s", collected_under=2), Permit)
    assert len(disclosures_about("s")) == 2
