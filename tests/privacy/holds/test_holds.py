"""Legal holds: what is held is neither expired nor erased; a release does what waited."""

from datetime import timedelta

import pytest

from crystalcall.customers.models import Customer
from crystalcall.minutes.calls.models import Call, CallRecord
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_child, erase_person
from crystalcall.privacy.erasures.models import SuspendedSubject
from crystalcall.privacy.erasures.values import Erased, ErasureWaits
from crystalcall.privacy.erasures.waiting import carry_out_waiting
from crystalcall.privacy.holds import actions, queries
from crystalcall.privacy.holds.models import HeldName, LegalHold, WaitingErasure
from crystalcall.privacy.holds.values import HoldReason, HoldRefusal, HoldRefused, HoldView
from crystalcall.privacy.keepers import Person, Way
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests import actions as requests
from crystalcall.privacy.requests.actions.serving import Held
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.retention import actions as retention
from crystalcall.privacy.retention_classes import CLASSES
from crystalcall.shop.orders.models import Order

pytestmark = pytest.mark.django_db
OLGA = "0123456789abcdef0123456789abcdef"


def found(bought):
    return keepers.find(order_number=bought.order_number)


def hold(shop, bought, *, days=365):
    placed = actions.place_hold(
        found(bought),
        HoldReason.LITIGATION,
        until=shop.now + timedelta(days=days),
        by=OLGA,
        note="Case 17 of the court in N.",
        now=shop.now,
    )
    assert isinstance(placed, HoldView), placed
    return placed


def test_a_held_person_is_not_erased_and_nothing_of_theirs_changed(shop, anna):
    bought = shop.sells(anna)
    shop.calls(bought)
    hold(shop, bought)
    assert erase_person(found(bought), Way.DELETION, now=shop.now) == ErasureWaits()
    assert Customer.objects.filter(pk=bought.customer_id).exists()
    assert state_of(bought.customer_id) is KeyState.STANDS
    assert Call.objects.exclude(sealed_grant=None).exists()
    assert not RegisterEntry.objects.filter(kind="erasure").exists()


def test_releasing_a_hold_runs_the_erasure_that_waited_once(shop, anna):
    bought = shop.sells(anna)
    placed = hold(shop, bought)
    for _ in range(2):
        erase_person(found(bought), Way.DELETION, now=shop.now)
    assert WaitingErasure.objects.count() == 1
    assert carry_out_waiting(shop.now) == 0
    released = actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    assert isinstance(released, HoldView)
    assert carry_out_waiting(shop.now) == 1
    assert not Customer.objects.exists()
    assert not WaitingErasure.objects.exists()
    assert not HeldName.objects.exists()
    assert RegisterEntry.objects.filter(kind="erasure").count() == 1


def test_an_erasure_that_waited_takes_nothing_bought_since(shop, anna):
    bought = shop.sells(anna)
    placed = hold(shop, bought)
    erase_person(found(bought), Way.DELETION, now=shop.now)
    shop.later(days=1)
    later = shop.sells(anna)
    actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    carry_out_waiting(shop.now)
    assert [row.pk for row in Customer.objects.all()] == [later.customer_id]


def test_what_is_held_does_not_expire_and_goes_in_the_night_after_its_release(shop, anna, boris):
    bought, other = shop.sells(anna), shop.sells(boris)
    shop.calls(bought)
    shop.calls(other, call_id="c2")
    shop.later(days=CLASSES["order_record"].days - 100)
    placed = hold(shop, bought)
    shop.later(days=101)
    retention.enforce_nightly(shop.now)
    assert [row.pk for row in Customer.objects.all()] == [bought.customer_id]
    assert {row.ledger_account_id for row in CallRecord.objects.all()} == {bought.account_id}
    assert Call.objects.count() == 1
    actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    retention.enforce_nightly(shop.later(days=1))
    assert not Customer.objects.exists()
    assert not CallRecord.objects.exists()
    assert not Call.objects.exists()


