"""Requests of authorities: named fields and days, two officers, one package, and the person is told (clause C10)."""

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta

import pyrage
import pytest
from buyers import MOSCOW
from django.db import DatabaseError

from crystalcall.customers import seals
from crystalcall.privacy import keepers
from crystalcall.privacy.authorities import queries
from crystalcall.privacy.authorities.actions import (
    approve_case,
    forget_told,
    hand_over,
    record_case,
    refuse_case,
    scope_case,
    tell_due,
)
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure
from crystalcall.privacy.authorities.reading import read_only
from crystalcall.privacy.authorities.scoping import nameable
from crystalcall.privacy.authorities.values import (
    CaseKind,
    CaseRefusal,
    CaseRefused,
    CaseState,
    CaseView,
    HandedOver,
    Instrument,
)
from crystalcall.privacy.erasures.actions import suspend
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.officers.models import Approval
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests.exporting import gather

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10")]

COURT = pyrage.x25519.Identity.generate()
NAME_ONLY = (seals.NAME,)


@pytest.fixture
def bought(shop, anna):
    found = shop.sells(anna)
    shop.calls(found)
    return found


@pytest.fixture
def day(shop):
    return shop.now.date()


def letter(recipient=None):
    return Instrument(
        authority="Court of Springfield",
        instrument="court order",
        reference="22/2026",
        dated=date(2026, 11, 1),
        scope="who bought the card",
        recipient=recipient or str(COURT.to_public()),
    )


def person(bought):
    return keepers.find(order_number=bought.order_number)


def recorded(shop, **also):
    view = record_case(CaseKind.ORDER, letter(), "vera", now=shop.now, **also)
    assert isinstance(view, CaseView)
    return view.reference


def scoped(shop, bought, fields=NAME_ONLY, **also):
    day = shop.now.date()
    view = scope_case(recorded(shop, **also), person(bought), (fields, day, day), "vera", now=shop.now)
    assert isinstance(view, CaseView), view
    return view


def approved(shop, bought, officers, fields=NAME_ONLY, **also):
    view = scoped(shop, bought, fields, **also)
    for name in ("vera", "igor"):
        assert isinstance(approve_case(view.reference, view.subject_hash, officers[name], now=shop.now), CaseView)
    return view


class Out:
    """Where a package is written."""

    def __init__(self) -> None:
        self.written = []

    def __call__(self, package) -> None:
        self.written.append(package)

    def opened(self, identity=COURT):
        [package] = self.written
        with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(package, [identity]))) as held:
            return {name: held.read(name) for name in held.namelist()}


def entered(kind):
    return RegisterEntry.objects.filter(kind=kind.value)


def nothing_left(reference, out):
    """Whether nothing at all was handed over."""
    case = queries.case(reference)
    return (
        out.written == []
        and case.extracted_at is None
        and not AuthorityDisclosure.objects.exists()
        and not entered(EntryKind.AUTHORITY_PACKAGE).exists()
        and not entered(EntryKind.AUTHORITY_NOTICE).exists()
    )


# --- the package ----------------------------------------------------------------------------------------------------


def test_the_package_opens_with_the_authoritys_key_and_holds_exactly_the_fields(shop, bought, anna, officers):
    case, out = approved(shop, bought, officers), Out()
    handed = hand_over(case.reference, "nina", out, now=shop.now)
    assert isinstance(handed, HandedOver)
    [package] = out.written
    assert handed.package_hash == hashlib.sha256(package).hexdigest()
    files = out.opened()
    data = json.loads(files["data.json"])
    assert data["sections"] == {"details": [{"name": anna.name, "recorded_at": shop.now.isoformat()}]}
    manifest = json.loads(files["manifest.json"])
    assert manifest["approved_hash"] == case.subject_hash
    for name in ("data.json", "data.html"):
        assert manifest["sha256"][name] == hashlib.sha256(files[name]).hexdigest()
    assert anna.name in files["data.html"].decode()


def test_nothing_else_that_is_known_of_the_person_is_in_it_nor_anybody_else(shop, bought, anna, boris, officers):
    other = shop.sells(boris)
    case, out = approved(shop, bought, officers), Out()
    hand_over(case.reference, "nina", out, now=shop.now)
    held = b"".join(out.opened().values()).decode()
    strangers = (boris.name, boris.email, other.order_number, str(other.customer_id))
    for text in (anna.email, anna.telephone, MOSCOW, bought.serial, bought.pin, bought.order_number, *strangers):
        assert text not in held
    with pytest.raises(pyrage.DecryptError):
        out.opened(pyrage.x25519.Identity.generate())


