"""Four eyes: one proposes, another approves what they saw, and it is done exactly once."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from crystalcall.customers.staff import actions, four_eyes, kinds, queries
from crystalcall.customers.staff.kinds import NotExecuted
from crystalcall.customers.staff.models import Proposal
from crystalcall.customers.staff.values import (
    Done,
    ProposalRefusal,
    ProposalRefused,
    ProposalState,
    Proposed,
    Withdrawn,
)
from crystalcall.rules.staffing import Role

KIND = "cards.goodwill"
DOLLAR = 1_000_000


def refused(why, word=""):
    return ProposalRefused(why, word)


@pytest.fixture
def two(hire):
    """Two people who look after money."""
    return hire("accounts").member, hire("accounts").member


@pytest.fixture
def proposed(two, card, now):
    """Twenty dollars for a card with ten, proposed by the first."""
    serial = card()
    said = four_eyes.propose(
        KIND, {"serial": serial, "amount_micros": 20 * DOLLAR}, "call broke off twice", two[0], now=now
    )
    assert isinstance(said, Proposed)
    return said.proposal


def serial_of(proposal):
    return proposal.content["serial"]


def test_what_takes_two_waits_and_nothing_is_done_yet(proposed, credit_of, log, now):
    assert proposed.state is ProposalState.WAITING
    assert proposed.reason == "call broke off twice"
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR
    assert log()[-1] == ("staff.proposed", "done", KIND)
    assert queries.proposals(now=now) == (proposed,)


def test_the_second_person_has_it_done_in_their_own_transaction(proposed, two, credit_of, log, now):
    done = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert isinstance(done, Done)
    assert credit_of(serial_of(proposed)) == 30 * DOLLAR
    assert (done.proposal.state, done.proposal.decided_by) == (ProposalState.DONE, two[1].member_id)
    assert done.proposal.outcome == {"balance_micros": 30 * DOLLAR}
    assert log()[-1] == ("staff.approved", "done", KIND)
    assert queries.proposals(now=now) == ()
    assert queries.proposals(now=now, state=ProposalState.DONE) == (done.proposal,)


def test_it_is_done_once(proposed, two, hire, credit_of, log, now):
    four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    third = hire("accounts").member
    for again in (two[1], third):
        said = four_eyes.approve(proposed.proposal_id, proposed.hash, again, now=now)
        assert said == refused(ProposalRefusal.DECIDED)
    assert credit_of(serial_of(proposed)) == 30 * DOLLAR
    assert log()[-1] == ("staff.approved", "refused", "decided")


def test_whoever_proposed_it_cannot_approve_it(proposed, two, credit_of, log, now):
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[0], now=now)
    assert said == refused(ProposalRefusal.OWN)
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR
    assert log()[-1] == ("staff.approved", "refused", "own")


def test_the_database_refuses_a_second_person_who_is_the_first(proposed):
    row = Proposal.objects.get(pk=proposed.proposal_id)
    row.state, row.decided_by, row.decided_at = "done", row.proposed_by, row.proposed_at
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_who_has_no_right_approves_nothing_whatever_a_page_once_said(proposed, two, credit_of, log, now):
    stale = two[1]
    actions.set_roles(stale.member_id, {Role.SERVICE}, now=now)
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, stale, now=now)
    assert said == refused(ProposalRefusal.NO_RIGHT)
    forged = replace(stale, roles=frozenset(Role))
    assert four_eyes.approve(proposed.proposal_id, proposed.hash, forged, now=now) == said
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR
    assert log()[-1] == ("staff.approved", "refused", "no_right")


def test_a_disabled_member_neither_proposes_nor_approves_and_what_waited_is_withdrawn(
    proposed, two, hire, card, credit_of, now
):
    hire("administrator")
    actions.disable(two[0].member_id, reason="left", now=now)
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert said == refused(ProposalRefusal.DECIDED)
    assert queries.proposal(proposed.proposal_id, now=now).state is ProposalState.WITHDRAWN
    content = {"serial": card(), "amount_micros": DOLLAR}
    assert four_eyes.propose(KIND, content, "kind", two[0], now=now) == refused(ProposalRefusal.NO_RIGHT)
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR


def test_what_was_proposed_by_somebody_who_lost_the_right_since_is_not_done(proposed, two, credit_of, now):
    actions.set_roles(two[0].member_id, {Role.PRIVACY_OFFICER}, now=now)
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert said == refused(ProposalRefusal.NO_RIGHT)
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR


def test_changed_content_is_another_hash_and_the_old_one_approves_nothing(proposed, two, credit_of, log, now):
    content = {"serial": serial_of(proposed), "amount_micros": 200 * DOLLAR}
    changed = four_eyes.amend(proposed.proposal_id, content, "one zero more", two[0], now=now)
    assert isinstance(changed, Proposed)
    assert changed.proposal.hash != proposed.hash
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert said == refused(ProposalRefusal.CHANGED)
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR
    assert [line[:2] for line in log()[-2:]] == [("staff.amended", "done"), ("staff.approved", "refused")]
    assert isinstance(four_eyes.approve(proposed.proposal_id, changed.proposal.hash, two[1], now=now), Done)
    assert credit_of(serial_of(proposed)) == 210 * DOLLAR


@pytest.mark.parametrize("column", ["content", "proposed_by"])
def test_a_row_that_somebody_changed_by_hand_is_not_what_was_looked_at(proposed, two, hire, credit_of, column, now):
    other = hire("accounts")
    forged = {"content": proposed_content(serial_of(proposed), 400 * DOLLAR), "proposed_by": other.member_id}
    Proposal.objects.filter(pk=proposed.proposal_id).update(**{column: forged[column]})
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert said == refused(ProposalRefusal.CHANGED)
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR
    assert queries.proposal(proposed.proposal_id, now=now).hash == proposed.hash


def proposed_content(serial, amount):
    return f'{{"amount_micros":{amount},"serial":"{serial}"}}'


def test_nobody_amends_or_withdraws_what_is_somebody_elses(proposed, two, now, log):
    content = {"serial": serial_of(proposed), "amount_micros": 5 * DOLLAR}
    not_own = refused(ProposalRefusal.NOT_OWN)
    assert four_eyes.amend(proposed.proposal_id, content, "less", two[1], now=now) == not_own
    assert four_eyes.withdraw(proposed.proposal_id, two[1], now=now) == not_own
    assert queries.proposal(proposed.proposal_id, now=now) == proposed
    assert log()[-1] == ("staff.withdrawn", "refused", "not_own")


def test_what_was_withdrawn_is_over(proposed, two, credit_of, log, now):
    assert isinstance(four_eyes.withdraw(proposed.proposal_id, two[0], now=now), Withdrawn)
    assert log()[-1] == ("staff.withdrawn", "done", KIND)
    decided = refused(ProposalRefusal.DECIDED)
    assert four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now) == decided
    assert four_eyes.withdraw(proposed.proposal_id, two[0], now=now) == decided
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR


def test_after_three_days_it_is_too_late(proposed, two, credit_of, now):
    late = now + timedelta(days=3)
    assert queries.proposals(now=late) == ()
    assert queries.proposal(proposed.proposal_id, now=late).state is ProposalState.EXPIRED
    assert len(queries.proposals(now=late, state=ProposalState.EXPIRED)) == 1
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=late)
    assert said == refused(ProposalRefusal.EXPIRED)
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR


def test_what_cannot_be_done_any_more_is_over_and_nothing_was_done(proposed, two, credit_of, log, now):
    from crystalcall.minutes.pins import actions as pins

    pins.block_pin(serial_of(proposed), reason="stolen", now=now)
    said = four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert said == refused(ProposalRefusal.NOT_DONE, "blocked_card")
    assert queries.proposal(proposed.proposal_id, now=now).state is ProposalState.FAILED
    assert credit_of(serial_of(proposed)) == 10 * DOLLAR
    assert log()[-1] == ("staff.failed", "done", KIND)


def test_half_of_something_is_nothing(two, card, credit_of, monkeypatch, now):
    """A kind that begins and then says that it cannot leaves nothing of what it began."""
    from crystalcall.minutes.cards import goodwill

    def begin(content, key, now):
        goodwill.execute(content, key, now)
        return NotExecuted("changed_my_mind")

    half = replace(goodwill.KIND, name="cards.half", execute=begin)
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, half.name: half})
    serial = card()
    small, large = ({"serial": serial, "amount_micros": dollars * DOLLAR} for dollars in (1, 20))
    not_done = refused(ProposalRefusal.NOT_DONE, "changed_my_mind")
    assert four_eyes.propose("cards.half", small, "kind", two[0], now=now) == not_done
    waiting = four_eyes.propose("cards.half", large, "kind", two[0], now=now).proposal
    assert four_eyes.approve(waiting.proposal_id, waiting.hash, two[1], now=now) == not_done
    assert credit_of(serial) == 10 * DOLLAR


def test_a_kind_is_registered_once():
    from crystalcall.minutes.cards import goodwill

    kinds.register(goodwill.KIND)
    with pytest.raises(kinds.KindError):
        kinds.register(replace(goodwill.KIND, valid=timedelta(days=30)))


def test_nothing_is_given_to_a_card_whose_credit_expired(two, card, now, log):
    from crystalcall.minutes.pins.models import Pin

    serial = card()
    Pin.objects.filter(serial=serial).update(state="expired")
    content = {"serial": serial, "amount_micros": DOLLAR}
    said = four_eyes.propose(KIND, content, "kind", two[0], now=now)
    assert said == refused(ProposalRefusal.CONTENT_SENSELESS, "expired_card")


def test_up_to_the_limit_one_of_accounts_needs_nobody_else_over_all_cards_in_a_day(two, card, credit_of, log, now):
    first, second = card(), card()

    def give(serial, dollars, by=two[0], at=now):
        return four_eyes.propose(KIND, {"serial": serial, "amount_micros": dollars * DOLLAR}, "kind", by, now=at)

    done = give(first, 7)
    assert isinstance(done, Done)
    assert (done.proposal.decided_by, credit_of(first)) == (two[0].member_id, 17 * DOLLAR)
    assert log()[-1] == ("staff.did_alone", "done", KIND)
    assert isinstance(give(second, 4), Proposed)
    assert isinstance(give(second, 3), Done)
    assert isinstance(give(second, 1), Proposed)
    assert isinstance(give(second, 10, two[1]), Done)
    assert isinstance(give(first, 10, at=now + timedelta(hours=24)), Done)


def test_service_proposes_and_gives_nothing_alone(hire, card, credit_of, now):
    serial = card()
    said = four_eyes.propose(KIND, {"serial": serial, "amount_micros": 10_000}, "kind", hire("service").member, now=now)
    assert isinstance(said, Proposed)
    assert credit_of(serial) == 10 * DOLLAR


@pytest.mark.parametrize("roles", [("privacy_officer",), ("administrator",), ("administrator", "privacy_officer")])
def test_others_propose_nothing(hire, card, roles, log, now):
    content = {"serial": card(), "amount_micros": 10_000}
    said = four_eyes.propose(KIND, content, "kind", hire(*roles).member, now=now)
    assert said == refused(ProposalRefusal.NO_RIGHT)
    assert not Proposal.objects.exists()
    assert log()[-1] == ("staff.proposed", "refused", "no_right")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount_micros": 0}, "bad_amount"),
        ({"amount_micros": -DOLLAR}, "bad_amount"),
        ({"amount_micros": 1}, "bad_amount"),
        ({"amount_micros": True}, "bad_amount"),
        ({"amount_micros": "5"}, "bad_amount"),
        ({"amount_micros": 501 * DOLLAR}, "too_much"),
        ({"serial": "NOCARD"}, "unknown_serial"),
        ({"serial": 5}, "unknown_serial"),
        ({"note": "for Ivan"}, "unknown_serial"),
    ],
)
def test_what_makes_no_sense_is_not_even_proposed(two, card, change, why, log, now):
    content = {"serial": card(), "amount_micros": 20 * DOLLAR} | change
    before = log()
    said = four_eyes.propose(KIND, content, "kind", two[0], now=now)
    assert said == refused(ProposalRefusal.CONTENT_SENSELESS, why)
    assert (Proposal.objects.count(), log()) == (0, before)


def test_nothing_is_proposed_without_a_reason_or_of_a_kind_that_nobody_knows(two, card, now):
    content = {"serial": card(), "amount_micros": 20 * DOLLAR}
    assert four_eyes.propose(KIND, content, " \n", two[0], now=now) == refused(ProposalRefusal.REASON_MISSING)
    assert four_eyes.propose("cards.gift", content, "kind", two[0], now=now) == refused(ProposalRefusal.UNKNOWN_KIND)
    assert four_eyes.approve(uuid4(), "0" * 64, two[0], now=now) == refused(ProposalRefusal.UNKNOWN)
    assert four_eyes.withdraw(uuid4(), two[0], now=now) == refused(ProposalRefusal.UNKNOWN)
    assert not Proposal.objects.exists()


def test_the_reason_is_sealed(proposed):
    assert "broke off" not in repr(list(Proposal.objects.values()))


def test_the_books_say_what_it_was(proposed, two, now):
    from crystalcall.minutes.ledger import queries as ledger
    from crystalcall.minutes.ledger.models import Transfer

    four_eyes.approve(proposed.proposal_id, proposed.hash, two[1], now=now)
    assert Transfer.objects.order_by("pk").last().code == "adjust.goodwill"
    assert not list(ledger.audit())
