"""What is corrected under a legal hold: it counts at once, nothing that is held is lost, and nothing betrays it."""

import json
import select
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from buyers import token_in

from crystalcall.customers import seals
from crystalcall.customers.actions import DetailsChanged, change_details, join_guest
from crystalcall.customers.models import Customer
from crystalcall.customers.queries import contact
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_child, erase_person
from crystalcall.privacy.erasures.waiting import carry_out_waiting
from crystalcall.privacy.holds import actions as holding
from crystalcall.privacy.holds import prior
from crystalcall.privacy.holds.models import HeldName, HeldValue, LegalHold
from crystalcall.privacy.holds.values import HoldReason, HoldView
from crystalcall.privacy.keepers import Correction, NameKind, Person, Way
from crystalcall.privacy.keys.opening import PurposeRefusedError, open_field
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.reading_columns import read
from crystalcall.privacy.requests import actions as requests
from crystalcall.privacy.requests.actions.serving import Corrected
from crystalcall.privacy.requests.exporting import gather
from crystalcall.privacy.requests.writing import as_json
from crystalcall.privacy.retention import actions as retention

OLGA = "0123456789abcdef0123456789abcdef"
LAW = Purpose.LEGAL_OBLIGATION
RACING = Path(__file__).with_name("racing.py")
SECONDS = 120


def whole(bought):
    return keepers.find(order_number=bought.order_number)


def hold(shop, bought, *, days=365):
    placed = holding.place_hold(
        whole(bought),
        HoldReason.LITIGATION,
        until=shop.now + timedelta(days=days),
        by=OLGA,
        note="Case 17.",
        now=shop.now,
    )
    assert isinstance(placed, HoldView), placed
    return placed


def corrects(shop, person, **what):
    done = requests.correct(shop.ticket_for("correction", person.email), Correction(**what), now=shop.now)
    assert isinstance(done, Corrected), done
    return done


def kept(bought):
    return {each.name: each.text for each in prior.prior_values(bought.customer_id, purpose=LAW)}


@pytest.mark.django_db
@pytest.mark.clause("C10", "C13")
def test_what_is_corrected_under_a_hold_counts_at_once_and_what_stood_before_is_kept(shop, anna):
    """Without an archive, too: nobody is an officer here."""
    bought = shop.sells(anna)
    hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg", telephone="")
    known = contact(bought.customer_id, purpose=LAW)
    assert (known.name, known.telephone) == ("Anna Hale-Berg", None)
    assert kept(bought) == {seals.NAME: anna.name, seals.TELEPHONE: anna.telephone}
    stored = b"".join(bytes(row.sealed_content) for row in HeldValue.objects.all())
    assert anna.name.encode() not in stored


@pytest.mark.django_db
def test_without_a_hold_nothing_is_kept(shop, anna, boris):
    bought, other = shop.sells(anna), shop.sells(boris)
    hold(shop, other)
    corrects(shop, anna, name="Anna Hale-Berg")
    assert not HeldValue.objects.exists()
    assert kept(bought) == {}


@pytest.mark.django_db
@pytest.mark.clause("C10")
def test_the_answer_and_the_own_export_are_the_same_whether_or_not_a_hold_stands(shop, anna, boris):
    bought, _other = shop.sells(anna), shop.sells(boris)
    hold(shop, bought)
    said = [corrects(shop, person, name="Somebody Else", telephone="") for person in (anna, boris)]
    assert said[0].counts == said[1].counts
    told = as_json(gather(keepers.find(mailbox=keepers.mailbox(anna.email)), now=shop.now, language="en")).decode()
    assert anna.name not in told
    assert anna.telephone not in told
    assert len(json.loads(told)["sections"]["details"]) == 1


