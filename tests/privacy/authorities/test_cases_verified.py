"""Nobody is kept from being told by a hand in the tables: verifying the register finds it (C10)."""

from datetime import timedelta

import pytest
from authority_scenery import Out, approved, person

from crystalcall.privacy.authorities.actions import hand_over, refuse_case, tell_due
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure
from crystalcall.privacy.authorities.verifying import findings
from crystalcall.privacy.erasures.actions import erase_child

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10")]


@pytest.fixture
def silent(shop, bought, officers):
    """Something was handed over, and the person may not be told yet."""
    case = approved(shop, bought, officers, gag_until=shop.now + timedelta(days=30))
    hand_over(case.reference, "nina", Out(), now=shop.now)
    assert list(findings()) == []
    return case.reference


def rules():
    return [each.rule for each in findings()]


def test_a_silence_that_was_made_longer_is_found(silent, shop):
    AuthorityCase.objects.update(gag_until=shop.now + timedelta(days=36500))
    assert rules() == ["case_altered"]


def test_a_case_that_forgot_about_whom_it_is_is_found(silent):
    AuthorityDisclosure.objects.all().delete()
    assert rules() == ["case_people"]


def test_a_case_that_counts_as_told_without_a_line_is_found(silent, shop):
    AuthorityCase.objects.update(told_at=shop.now, unveiled_at=shop.now, closed_at=shop.now)
    assert rules() == ["case_unveiled"]


def test_a_case_that_was_deleted_untold_is_found(silent):
    AuthorityCase.objects.all().delete()
    assert rules() == ["case_kept"]


def test_another_package_than_the_registers_is_found(silent):
    AuthorityCase.objects.update(package_hash="0" * 64)
    assert rules() == ["case_package"]


def test_what_was_told_refused_or_a_childs_is_in_order(silent, shop, bought, officers):
    refuse_case(approved(shop, bought, officers).reference, "no judge", "vera", now=shop.now)
    assert rules() == []
    erase_child(person(bought), "f" * 32, now=shop.now)
    assert rules() == []
    shop.later(days=30)
    tell_due(shop.now)
    assert rules() == []