def test_rows_of_other_days_are_not_in_it(shop, bought, officers):
    first = shop.now.date()
    shop.later(days=3)
    shop.calls(bought, "+74957654321", call_id="c2")
    view = scope_case(
        recorded(shop), person(bought), (("calls.Call.sealed_grant",), first, first), "vera", now=shop.now
    )
    assert isinstance(view, CaseView), view
    for name in ("vera", "igor"):
        approve_case(view.reference, view.subject_hash, officers[name], now=shop.now)
    out = Out()
    hand_over(view.reference, "nina", out, now=shop.now)
    held = out.opened()["data.json"].decode()
    assert MOSCOW in held
    assert "+74957654321" not in held


def test_what_was_bought_after_the_approval_is_not_in_it(shop, bought, anna, officers):
    case, out = approved(shop, bought, officers), Out()
    shop.sells(anna)
    hand_over(case.reference, "nina", out, now=shop.now)
    assert len(json.loads(out.opened()["data.json"])["sections"]["details"]) == 1


def test_the_database_refuses_to_be_written_while_it_is_read(shop, bought):
    with pytest.raises(DatabaseError), read_only():
        Disclosure.objects.create(provider="x", purpose="x", fields="[]", subject="x", disclosed_at=shop.now)
    AuthorityCase.objects.filter(reference="none").update(kind="order")  # and can be written again after it
    assert not Disclosure.objects.filter(provider="x").exists()


def test_where_the_package_cannot_be_written_nothing_was_handed_over(shop, bought, officers):
    case = approved(shop, bought, officers)

    def full(_package):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        hand_over(case.reference, "nina", full, now=shop.now)
    assert nothing_left(case.reference, Out())


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ((), CaseRefusal.NO_FIELDS),
        (("all",), CaseRefusal.EVERYTHING),
        (("*",), CaseRefusal.EVERYTHING),
        (("customers.*",), CaseRefusal.EVERYTHING),
        (("customers.Customer.shoe_size",), CaseRefusal.FIELD_UNKNOWN),
        (("customers.Customer.email_index",), CaseRefusal.FIELD_UNKNOWN),
        (("details.name",), CaseRefusal.FIELD_UNKNOWN),
        (("orders.Order.customer_id",), CaseRefusal.FIELD_NOT_FOR_THIS),
        (("order_lines.product",), CaseRefusal.FIELD_UNDATED),
    ],
    ids=["none", "all", "star", "part", "unknown", "not shown", "by column", "other purpose", "undated"],
)
def test_a_scope_names_fields_that_may_be_named(shop, bought, officers, day, fields, why):
    reference = recorded(shop)
    refused = scope_case(reference, person(bought), (fields, day, day), "vera", now=shop.now)
    assert isinstance(refused, CaseRefused)
    assert refused.reason is why
    assert queries.case(reference).state is CaseState.RECORDED


def test_naming_every_field_is_asking_for_everything(shop, bought, officers, day):
    refused = scope_case(recorded(shop), person(bought), (nameable(), day, day), "vera", now=shop.now)
    assert refused == CaseRefused(CaseRefusal.EVERYTHING)
    assert seals.NAME in nameable()


def test_days_must_make_sense_and_somebody_must_be_meant(shop, bought, officers, day):
    reference, later = recorded(shop), day + timedelta(days=1)
    for since, until in ((later, day), (later, later)):
        refused = scope_case(reference, person(bought), (NAME_ONLY, since, until), "vera", now=shop.now)
        assert refused == CaseRefused(CaseRefusal.DATES_SENSELESS)
    refused = scope_case(reference, keepers.Person(), (NAME_ONLY, day, day), "vera", now=shop.now)
    assert refused == CaseRefused(CaseRefusal.NOBODY)


def test_a_letter_needs_words_and_a_key_to_encrypt_to(shop, officers):
    refused = record_case(CaseKind.ORDER, letter("age1nonsense"), "vera", now=shop.now)
    assert refused == CaseRefused(CaseRefusal.RECIPIENT_SENSELESS)
    assert record_case(CaseKind.ORDER, letter(), "mallory", now=shop.now) == CaseRefused(
        CaseRefusal.OFFICER_UNKNOWN, "mallory"
    )
    assert not AuthorityCase.objects.exists()


def test_one_officer_is_not_enough_nor_the_same_one_twice(shop, bought, officers):
    case, out = scoped(shop, bought), Out()
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    approve_case(case.reference, case.subject_hash, officers["vera"], now=shop.now)
    again = approve_case(case.reference, case.subject_hash, officers["vera"], now=shop.now)
    assert again == CaseRefused(CaseRefusal.ALREADY_APPROVED, "vera")
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    assert nothing_left(case.reference, out)


