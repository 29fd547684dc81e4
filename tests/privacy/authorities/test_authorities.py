"""Requests of authorities: named fields and days, two officers, one package, and the person is told (clause C10)."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pyrage
import pytest
from authority_scenery import NAME_ONLY, Out, approved, letter, person, recorded, scoped
from buyers import MOSCOW
from django.db import DatabaseError

from crystalcall.customers import seals
from crystalcall.customers.models import Customer
from crystalcall.privacy import inventory, keepers
from crystalcall.privacy.authorities import queries, scoping
from crystalcall.privacy.authorities.actions import (
    approve_case,
    hand_over,
    record_case,
    refuse_case,
    scope_case,
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
)
from crystalcall.privacy.erasures.actions import suspend
from crystalcall.privacy.inventory import declaration_of, declared_models
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.officers.models import Approval
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.requests.exporting import gather

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10")]


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
    assert data["sections"] == {"details": [{"name": anna.name}]}
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
        (("customers.Customer.language",), CaseRefusal.FIELD_NOT_FOR_THIS),
        (("orders.OrderLine.sku",), CaseRefusal.FIELD_UNDATED),
        (("authorities.authority",), CaseRefusal.FIELD_UNKNOWN),
    ],
    ids=[
        "none",
        "all",
        "star",
        "part",
        "unknown",
        "not shown",
        "by column",
        "other purpose",
        "undated",
        "another authority",
    ],
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
    assert not Approval.objects.filter(subject_hash=case.subject_hash).exists()


def test_a_query_that_was_scoped_anew_has_no_approval(shop, bought, officers, day):
    case, out = approved(shop, bought, officers), Out()
    wider = scope_case(case.reference, person(bought), ((seals.NAME, seals.EMAIL), day, day), "vera", now=shop.now)
    assert wider.subject_hash != case.subject_hash
    assert wider.approvals == 0
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    refused = approve_case(case.reference, case.subject_hash, officers["nina"], now=shop.now)
    assert refused == CaseRefused(CaseRefusal.ALTERED)
    assert nothing_left(case.reference, out)


def test_saying_again_what_was_said_before_needs_new_approvals_too(shop, bought, officers, day):
    case, out = approved(shop, bought, officers), Out()
    for fields in ((seals.NAME, seals.EMAIL), NAME_ONLY):
        again = scope_case(case.reference, person(bought), (fields, day, day), "vera", now=shop.now)
    assert again.subject_hash != case.subject_hash
    assert hand_over(case.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    assert nothing_left(case.reference, out)


def approved_past_the_scoping(shop, bought, officers, field, monkeypatch):
    """A query that scoping would have refused, as a mistake in it would let it through."""
    monkeypatch.setattr(scoping, "_problem", lambda _name: None)
    return approved(shop, bought, officers, (field,))


def test_a_field_that_was_not_given_for_authorities_is_refused_by_the_reading_itself(
    shop, bought, officers, monkeypatch
):
    """Not by the scoping alone: the gate that reads asks each column for the purpose."""
    case, out = approved_past_the_scoping(shop, bought, officers, "customers.Customer.language", monkeypatch), Out()
    refused = hand_over(case.reference, "nina", out, now=shop.now)
    assert refused == CaseRefused(CaseRefusal.FIELD_NOT_FOR_THIS, "customers.Customer.language")
    assert nothing_left(case.reference, out)


def test_a_sealed_field_that_was_not_given_for_authorities_does_not_open_for_them(shop, bought, officers, monkeypatch):
    declared = declaration_of(seals.NAME)
    narrower = tuple(each for each in declared.purposes if each is not Purpose.LEGAL_OBLIGATION)
    fields = {**declared_models()["customers.Customer"], "sealed_name": replace(declared, purposes=narrower)}
    monkeypatch.setitem(inventory._declared, "customers.Customer", fields)
    case, out = approved_past_the_scoping(shop, bought, officers, seals.NAME, monkeypatch), Out()
    refused = hand_over(case.reference, "nina", out, now=shop.now)
    assert refused == CaseRefused(CaseRefusal.FIELD_NOT_FOR_THIS, seals.NAME)
    assert nothing_left(case.reference, out)
    assert gather(person(bought), now=shop.now, language="en").row_count > 0


def test_what_somebody_wrote_is_neither_markup_nor_a_command_in_the_package(shop, bought, officers):
    evil = seal_field(seals.NAME, bought.customer_id, "Boris <script>alert(1)</script> \x1b[2J\u202e Lind")
    Customer.objects.update(sealed_name=evil)
    case, out = approved(shop, bought, officers), Out()
    hand_over(case.reference, "nina", out, now=shop.now)
    files = {name: content.decode() for name, content in out.opened().items()}
    assert "<script>" not in files["data.html"]
    assert "&lt;script&gt;" in files["data.html"]
    for content in files.values():
        assert "\x1b" not in content
    assert "\u202e" not in files["data.html"]


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
    assert out.written == []
    assert not AuthorityDisclosure.objects.exists()
    # No order of silence: its lines are spoken of at once, and nobody is mailed, since nothing was given.
    [notice] = entered(EntryKind.AUTHORITY_NOTICE)
    assert len(json.loads(notice.facts)["unveils"]) == 5
    assert queries.case(case.reference).told_at is None
    assert [mail for mail in shop.sends() if "Court" in mail.body] == []


def test_a_report_of_an_unlawful_act_takes_the_same_way(shop, bought, officers, day):
    view = record_case(CaseKind.REPORT, letter(), "vera", now=shop.now)
    view = scope_case(view.reference, person(bought), (NAME_ONLY, day, day), "vera", now=shop.now)
    out = Out()
    assert hand_over(view.reference, "nina", out, now=shop.now) == CaseRefused(CaseRefusal.NOT_APPROVED)
    for name in ("nina", "igor"):
        approve_case(view.reference, view.subject_hash, officers[name], now=shop.now)
    assert isinstance(hand_over(view.reference, "nina", out, now=shop.now), HandedOver)
