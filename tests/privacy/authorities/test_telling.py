"""Whoever data was handed over about is told, at once or when the silence ends; and a case ends (clause C10)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from authority_scenery import Out, approved, person, scoped

from crystalcall.customers.models import Customer
from crystalcall.privacy.authorities import queries
from crystalcall.privacy.authorities.actions import (
    forget_told,
    hand_over,
    lapse_open,
    refuse_case,
    tell_due,
)
from crystalcall.privacy.authorities.models import AuthorityDisclosure, AuthorityNotice
from crystalcall.privacy.authorities.values import (
    CaseState,
)
from crystalcall.privacy.erasures.actions import erase_child, erase_person
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests.exporting import gather

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10")]


def entered(kind):
    return RegisterEntry.objects.filter(kind=kind.value)


def test_a_refused_case_stays_veiled_until_its_silence_ends_and_no_longer(shop, bought, officers):
    silent = shop.now + timedelta(days=30)
    case = scoped(shop, bought, gag_until=silent)
    refuse_case(case.reference, "no judge signed it", "vera", now=shop.now)
    assert forget_told(before=shop.later(days=29) + timedelta(days=1), now=shop.now, limit=10) == 0
    assert tell_due(shop.now) == 0
    assert not entered(EntryKind.AUTHORITY_NOTICE).exists()
    shop.later(days=1)
    assert tell_due(shop.now) == 1
    assert entered(EntryKind.AUTHORITY_NOTICE).count() == 1
    assert tell_due(shop.now) == 0
    assert queries.case(case.reference).unveiled_at == shop.now


def test_a_case_that_nobody_decides_lapses_and_ends_with_its_class(shop, bought, officers):
    case = scoped(shop, bought)
    shop.later(days=800)
    assert lapse_open(before=shop.now - timedelta(days=801), now=shop.now, limit=10) == 0
    assert lapse_open(before=shop.now - timedelta(days=700), now=shop.now, limit=10) == 1
    assert queries.case(case.reference).state is CaseState.REFUSED
    assert entered(EntryKind.AUTHORITY_NOTICE).count() == 1
    shop.later(days=800)
    assert forget_told(before=shop.now, now=shop.now, limit=10) == 1


def told_in_export(bought, shop):
    data = gather(person(bought), now=shop.now, language="en")
    [section] = [each for each in data.sections if each.section.key == "authorities"]
    return section.rows


def test_the_person_is_told_at_once_by_mail_and_in_their_own_data(shop, bought, anna, officers):
    shop.sends()
    case = approved(shop, bought, officers)
    hand_over(case.reference, "nina", Out(), now=shop.now)
    [letter_sent] = shop.sends()
    assert letter_sent.to == [anna.email]
    assert "Court of Springfield" in letter_sent.body
    assert case.reference in letter_sent.body
    rows = told_in_export(bought, shop)
    assert {row[1] for row in rows} == {case.reference}
    [notice] = entered(EntryKind.AUTHORITY_NOTICE)
    assert len(json.loads(notice.facts)["unveils"]) == 5  # recorded, scoped, twice approved, handed over


def test_under_an_order_of_silence_nobody_is_told_before_its_day(shop, bought, officers):
    shop.sends()
    silent = shop.now + timedelta(days=30)
    case = approved(shop, bought, officers, gag_until=silent)
    handed = hand_over(case.reference, "nina", Out(), now=shop.now)
    assert handed.tell_at == silent
    shop.later(days=29)
    assert tell_due(shop.now) == 0
    assert shop.sends() == []
    assert told_in_export(bought, shop) == ()
    about = entered(EntryKind.AUTHORITY_PACKAGE) | entered(EntryKind.AUTHORITY_REQUEST)
    assert {each.book for each in about} == {Book.VEILED.value}
    assert not RegisterEntry.objects.filter(book=Book.OPEN.value, facts__contains=case.reference).exists()
    assert not Disclosure.objects.filter(provider__contains="authority").exists()
    shop.later(days=1)
    assert tell_due(shop.now) == 1
    assert len(shop.sends()) == 1
    assert len(told_in_export(bought, shop)) > 0
    assert tell_due(shop.now) == 0


def forgets(shop, bought, way=Way.DELETION):
    erase_person(person(bought), way, now=shop.now)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_who_was_forgotten_before_the_silence_ends_is_still_told_and_then_the_address_is_gone(
    shop, anna, officers, language
):
    bought = shop.sells(replace(anna, language=language))
    shop.sends()
    case = approved(shop, bought, officers, gag_until=shop.now + timedelta(days=30))
    hand_over(case.reference, "nina", Out(), now=shop.now)
    [kept] = AuthorityNotice.objects.all()
    assert anna.email.encode() not in bytes(kept.sealed_contact)
    forgets(shop, bought)
    assert shop.sends() == []
    shop.later(days=30)
    tell_due(shop.now)
    [mail] = shop.sends()
    assert mail.to == [anna.email]
    assert ("Your data was deleted" if language == "en" else "Ваши данные удалены") in mail.body
    assert not AuthorityNotice.objects.exists()
    assert DataKey.objects.get(pk=kept.pk).wrapped is None


def test_whoever_is_forgotten_between_the_telling_and_the_mail_is_mailed_all_the_same(shop, bought, anna, officers):
    shop.sends()
    case = approved(shop, bought, officers)
    hand_over(case.reference, "nina", Out(), now=shop.now)
    shop.tells()
    forgets(shop, bought)
    assert [mail.to for mail in shop.sends()] == [[anna.email]]
    assert not AuthorityNotice.objects.exists()


@pytest.mark.clause("C19")
def test_no_address_is_kept_of_a_child_and_no_mail_goes_out(shop, bought, officers):
    shop.sends()
    case = approved(shop, bought, officers, gag_until=shop.now + timedelta(days=30))
    hand_over(case.reference, "nina", Out(), now=shop.now)
    erase_child(person(bought), "f" * 32, now=shop.now)
    assert not AuthorityNotice.objects.exists()
    assert not AuthorityDisclosure.objects.exists()
    shop.later(days=30)
    tell_due(shop.now)
    assert shop.sends() == []


def test_an_address_whose_mail_never_went_out_is_gone_after_a_week(shop, bought, officers):
    hand_over(approved(shop, bought, officers).reference, "nina", Out(), now=shop.now)
    shop.later(days=6)
    tell_due(shop.now)
    assert AuthorityNotice.objects.exists()
    shop.later(days=2)
    tell_due(shop.now)
    assert not AuthorityNotice.objects.exists()


def test_one_handing_over_stands_once_in_the_export_with_every_number_of_the_person(shop, bought, officers):
    hand_over(approved(shop, bought, officers).reference, "nina", Out(), now=shop.now)
    [row] = told_in_export(bought, shop)
    assert {str(bought.customer_id), bought.order_number} <= set(row[0])


def test_a_case_ends_with_its_retention_and_its_letter_opens_nowhere(shop, bought, officers):
    case = approved(shop, bought, officers)
    hand_over(case.reference, "nina", Out(), now=shop.now)
    assert forget_told(before=shop.now, now=shop.now, limit=10) == 0
    later = shop.now + timedelta(days=800)
    assert forget_told(before=later, now=later, limit=10) == 1
    assert not AuthorityDisclosure.objects.exists()