def test_a_retired_officer_counts_for_nothing(shop, bought, officers):
    case, out = approved(shop, bought, officers), Out()
    retire_officer("igor", reason="left", now=shop.now)
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    refused = approve_case(case.reference, case.subject_hash, officers["igor"], now=shop.now)
    assert refused == CaseRefused(CaseRefusal.OFFICER_RETIRED, "igor")
    assert nothing_left(case.reference, out)


def test_forged_keys_approve_nothing(shop, bought, officers):
    from officers_scenery import new_keys

    case = scoped(shop, bought)
    refused = approve_case(case.reference, case.subject_hash, new_keys("igor"), now=shop.now)
    assert refused == CaseRefused(CaseRefusal.KEYS_OF_ANOTHER, "igor")
    assert not Approval.objects.exists()


def test_a_query_that_was_scoped_anew_has_no_approval(shop, bought, officers, day):
    case, out = approved(shop, bought, officers), Out()
    wider = scope_case(case.reference, person(bought), ((seals.NAME, seals.EMAIL), day, day), "vera", now=shop.now)
    assert wider.subject_hash != case.subject_hash
    assert wider.approvals == 0
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    refused = approve_case(case.reference, case.subject_hash, officers["nina"], now=shop.now)
    assert refused == CaseRefused(CaseRefusal.ALTERED)
    assert nothing_left(case.reference, out)


@pytest.mark.parametrize("change", ["kind", "gag_until", "deadline", "sealed_query"])
def test_a_case_that_was_altered_behind_the_program_hands_over_nothing(shop, bought, officers, change):
    case, out = approved(shop, bought, officers), Out()
    row = AuthorityCase.objects.get()
    from crystalcall.privacy.authorities.content import query_of, seal_query

    query = query_of(row)
    wider = type(query)(query.names, (seals.EMAIL,), query.since, query.until)
    altered = {
        "kind": "report",
        "gag_until": shop.now + timedelta(days=1),
        "deadline": shop.now.date(),
        "sealed_query": seal_query(row, wider),
    }
    AuthorityCase.objects.update(**{change: altered[change]})
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.ALTERED)
    assert nothing_left(case.reference, out)


@pytest.mark.clause("C19")
def test_nothing_is_handed_over_about_somebody_who_may_be_a_child(shop, bought, officers):
    case, out = approved(shop, bought, officers), Out()
    suspend(person(bought), now=shop.now)
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.CHILD)
    assert nothing_left(case.reference, out)


def test_a_package_is_handed_over_once(shop, bought, officers):
    case, out = approved(shop, bought, officers), Out()
    hand_over(case.reference, "nina", out, now=shop.now)
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.CLOSED)
    assert len(out.written) == 1


def test_a_refusal_is_recorded_with_its_reason_and_ends_the_case(shop, bought, officers):
    case, out = approved(shop, bought, officers), Out()
    assert refuse_case(case.reference, " ", "vera", now=shop.now) == CaseRefused(CaseRefusal.WORDS_MISSING)
    refused = refuse_case(case.reference, "no judge signed it", "vera", now=shop.now)
    assert refused.state is CaseState.REFUSED
    [entry] = entered(EntryKind.AUTHORITY_REFUSED)
    assert entry.book == Book.VEILED
    assert entry.commitment
    assert "judge" not in entry.facts
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.CLOSED)
    assert nothing_left(case.reference, out)


# --- telling --------------------------------------------------------------------------------------------------------


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


def test_a_report_of_an_unlawful_act_takes_the_same_way(shop, bought, officers, day):
    view = record_case(CaseKind.REPORT, letter(), "vera", now=shop.now)
    view = scope_case(view.reference, person(bought), (NAME_ONLY, day, day), "vera", now=shop.now)
    out = Out()
    assert hand_over(view.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    for name in ("nina", "igor"):
        approve_case(view.reference, view.subject_hash, officers[name], now=shop.now)
    assert isinstance(hand_over(view.reference, "nina", out, now=shop.now), HandedOver)


def test_a_case_ends_with_its_retention_and_its_letter_opens_nowhere(shop, bought, officers):
    case = approved(shop, bought, officers)
    hand_over(case.reference, "nina", Out(), now=shop.now)
    assert forget_told(before=shop.now, now=shop.now, limit=10) == 0
    later = shop.now + timedelta(days=800)
    assert forget_told(before=later, now=later, limit=10) == 1
    assert not AuthorityDisclosure.objects.exists()
