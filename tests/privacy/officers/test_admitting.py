"""Officers admit officers: whoever has the command line alone is not two of them (C10, C13)."""

import json
from datetime import timedelta

import pytest
from officers_scenery import new_keys

from crystalcall.privacy.officers import verifying
from crystalcall.privacy.officers.actions import add_officer, approval_hash, approve, enter_reveal, retire_officer
from crystalcall.privacy.officers.admitting import admit_officer, release_officer
from crystalcall.privacy.officers.models import Officer
from crystalcall.privacy.officers.queries import active, approval_message, officer, standing
from crystalcall.privacy.officers.values import (
    ApprovalRefusal,
    ApprovalRefused,
    OfficerRefusal,
    OfficerRefused,
)
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.queries import entries

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C10", "C13")]

SUBJECT = approval_hash("archive.open", {"case": "c1"})


@pytest.fixture
def sock(officers, now):
    """Keys that somebody proposed by the command line."""
    keys = new_keys("sock")
    add_officer("sock", keys.public, now=now)
    return keys


def test_the_first_two_are_officers_at_once_and_everybody_after_them_is_proposed(db, now):
    for name in ("vera", "igor", "sock"):
        add_officer(name, new_keys(name).public, now=now)
    assert [each.name for each in active()] == ["vera", "igor"]
    assert officer("sock").is_proposed


def test_whoever_is_proposed_neither_approves_nor_looks_nor_admits(officers, sock, now):
    refused = approve(SUBJECT, "sock", sock.sign(approval_message(SUBJECT)), now=now)
    assert refused == ApprovalRefused(ApprovalRefusal.OFFICER_NOT_ADMITTED, "sock")
    assert standing(SUBJECT) == ()
    looked = enter_reveal("orders.contact", 1, name="sock", reason="x", now=now)
    assert looked == OfficerRefused(OfficerRefusal.NOT_ADMITTED, "sock")
    assert admit_officer("sock", sock, now=now) == OfficerRefused(OfficerRefusal.NOT_ADMITTED, "sock")
    assert not officer("sock").is_active


def test_two_signatures_admit_and_one_does_not_however_often(officers, sock, now):
    for _time in range(2):
        assert not admit_officer("sock", officers["vera"], now=now).is_active
    assert len(entries(kind=EntryKind.OFFICER_PROPOSED)) == 2  # Nina was proposed too
    assert admit_officer("sock", officers["nina"], now=now).is_active
    facts = entries(kind=EntryKind.OFFICER_ADDED)[0].facts
    assert set(facts["admitted_by"]) == {officers[name].public.fingerprint for name in ("vera", "nina")}
    assert "sock" not in json.dumps(facts)
    assert list(verifying.findings()) == []
    again = admit_officer("sock", officers["igor"], now=now)
    assert again == OfficerRefused(OfficerRefusal.ADMITTED_BEFORE, "sock")


def test_forged_keys_of_an_officer_and_signatures_of_who_left_admit_nobody(officers, sock, now):
    forged = admit_officer("sock", new_keys("vera"), now=now)
    assert forged == OfficerRefused(OfficerRefusal.KEYS_OF_ANOTHER, "vera")
    admit_officer("sock", officers["vera"], now=now)
    retire_officer("vera", reason="left", now=now)
    assert not admit_officer("sock", officers["igor"], now=now).is_active


def test_with_one_left_a_week_in_the_public_register_comes_before_the_admission(officers, sock, now):
    for name in ("vera", "nina"):
        retire_officer(name, reason="left", now=now)
    early = admit_officer("sock", officers["igor"], now=now + timedelta(days=6))
    assert early == OfficerRefused(OfficerRefusal.TOO_EARLY, "sock")
    assert admit_officer("sock", officers["igor"], now=now + timedelta(days=7)).is_active
    assert list(verifying.findings()) == []


def test_with_nobody_left_the_week_alone_admits_and_with_somebody_left_it_does_not(officers, sock, now):
    later = now + timedelta(days=7)
    refused = admit_officer("sock", None, now=later)
    assert refused == OfficerRefused(OfficerRefusal.SIGNATURE_MISSING, "sock")
    for name in officers:
        retire_officer(name, reason="left", now=now)
    assert admit_officer("sock", None, now=now) == OfficerRefused(OfficerRefusal.TOO_EARLY, "sock")
    assert admit_officer("sock", None, now=later).is_active


def test_an_officer_leaves_by_their_own_signature_and_is_sent_away_by_two_others(officers, now):
    nobody = release_officer("vera", None, "left", now=now)
    assert nobody == OfficerRefused(OfficerRefusal.SIGNATURE_MISSING, "vera")
    assert release_officer("vera", officers["igor"], "left", now=now).is_active
    assert not release_officer("vera", officers["nina"], "left", now=now).is_active
    assert not release_officer("igor", officers["igor"], "left", now=now).is_active
    assert [each.name for each in active()] == ["nina"]
    # Whose key is lost and who is the last one leaves without.
    assert not release_officer("nina", None, "the key was lost", now=now).is_active


def test_an_officer_whom_nobody_signed_for_is_found(officers, sock, now):
    Officer.objects.filter(name="sock").update(admitted_at=now)
    assert [each.rule for each in verifying.findings()] == ["officer_entered"]
