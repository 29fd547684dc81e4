"""A child is erased: letters and queries about it are gone with it, whatever became of the case (clause C19)."""

import json
from datetime import timedelta

import pytest
from authority_scenery import Out, approved, letter, person, recorded, scoped

from crystalcall.privacy.authorities.actions import hand_over, record_case, tell_due
from crystalcall.privacy.authorities.actions.looking import look_into
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityNotice
from crystalcall.privacy.authorities.queries import asked_of, told_case
from crystalcall.privacy.authorities.values import CaseKind, CaseRefusal, CaseRefused, HandedOver
from crystalcall.privacy.authorities.verifying import findings
from crystalcall.privacy.erasures.actions import erase_child, erase_person
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.keys.queries import KeyState, state_of
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.models import RegisterEntry, RegisterSecret
from crystalcall.privacy.register.verifying import verify

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10", "C19")]
VERA = "f" * 32


def erased(shop, bought):
    return erase_child(person(bought), VERA, now=shop.now)


def secrets_of(row):
    return RegisterSecret.objects.filter(entry__hash__in=row.entries)


def is_empty(row):
    return not bytes(row.sealed_letter) and not row.sealed_query and state_of(row.pk) is KeyState.DESTROYED


def test_an_open_case_about_a_child_ends_and_its_letter_and_query_are_gone_at_once(shop, bought, officers):
    view = scoped(shop, bought)
    assert erased(shop, bought).counts["authority_letters"] == 1
    row = AuthorityCase.objects.get(reference=view.reference)
    assert is_empty(row)
    assert (row.state, row.forgotten_at) == ("refused", shop.now)
    # The line that it ended has nothing sealed beside it; what was sealed beside the others is gone.
    assert not secrets_of(row).exists()
    assert asked_of(view.reference) is None
    assert look_into(view.reference, "vera", "why", now=shop.now) == CaseRefused(CaseRefusal.FORGOTTEN)
    assert not RegisterEntry.objects.filter(kind="revealed").exists()


def test_of_a_package_that_was_handed_over_stays_that_it_was_and_nobody_is_told(shop, bought, officers):
    gag = shop.now + timedelta(days=5)
    case = approved(shop, bought, officers, gag_until=gag)
    assert isinstance(hand_over(case.reference, "nina", Out(), now=shop.now), HandedOver)
    erased(shop, bought)
    row = AuthorityCase.objects.get(reference=case.reference)
    assert is_empty(row)
    assert (row.state, row.subject_hash) == ("extracted", case.subject_hash)
    assert row.package_hash
    assert not AuthorityNotice.objects.exists()
    assert list(findings()) == []
    shop.sends()
    shop.later(days=6)
    assert tell_due(shop.now) == 1
    row.refresh_from_db()
    assert (row.told_at, row.unveiled_at) == (None, shop.now)
    assert told_case(case.reference) is None
    assert shop.sends() == []
    assert list(findings()) == []


def test_a_case_that_was_told_long_ago_is_emptied_too(shop, bought, officers):
    case = approved(shop, bought, officers)
    hand_over(case.reference, "nina", Out(), now=shop.now)
    shop.sends()
    erased(shop, bought)
    assert is_empty(AuthorityCase.objects.get(reference=case.reference))
    assert list(findings()) == []


def test_a_letter_that_nobody_scoped_is_found_by_the_number_of_an_order(shop, bought, officers):
    named = letter()
    named = type(named)(
        **{**named.as_facts(), "dated": named.dated, "scope": f"who placed {bought.order_number.lower()}"}
    )
    about = record_case(CaseKind.ORDER, named, "vera", now=shop.now).reference
    other = recorded(shop)
    erased(shop, bought)
    assert is_empty(AuthorityCase.objects.get(reference=about))
    row = AuthorityCase.objects.get(reference=other)
    assert (row.state, row.forgotten_at) == ("recorded", None)
    assert state_of(row.pk) is KeyState.STANDS


def test_other_peoples_cases_and_other_erasures_leave_letters_as_they_are(shop, bought, boris, officers):
    other = shop.sells(boris)
    mine, theirs = scoped(shop, bought), scoped(shop, other)
    erase_person(person(bought), Way.DELETION, now=shop.now)
    erased(shop, other)
    assert AuthorityCase.objects.get(reference=mine.reference).forgotten_at is None
    assert AuthorityCase.objects.get(reference=theirs.reference).forgotten_at == shop.now


def test_the_register_is_whole_and_a_hand_that_empties_a_case_is_found(shop, bought, officers):
    view = scoped(shop, bought)
    erased(shop, bought)
    assert {finding.rule for finding in verify().findings} <= {"append_only"}
    assert RegisterEntry.objects.filter(kind=EntryKind.CHILD_ERASURE.value).count() == 1
    assert "child" not in json.dumps(list(RegisterEntry.objects.filter(book="veiled").values_list("facts", flat=True)))
    AuthorityCase.objects.filter(reference=view.reference).update(forgotten_at=shop.now + timedelta(hours=1))
    [finding] = findings()
    assert finding.rule == "case_forgotten"
