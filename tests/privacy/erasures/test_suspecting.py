"""A suspicion is one officer's act and its end that of two, and the register tells of both (clause C19)."""

import json
from datetime import timedelta

import pytest
from officers_scenery import officers

from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import actions
from crystalcall.privacy.erasures.models import SuspendedSubject
from crystalcall.privacy.erasures.suspecting import (
    OPEN_FOR,
    Lifting,
    Suspected,
    SuspicionRefusal,
    SuspicionRefused,
    lift,
    suspect,
)
from crystalcall.privacy.gate import Refusal, permit
from crystalcall.privacy.holds.actions import place_hold
from crystalcall.privacy.holds.values import HoldReason
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.queries import secret_of

__all__ = ["officers"]

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C19")]

WHY = "wrote of her school"


def found(bought):
    return keepers.find(order_number=bought.order_number)


def entered(kind):
    return RegisterEntry.objects.filter(kind=kind).order_by("pk")


def is_shut(bought):
    allowed = permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), bought.order_number)
    return isinstance(allowed, Refusal)


@pytest.fixture
def suspected(shop, anna, officers):
    """Anna bought something, and Vera suspects that she is a child."""
    bought = shop.sells(anna)
    done = suspect(found(bought), officers["vera"].public.fingerprint, WHY, now=shop.now)
    assert isinstance(done, Suspected)
    return bought


def test_a_suspicion_stands_in_the_register_with_its_officer_and_its_reason_sealed(suspected, officers, anna):
    [entry] = entered("child_suspected")
    assert json.loads(entry.facts) == {"officer": officers["vera"].public.fingerprint}
    assert secret_of(entry.hash)["reason"] == WHY
    for secret in (anna.email, suspected.order_number, str(suspected.customer_id), WHY):
        assert secret not in entry.facts
    assert is_shut(suspected)


def test_without_a_reason_nobody_is_suspected_and_twice_is_once(shop, anna, officers):
    bought = shop.sells(anna)
    by = officers["vera"].public.fingerprint
    assert suspect(found(bought), by, " ", now=shop.now) == SuspicionRefused(SuspicionRefusal.REASON_MISSING)
    assert not is_shut(bought)
    assert isinstance(suspect(found(bought), by, WHY, now=shop.now), Suspected)
    again = suspect(found(bought), by, WHY, now=shop.now)
    assert again == SuspicionRefused(SuspicionRefusal.SUSPECTED_BEFORE)
    assert entered("child_suspected").count() == 1


def test_two_officers_lift_it_and_each_step_is_entered(shop, suspected, officers):
    first = lift(found(suspected), officers["vera"], "saw a passport", now=shop.now)
    assert isinstance(first, Lifting)
    assert not first.is_lifted
    assert is_shut(suspected)
    second = lift(found(suspected), officers["igor"], "saw it too", now=shop.later(days=6))
    assert isinstance(second, Lifting)
    assert second.is_lifted
    assert not is_shut(suspected)
    assert SuspendedSubject.objects.count() == 0
    asked, done = entered("suspicion_lifted")
    signers = sorted(officers[name].public.fingerprint for name in ("vera", "igor"))
    assert json.loads(asked.facts)["step"] == "asked"
    assert json.loads(done.facts) == {"step": "done", "officers": signers}
    assert secret_of(done.hash)["reason"] == "saw it too"


def test_one_officer_alone_never_lifts_it(shop, suspected, officers):
    lift(found(suspected), officers["vera"], WHY, now=shop.now)
    again = lift(found(suspected), officers["vera"], WHY, now=shop.now)
    assert again == SuspicionRefused(SuspicionRefusal.SAME_OFFICER)
    no_reason = lift(found(suspected), officers["igor"], "", now=shop.now)
    assert no_reason == SuspicionRefused(SuspicionRefusal.REASON_MISSING)
    assert is_shut(suspected)
    assert entered("suspicion_lifted").count() == 1


def test_a_signature_counts_for_a_week_and_only_of_somebody_who_serves(shop, suspected, officers):
    lift(found(suspected), officers["vera"], WHY, now=shop.now)
    late = lift(found(suspected), officers["igor"], WHY, now=shop.now + OPEN_FOR)
    assert isinstance(late, Lifting)
    assert not late.is_lifted
    retire_officer("igor", reason="left", now=shop.now + OPEN_FOR)
    third = lift(found(suspected), officers["nina"], WHY, now=shop.now + OPEN_FOR + timedelta(hours=1))
    assert isinstance(third, Lifting)
    assert not third.is_lifted
    assert is_shut(suspected)


def test_a_new_suspicion_takes_two_new_signatures(shop, suspected, officers):
    for name in ("vera", "igor"):
        lift(found(suspected), officers[name], WHY, now=shop.now)
    suspect(found(suspected), officers["nina"].public.fingerprint, WHY, now=shop.later(hours=1))
    first = lift(found(suspected), officers["vera"], WHY, now=shop.now)
    assert isinstance(first, Lifting)
    assert not first.is_lifted
    assert is_shut(suspected)


def test_whom_nobody_suspects_is_not_lifted(shop, anna, officers):
    bought = shop.sells(anna)
    refused = lift(found(bought), officers["vera"], WHY, now=shop.now)
    assert refused == SuspicionRefused(SuspicionRefusal.NOT_SUSPECTED)
    assert not entered("suspicion_lifted").exists()


def test_a_child_whose_erasure_a_hold_keeps_waiting_is_entered_as_suspected_once(shop, anna, officers):
    bought = shop.sells(anna)
    until = shop.now + timedelta(days=30)
    place_hold(found(bought), HoldReason.LITIGATION, until=until, by="f" * 32, note="claim", now=shop.now)
    for _ in range(2):
        actions.erase_child(found(bought), "f" * 32, now=shop.now)
    assert is_shut(bought)
    assert entered("child_suspected").count() == 1
    assert not entered("child_erasure").exists()
