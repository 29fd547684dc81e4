"""`crystalcall privacy keys`: what an operator types, reads, and gets for an exit code."""

import json
import uuid

import pytest
from click.testing import CliRunner
from keys_scenery import change_outer_key, drop_previous_key

from crystalcall.config.cli.privacy.keys import keys_group
from crystalcall.customers import actions, queries
from crystalcall.customers.models import Customer
from crystalcall.plumbing.sealing import seal
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.models import RegisterEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(keys_group, words)


@pytest.fixture
def anna_id(anna, now):
    return actions.record_guest(anna.name, anna.email, None, "en", now=now)


def test_the_state_of_the_keys_is_told(run, anna_id, now):
    destroy((uuid.uuid4(),), now=now)
    told = json.loads(run("status", "--json").stdout)
    assert (told["keys"], told["destroyed"], told["under_another_outer_key"]) == (1, 1, 0)
    said = run("status")
    assert said.exit_code == 0
    assert "1 keys stand, 1 are destroyed." in said.output


def test_an_outer_key_is_changed_and_the_register_says_so(run, anna, anna_id, settings):
    change_outer_key(settings)
    assert "under way" in run("status").output
    done = run("rotate", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["keys_renewed"] == 1
    entry = RegisterEntry.objects.get(kind="outer_key_rotated")
    assert json.loads(entry.facts)["key_count"] == 1
    drop_previous_key(settings)
    assert queries.contact(anna_id, purpose=Purpose.ORDER_FULFILLMENT).name == anna.name


def test_a_second_rotation_says_that_nothing_was_left(run, anna_id, settings):
    change_outer_key(settings)
    run("rotate")
    again = run("rotate")
    assert again.exit_code == 0
    assert "0 keys and 0 values" in again.output
    counts = [json.loads(entry.facts)["key_count"] for entry in RegisterEntry.objects.order_by("sequence")]
    assert counts == [1, 0]


def test_a_rotation_from_nothing_is_refused(run, anna_id):
    refused = run("rotate", "--json")
    assert refused.exit_code == 1
    assert "nothing_to_rotate_from" in refused.output
    assert not RegisterEntry.objects.exists()


def test_what_no_key_opens_is_told_and_ends_with_a_refusal(run, anna_id, settings):
    change_outer_key(settings, keep_previous=False)
    change_outer_key(settings)
    refused = run("rotate")
    assert refused.exit_code == 1
    assert "keep the old key" in refused.output


def test_values_from_before_are_sealed_anew(run, anna_id):
    Customer.objects.filter(pk=anna_id).update(sealed_name=seal("Anna before", f"customers.name:{anna_id}"))
    done = run("reseal")
    assert done.exit_code == 0, done.output
    assert "1 values were put right" in done.output
    assert bytes(Customer.objects.get().sealed_name)[:1] == b"\x02"