@pytest.mark.django_db
def test_only_an_obligation_of_the_law_opens_it(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg")
    row = HeldValue.objects.get()
    for purpose in set(Purpose) - {LAW}:
        assert prior.prior_values(bought.customer_id, purpose=purpose) == ()
        with pytest.raises(PurposeRefusedError):
            open_field(prior.FIELD, row.pk, row.sealed_content, purpose=purpose, collected_under=1)


@pytest.mark.django_db
def test_an_authoritys_package_holds_what_stood_before_as_a_row_of_its_own(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought)
    changed = change_details(bought.customer_id, name=anna.name, telephone="+12125550199", language="ru", now=shop.now)
    assert changed == DetailsChanged(is_new=True)
    shop.later(days=1)
    corrects(shop, anna, name="Anna Hale-Berg")
    [room] = [each for each in keepers.all_keepers() if each.room == "customers"]
    wanted = {"name", "email", "telephone"}
    rows = read(room, whole(bought), purpose=LAW, now=shop.now, wanted=lambda _section, each: each.key in wanted)
    assert [row[1:5] for row in rows["details"]] == [
        ("Anna Hale-Berg", anna.email, "+12125550199", None),
        (anna.name, anna.email, "+12125550199", None),
        (anna.name, anna.email, anna.telephone, None),
    ]
    assert len(read(room, whole(bought), purpose=Purpose.PRIVACY_REQUEST, now=shop.now)["details"]) == 1


@pytest.mark.django_db
def test_a_new_address_keeps_the_old_one_for_the_hold(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought)
    corrects(shop, anna, email="anna@elsewhere.example.org")
    [letter] = shop.sends()
    assert kept(bought) == {}
    requests.confirm_change(token_in(letter), now=shop.now)
    assert contact(bought.customer_id, purpose=LAW).email == "anna@elsewhere.example.org"
    assert kept(bought) == {seals.EMAIL: anna.email}


@pytest.mark.django_db
def test_edited_account_information_keeps_name_telephone_and_language_for_the_hold(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought)
    change_details(bought.customer_id, name="A. Hale", telephone="", language="ru", now=shop.now)
    assert kept(bought) == {
        seals.NAME: anna.name,
        seals.TELEPHONE: anna.telephone,
        "customers.Customer.language": anna.language,
    }
    change_details(bought.customer_id, name="A. Hale", telephone="", language="ru", now=shop.now)
    assert HeldValue.objects.count() == 3


@pytest.mark.django_db
def test_the_address_an_account_signs_in_with_keeps_the_old_one_for_the_hold(shop, anna):
    from crystalcall.customers.keeping_people import CustomersKeeper

    bought = shop.sells(anna)
    hold(shop, bought)
    person = Person().joined(NameKind.CUSTOMER, [bought.customer_id])
    CustomersKeeper().correct(person, Correction(email="new@example.org"), now=shop.now)
    assert kept(bought) == {seals.EMAIL: anna.email}


@pytest.mark.django_db
def test_a_guest_who_is_held_is_not_joined_with_an_account(shop, anna):
    first, second = shop.sells(anna), shop.sells(anna)
    hold(shop, first)
    assert not join_guest(first.customer_id, second.customer_id, now=shop.now)
    assert Customer.objects.filter(pk=first.customer_id).exists()


@pytest.mark.django_db
@pytest.mark.clause("C13")
def test_with_the_hold_ends_what_was_kept_for_it_and_its_key(shop, anna):
    bought = shop.sells(anna)
    placed = hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg", telephone="")
    keys = list(HeldValue.objects.values_list("pk", flat=True))
    assert {state_of(each) for each in keys} == {KeyState.STANDS}
    holding.release_hold(placed.reference, by=OLGA, now=shop.now)
    assert not HeldValue.objects.exists()
    assert {state_of(each) for each in keys} == {KeyState.DESTROYED}
    assert contact(bought.customer_id, purpose=LAW).name == "Anna Hale-Berg"


@pytest.mark.django_db
def test_what_another_hold_wants_as_well_stays_until_that_one_ends(shop, anna):
    bought = shop.sells(anna)
    first = hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg")
    second = hold(shop, bought)
    holding.release_hold(first.reference, by=OLGA, now=shop.now)
    assert kept(bought) == {seals.NAME: anna.name}
    holding.release_hold(second.reference, by=OLGA, now=shop.now)
    assert not HeldValue.objects.exists()


@pytest.mark.django_db
def test_the_night_ends_what_a_crash_after_the_release_left(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg")
    LegalHold.objects.update(released_at=shop.now)
    HeldName.objects.all().delete()
    retention.enforce_nightly(shop.later(days=1))
    assert not HeldValue.objects.exists()


@pytest.mark.django_db
def test_a_hold_ends_by_itself_and_takes_what_was_kept_with_it(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought, days=10)
    corrects(shop, anna, name="Anna Hale-Berg")
    retention.enforce_nightly(shop.later(days=9))
    assert kept(bought) == {seals.NAME: anna.name}
    retention.enforce_nightly(shop.later(days=1))
    assert not HeldValue.objects.exists()


@pytest.mark.django_db
@pytest.mark.clause("C19")
def test_of_a_child_nothing_of_it_is_left_when_the_hold_ends(shop, anna):
    bought = shop.sells(anna)
    placed = hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg")
    erase_child(whole(bought), OLGA, now=shop.now)
    assert kept(bought) == {seals.NAME: anna.name}
    holding.release_hold(placed.reference, by=OLGA, now=shop.now)
    assert carry_out_waiting(shop.now) == 1
    assert not HeldValue.objects.exists()


@pytest.mark.django_db
def test_what_a_restored_backup_brought_back_goes_with_its_person(shop, anna):
    bought = shop.sells(anna)
    hold(shop, bought)
    corrects(shop, anna, name="Anna Hale-Berg")
    HeldName.objects.all().delete()
    erase_person(whole(bought), Way.DELETION, now=shop.now)
    assert not HeldValue.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_correction_waits_for_a_hold_that_is_being_placed_and_keeps_what_it_replaces(
    process_environment, shop, own_ledger, anna
):
    bought = shop.sells(anna)
    told = {"now": shop.now.isoformat(), "customers": [str(bought.customer_id)]}
    environment = process_environment | {"CRYSTALCALL_ERASURES_FILE": str(own_ledger)}
    children = {
        work: subprocess.Popen(
            [sys.executable, str(RACING), json.dumps({**told, "work": work})],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for work in ("hold_slowly", "correct")
    }
    try:
        for child in children.values():
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        says(children["hold_slowly"], "go")
        assert children["hold_slowly"].stdout.readline() == "placed\n"
        says(children["correct"], "go")
        # While the hold is not committed the correction says nothing: it waits.
        assert not is_heard(children["correct"], seconds=2)
        says(children["hold_slowly"], "commit")
        said = {work: child.communicate(timeout=SECONDS) for work, child in children.items()}
        assert [child.returncode for child in children.values()] == [0, 0], said
    finally:
        for child in children.values():
            if child.poll() is None:
                child.kill()
            child.communicate()
    assert kept(bought) == {seals.NAME: anna.name}
    assert contact(bought.customer_id, purpose=LAW).name == "Anna Hale-Berg"


def says(child, word):
    child.stdin.write(f"{word}\n")
    child.stdin.flush()


def is_heard(child, *, seconds):
    return bool(select.select([child.stdout], [], [], seconds)[0])
