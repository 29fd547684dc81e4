"""The demo's first administrator: an address at each start until somebody used one, and never again."""

import pytest

from crystalcall.config.cli.demo_setup import ADMINISTRATOR, load_staff
from crystalcall.customers.signing_in.values import Issued
from crystalcall.customers.staff import actions, queries
from crystalcall.customers.staff.values import SetUpInfo, SetUpRefused
from crystalcall.plumbing.clock import now
from crystalcall.rules.staffing import Role

pytestmark = pytest.mark.django_db


def secret(address):
    return address.rstrip("/").rpartition("/")[2]


def test_each_start_gives_an_address_until_one_was_used(thumbprint):
    first, second = load_staff(), load_staff()
    assert isinstance(queries.look_at_set_up(secret(first), now=now()), SetUpRefused)
    assert isinstance(queries.look_at_set_up(secret(second), now=now()), SetUpInfo)
    [member] = queries.members(now=now())
    assert (member.email, member.roles) == (ADMINISTRATOR, frozenset(Role))
    assert isinstance(actions.set_up(secret(second), "a lamp beside the grey window", thumbprint, now=now()), Issued)
    assert load_staff() == ""
    assert len(queries.members(now=now())) == 1


def test_whoever_added_somebody_by_hand_is_given_no_second_administrator(hire):
    hire("administrator")
    assert load_staff() == ""
    assert queries.member_of_address(ADMINISTRATOR) is None