def test_a_hold_ends_by_itself_on_its_last_day_and_what_waited_is_done(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought, days=10)
    erase_person(found(bought), Way.DELETION, now=shop.now)
    retention.enforce_nightly(shop.later(days=9))
    assert Customer.objects.exists()
    retention.enforce_nightly(shop.later(days=1))
    assert not Customer.objects.exists()
    assert LegalHold.objects.get().released_at == shop.now


def test_two_holds_are_two_and_the_last_one_counts(shop, anna):
    bought = shop.sells(anna)
    first, second = hold(shop, bought), hold(shop, bought)
    actions.release_hold(first.reference, by=OLGA, now=shop.now)
    assert erase_person(found(bought), Way.DELETION, now=shop.now) == ErasureWaits()
    actions.release_hold(second.reference, by=OLGA, now=shop.now)
    assert isinstance(erase_person(found(bought), Way.DELETION, now=shop.now), Erased)


def test_a_held_child_is_shut_off_at_once_and_erased_at_the_end(shop, anna):
    bought = shop.sells(anna)
    placed = hold(shop, bought)
    assert erase_child(found(bought), OLGA, now=shop.now) == ErasureWaits()
    assert SuspendedSubject.objects.filter(subject=str(bought.customer_id)).exists()
    actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    assert carry_out_waiting(shop.now) == 1
    assert not Customer.objects.exists()
    assert RegisterEntry.objects.filter(kind="child_erasure").count() == 1


def test_a_deletion_asked_on_the_site_stays_open_while_the_hold_stands(shop, anna):
    bought = shop.sells(anna)
    ticket = shop.ticket_for("deletion", anna.email)
    placed = hold(shop, bought)
    assert isinstance(requests.delete(ticket, now=shop.now), Held)
    requests.tidy(shop.later(days=2))
    assert PrivacyRequest.objects.get().closed_at is None
    actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    carry_out_waiting(shop.now)
    answered = PrivacyRequest.objects.get()
    assert (answered.state, answered.mailbox) == ("fulfilled", None)
    assert Order.objects.get().customer_id is None


def test_the_register_is_told_in_the_veiled_book_without_a_name_or_the_words_of_the_order(shop, anna):
    bought = shop.sells(anna)
    placed = hold(shop, bought)
    actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    entries = RegisterEntry.objects.filter(kind__in=["legal_hold", "hold_released"])
    assert {entry.book for entry in entries} == {"veiled"}
    text = " ".join(entry.facts for entry in entries)
    for word in (anna.email, bought.order_number, str(bought.customer_id), "Case 17"):
        assert word not in text
    assert placed.reference in text


@pytest.mark.parametrize(("days", "refusal"), [(0, HoldRefusal.ENDS_BEFORE_IT_BEGINS), (9999, HoldRefusal.TOO_LONG)])
def test_a_hold_without_a_sensible_end_is_refused(shop, anna, days, refusal):
    bought = shop.sells(anna)
    until = shop.now + timedelta(days=days)
    refused = actions.place_hold(found(bought), HoldReason.TAX, until=until, by=OLGA, note="x", now=shop.now)
    assert refused == HoldRefused(refusal)
    assert not LegalHold.objects.exists()


def test_nobody_is_held_and_nothing_is_released_twice(shop, anna):
    until = shop.now + timedelta(days=1)
    nobody = actions.place_hold(Person(), HoldReason.TAX, until=until, by=OLGA, note="x", now=shop.now)
    assert nobody == HoldRefused(HoldRefusal.NOBODY)
    placed = hold(shop, shop.sells(anna))
    actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    again = actions.release_hold(placed.reference, by=OLGA, now=shop.now)
    assert again == HoldRefused(HoldRefusal.RELEASED_BEFORE)
    assert actions.release_hold("NOSUCH", by=OLGA, now=shop.now) == HoldRefused(HoldRefusal.UNKNOWN)
    assert queries.holds() == ()
    assert len(queries.holds(released_too=True)) == 1
