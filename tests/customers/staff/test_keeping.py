"""What the staff room keeps about customers and about its own people, and when it ends."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from crystalcall.customers.staff import actions, audit, four_eyes, queries
from crystalcall.customers.staff.keeping_people import StaffKeeper
from crystalcall.customers.staff.models import AuditEntry, AuditReason, Proposal, SetUpLink, StaffMember
from crystalcall.customers.staff.values import Subject, SubjectKind
from crystalcall.privacy.keepers import Erasing, NameKind, Person, Way
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.retention.actions import enforce

ACT = "staff.proposed"


@pytest.fixture
def acted(hire, now):
    """Somebody did something about a card, with a reason."""
    by = hire("service").member_id

    def act(serial="CARD1234", at=None, kind=SubjectKind.CARD):
        return audit.note(by, ACT, Subject(kind, serial), reason="called about her card", now=at or now)

    return act


def person(**names):
    return Person(frozenset((NameKind(kind), name) for kind, name in names.items()))


def test_a_person_is_told_what_staff_did_about_them_but_not_who_or_in_which_words(acted, now):
    customer = uuid4()
    acted()
    acted("OTHER999")
    acted(str(customer), kind=SubjectKind.CUSTOMER)
    told = StaffKeeper().export(
        person(card="CARD1234", customer=str(customer)), now=now, purpose=Purpose.PRIVACY_REQUEST
    )
    assert told == {
        "staff_acts": [
            ("card", "CARD1234", ACT, "", "done", now),
            ("customer", str(customer), ACT, "", "done", now),
        ]
    }
    assert StaffKeeper().export(Person(), now=now, purpose=Purpose.PRIVACY_REQUEST) == {"staff_acts": []}


def test_deletion_takes_the_reasons_and_leaves_lines_that_lead_to_nobody(acted, hire, card, now):
    acted()
    acted("OTHER999")
    serial = card()
    proposal = four_eyes.propose(
        "cards.goodwill", {"serial": serial, "amount_micros": 20_000_000}, "for Anna", hire("service").member, now=now
    ).proposal
    counts = StaffKeeper().erase(person(card="CARD1234").joined(NameKind.CARD, [serial]), Erasing(Way.DELETION, now))
    assert counts == {"staff_reasons": 3}
    reasons = {line.entry.subject.name: line.reason for line in queries.audit_page(act=ACT)}
    assert reasons == {"CARD1234": "", "OTHER999": "called about her card", serial: ""}
    assert queries.proposal(proposal.proposal_id, now=now).reason == ""
    assert StaffKeeper().erase(person(card="CARD1234"), Erasing(Way.DELETION, now)) == {"staff_reasons": 0}


def test_after_three_years_lines_reasons_and_proposals_are_gone(acted, hire, card, now):
    old = acted(at=now)
    proposed = four_eyes.propose(
        "cards.goodwill", {"serial": card(), "amount_micros": 20_000_000}, "kind", hire("service").member, now=now
    )
    later = now + timedelta(days=3 * 366)
    young = acted("YOUNG123", at=later - timedelta(days=30))
    assert enforce("staff_act", now=later) >= 3
    assert not AuditEntry.objects.filter(pk=old.entry_id).exists()
    assert not AuditReason.objects.filter(pk=old.entry_id).exists()
    assert not Proposal.objects.filter(pk=proposed.proposal.proposal_id).exists()
    assert AuditEntry.objects.filter(pk=young.entry_id).exists()
    assert enforce("staff_act", now=later) == 0


def test_a_line_before_the_horizon_goes_and_none_after_it(acted, now):
    young = acted(at=now + timedelta(days=3 * 366))
    enforce("staff_act", now=now + timedelta(days=3 * 366))
    AuditReason.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=young.entry_id).delete()


def test_what_a_legal_hold_holds_stays(acted, now):
    from crystalcall.privacy.holds.models import HeldName, LegalHold

    held = acted()
    until = now + timedelta(days=5 * 366)
    hold = LegalHold.objects.create(reference="HOLD1234", reason="tax", officer="f" * 32, placed_at=now, until=until)
    HeldName.objects.create(hold=hold, kind=NameKind.CARD.value, name="CARD1234")
    enforce("staff_act", now=now + timedelta(days=4 * 366))
    assert AuditEntry.objects.filter(pk=held.entry_id).exists()
    assert AuditReason.objects.filter(pk=held.entry_id).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_three_years_after_they_left_a_member_is_forgotten_with_their_key(hire, now):
    hire("administrator")
    member = hire("service").member_id
    actions.disable(member, reason="left us", now=now)
    assert enforce("staff", now=now + timedelta(days=2 * 366)) == 0
    assert enforce("staff", now=now + timedelta(days=3 * 366)) == 1
    assert not StaffMember.objects.filter(pk=member).exists()
    assert DataKey.objects.get(subject=member).wrapped is None
    assert [line.reason for line in queries.audit_page(act="staff.disabled")] == [""]
    assert queries.name_of(member) == ""


def test_an_address_that_ended_is_deleted_in_the_night(hire, now):
    hire("service")
    enforce("signing_in", now=now + timedelta(hours=11))
    assert SetUpLink.objects.exists()
    enforce("signing_in", now=now + timedelta(hours=12))
    assert not SetUpLink.objects.exists()


@pytest.mark.clause("C22")
def test_a_payment_cards_number_in_a_reason_is_not_kept(hire, card, now):
    by = hire("service").member
    said = "paid with 4111 1111 1111 1111, she says"
    audit.note(by.member_id, ACT, Subject(SubjectKind.CARD, "CARD1234"), reason=said, now=now)
    content = {"serial": card(), "amount_micros": 20_000_000}
    proposal = four_eyes.propose("cards.goodwill", content, said, by, now=now).proposal
    for reason in (queries.audit_page(limit=1)[0].reason, queries.audit_page(limit=2)[1].reason, proposal.reason):
        assert "she says" in reason
        assert "4111" not in reason


def test_a_member_who_works_here_is_never_forgotten(hire, now):
    member = hire("service").member_id
    enforce("staff", now=now + timedelta(days=20 * 366))
    assert StaffMember.objects.filter(pk=member).exists()


def test_a_customers_deletion_reaches_no_member_with_the_same_address(hire, now, anna):
    from crystalcall.customers.actions import record_guest
    from crystalcall.privacy import keepers

    member = hire("service", email=anna.email).member_id
    customer = record_guest(anna.name, anna.email, None, "en", now=now)
    whole = keepers.whole(Person().joined(NameKind.CUSTOMER, (customer,)))
    assert member not in {UUID(name) for name in whole.of(NameKind.CUSTOMER)}
    StaffKeeper().erase(whole, Erasing(Way.DELETION, now))
    assert queries.member_of_address(anna.email) == member


def test_mail_about_their_sign_in_reaches_staff_at_the_back_office(hire, secret_of, now, thumbprint):
    from crystalcall.customers.signing_in.actions import request_reset
    from crystalcall.customers.signing_in.values import Audience
    from crystalcall.mailings import actions as mailings
    from crystalcall.mailings import carrier
    from crystalcall.mailings import queries as notices
    from crystalcall.mailings.values import Accepted
    from crystalcall.plumbing import announcements, clock

    member = hire("service", email="agata@example.org", language="ru")
    given = actions.set_up_again(member.member_id, reason="mail lost", now=now)
    actions.set_up(secret_of(given), "a lamp beside the grey window", thumbprint, now=now)
    request_reset(Audience.STAFF, "agata@example.org", now=now)
    out = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrier, "hand_over", lambda _permit, mail: out.append(mail) or Accepted())
        for delivery in announcements.overdue(now=clock.now(), older_than_seconds=-(10**8)):
            announcements.deliver(delivery)
        for notice in notices.due_notices(now=clock.now()):
            mailings.send_notice(notice, now=clock.now())
    assert [mail.recipient for mail in out] == ["agata@example.org"]
    assert "http://127.0.0.1:8001/ru/account/reset/" in out[0].text
