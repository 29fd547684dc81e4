"""Several people at once, each with a connection of their own: it is done once, and no two leave as the last."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from crystalcall.customers.staff import actions, four_eyes, queries
from crystalcall.customers.staff.models import Proposal, StaffMember
from crystalcall.customers.staff.values import Changed, Done, ProposalRefused, Proposed, StaffRefusal, StaffRefused

KIND = "cards.goodwill"
DOLLAR = 1_000_000

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run the steps together; gives what each said, in their order."""
    start = threading.Barrier(len(steps))
    said: list[object] = [None] * len(steps)

    def run(place: int, step: Callable[[], object]) -> None:
        try:
            start.wait(30)
            said[place] = step()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(steps)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return said


def test_two_who_approve_at_once_have_it_done_once(hire, card, credit_of, now):
    serial = card()
    proposer, second, third = (hire("accounts").member for _ in range(3))
    content = {"serial": serial, "amount_micros": 20 * DOLLAR}
    proposal = four_eyes.propose(KIND, content, "kind", proposer, now=now).proposal
    said = at_once(
        *(lambda by=by: four_eyes.approve(proposal.proposal_id, proposal.hash, by, now=now) for by in (second, third))
    )
    assert sorted(type(each).__name__ for each in said) == ["Done", "ProposalRefused"]
    assert credit_of(serial) == 30 * DOLLAR


def test_approved_and_withdrawn_at_once_is_one_of_both(hire, card, credit_of, now):
    serial = card()
    proposer, second = (hire("accounts").member for _ in range(2))
    content = {"serial": serial, "amount_micros": 20 * DOLLAR}
    proposal = four_eyes.propose(KIND, content, "kind", proposer, now=now).proposal
    approved, withdrawn = at_once(
        lambda: four_eyes.approve(proposal.proposal_id, proposal.hash, second, now=now),
        lambda: four_eyes.withdraw(proposal.proposal_id, proposer, now=now),
    )
    assert isinstance(approved, Done) is isinstance(withdrawn, ProposalRefused)
    assert credit_of(serial) == (30 if isinstance(approved, Done) else 10) * DOLLAR


def test_approved_while_its_proposer_is_disabled_comes_to_an_end_without_a_deadlock(hire, card, credit_of, now):
    serial = card()
    hire("administrator")
    proposer, second = (hire("accounts").member for _ in range(2))
    content = {"serial": serial, "amount_micros": 20 * DOLLAR}
    proposal = four_eyes.propose(KIND, content, "kind", proposer, now=now).proposal
    approved, disabled = at_once(
        lambda: four_eyes.approve(proposal.proposal_id, proposal.hash, second, now=now),
        lambda: actions.disable(proposer.member_id, reason="left", now=now),
    )
    assert isinstance(disabled, Changed)
    assert isinstance(approved, Done | ProposalRefused)
    assert credit_of(serial) == (30 if isinstance(approved, Done) else 10) * DOLLAR


def test_one_person_who_asks_twice_at_once_stays_within_what_they_may_do_alone(hire, card, credit_of, now):
    serial = card()
    alone = hire("accounts").member
    content = {"serial": serial, "amount_micros": 7 * DOLLAR}
    said = at_once(*(lambda: four_eyes.propose(KIND, content, "kind", alone, now=now) for _ in range(3)))
    assert sorted(type(each).__name__ for each in said) == ["Done", "Proposed", "Proposed"]
    assert isinstance(next(each for each in said if isinstance(each, Proposed)), Proposed)
    assert credit_of(serial) == 17 * DOLLAR
    assert Proposal.objects.filter(is_alone=True).count() == 1


def test_two_administrators_cannot_both_leave_at_once(hire, now):
    first, second = hire("administrator").member_id, hire("administrator").member_id
    said = at_once(
        *(lambda who=who: actions.disable(who, reason="left", now=now) for who in (first, second)),
    )
    assert StaffRefused(StaffRefusal.LAST_ADMINISTRATOR) in said
    assert StaffMember.objects.filter(disabled_at__isnull=True).count() == 1


def test_a_set_up_address_opens_for_one_of_two(hire, secret_of, now):
    member = hire("service")
    given = actions.set_up_again(member.member_id, reason="mail lost", now=now)
    said = at_once(
        *(
            lambda place=place: actions.set_up(secret_of(given), "a lamp beside the grey window", place * 43, now=now)
            for place in ("a", "b")
        )
    )
    assert sorted(type(each).__name__ for each in said) in (
        ["Issued", "SetUpRefused"],
        # Where only one password is checked at a time the other is asked to come back.
        ["Issued", "SignInRefused"],
    )
    assert queries.member(member.member_id, now=now + timedelta(minutes=1)).is_set_up
