"""A hold and an erasure at the same moment: either it stands and nothing was erased, or nobody was left to hold."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from crystalcall.customers.models import Customer
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import actions as erasures
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.erasures.models import Erasure
from crystalcall.privacy.holds.actions import place_hold, release_hold
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.holds.models import HeldName, LegalHold, WaitingErasure
from crystalcall.privacy.holds.values import HoldReason, HoldRefusal, HoldRefused, HoldView
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.keys.queries import KeyState, state_of

RACING = Path(__file__).with_name("racing.py")
PEOPLE = 6
SECONDS = 120


def whole(customer_id):
    return keepers.whole(Person().joined(NameKind.CUSTOMER, [customer_id]), widen=False)


def holds(person, now):
    until = now + timedelta(days=30)
    return place_hold(person, HoldReason.TAX, until=until, by="0" * 32, note="tax", now=now)


def race(environment, now, customers):
    """Both processes go through the same people in the same order, at once; gives what each says of each."""
    told = {"now": now.isoformat(), "customers": [str(each) for each in customers]}
    children = {
        work: subprocess.Popen(
            [sys.executable, str(RACING), json.dumps({**told, "work": work})],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for work in ("hold", "erase")
    }
    try:
        for child in children.values():
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        for child in children.values():
            child.stdin.write("go\n")
            child.stdin.flush()
        said = {work: child.communicate(timeout=SECONDS) for work, child in children.items()}
        assert [child.returncode for child in children.values()] == [0, 0], said
        return {work: json.loads(out) for work, (out, _err) in said.items()}
    finally:
        for child in children.values():
            if child.poll() is None:
                child.kill()
            child.communicate()


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(400)
def test_of_a_hold_and_an_erasure_at_once_one_is_done_whole_and_the_other_not_at_all(
    process_environment, shop, own_ledger, anna
):
    customers = [shop.sells(anna).customer_id for _ in range(PEOPLE)]
    environment = process_environment | {"CRYSTALCALL_ERASURES_FILE": str(own_ledger)}
    said = race(environment, shop.now, customers)
    for customer, held, erased in zip(customers, said["hold"], said["erase"], strict=True):
        assert (held, erased) in {("HoldView", "ErasureWaits"), ("HoldRefused", "Erased")}
        stands = held == "HoldView"
        assert Customer.objects.filter(pk=customer).exists() == stands
        assert HeldName.objects.filter(name=str(customer)).exists() == stands
        assert state_of(customer) is (KeyState.STANDS if stands else KeyState.DESTROYED)
    stood = said["hold"].count("HoldView")
    assert LegalHold.objects.count() == WaitingErasure.objects.count() == stood
    assert Erasure.objects.count() == len(ledger.lines()) == PEOPLE - stood


@pytest.mark.django_db
def test_somebody_who_was_forgotten_a_moment_ago_cannot_be_held(shop, anna):
    """The officer found them before; the erasure was quicker."""
    person = whole(shop.sells(anna).customer_id)
    erasures.erase_person(person, Way.DELETION, now=shop.now)
    assert holds(person, shop.now) == HoldRefused(HoldRefusal.NOBODY)
    assert not HeldName.objects.exists()


@pytest.mark.django_db
def test_of_two_purchases_of_which_one_was_forgotten_the_other_is_held(shop, anna):
    first, second = shop.sells(anna), shop.sells(anna)
    person = Person(whole(first.customer_id).names | whole(second.customer_id).names)
    erasures.erase_person(whole(first.customer_id), Way.RETENTION, now=shop.now)
    assert isinstance(holds(person, shop.now), HoldView)
    assert HeldName.objects.filter(name=str(second.customer_id)).exists()
    assert not HeldName.objects.filter(name=str(first.customer_id)).exists()


@pytest.mark.django_db
def test_an_erasure_that_a_crash_cut_short_waits_for_a_hold_that_came_between(shop, anna):
    """The ledger's line was written and nothing else; the hold came before the line was carried out."""
    customer = shop.sells(anna).customer_id
    ledger.append((customer,), Way.DELETION, now=shop.now)
    placed = holds(whole(customer), shop.later(minutes=1))
    assert isinstance(placed, HoldView)
    assert erasures.replay(now=shop.later(minutes=10)).people == 0
    assert Customer.objects.filter(pk=customer).exists()
    release_hold(placed.reference, by="0" * 32, now=shop.now)
    assert erasures.replay(now=shop.now).people == 1
    assert not Customer.objects.filter(pk=customer).exists()


@pytest.mark.django_db
def test_a_hold_of_a_restored_backup_that_was_released_before_the_erasure_keeps_nobody(shop, anna):
    customer = shop.sells(anna).customer_id
    holds(whole(customer), shop.now)
    # Later it was released and the person forgotten; then this database was put back.
    ledger.append((customer,), Way.DELETION, now=shop.later(days=3))
    assert erasures.replay(now=shop.later(minutes=10)).people == 1
    assert not Customer.objects.filter(pk=customer).exists()


@pytest.mark.django_db
def test_nobody_to_lock_is_no_mistake():
    lock_people(())
    lock_people((uuid4(), uuid4()))
