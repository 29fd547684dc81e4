"""Who may open which page and do which act: every page and every act with every role, and what a refusal leaves."""

import re

import pytest
from django.urls import reverse

from crystalcall.rules.staffing import MAY, Right, Role

SINGLE = tuple(role.value for role in Role)
#: Which right each page takes; None: any member.
PAGES = {
    "account": None,
    "desk-look-up": Right.LOOK_UP,
    "desk-proposals": Right.PROPOSE_CREDIT,
    "desk-log": Right.SEE_AUDIT,
    "desk-staff": Right.SEE_STAFF,
    "account-password": None,
    "account-sign-ins": None,
    "account-second-factor": None,
}
WHY = "asked by telephone, ticket 12"
#: Where each act is posted, what it takes, and with what.
ACTS = {
    "reveal": ("customer", Right.REVEAL, {"reason": WHY}),
    "end-sign-ins": ("customer", Right.END_SIGN_INS, {"reason": WHY}),
    "block": ("card", Right.BLOCK_PIN, {"reason": WHY}),
    "unblock": ("card", Right.UNBLOCK_PIN, {"reason": WHY}),
    "credit": ("card", Right.PROPOSE_CREDIT, {"reason": WHY, "amount": "5"}),
    "resend": ("order", Right.RESEND_MAIL, {"reason": WHY}),
}


def place(kind: str, bought) -> str:
    return {
        "customer": f"/customers/{bought.customer_id}/",
        "card": f"/cards/{bought.serial}/",
        "order": f"/orders/{bought.order_number}/",
    }[kind]


@pytest.mark.parametrize("role", SINGLE)
def test_each_role_opens_its_pages_and_no_other(role, desk_of):
    desk = desk_of(role)
    menu = desk.get("/").content.decode()
    for name, right in PAGES.items():
        may = right is None or Role(role) in MAY[right]
        page = desk.get(reverse(name))
        assert page.status_code == (200 if may else 403), name
        assert (f'href="{reverse(name)}"' in menu) is may, f"{name} in the menu of {role}"
        if not may:
            assert "Your roles do not let you do this" in page.content.decode()


@pytest.mark.parametrize("role", SINGLE)
def test_each_role_does_its_acts_and_a_refusal_does_nothing(role, desk_of, shop, anna):
    bought = shop.sells(anna)
    desk = desk_of(role)
    for act, (kind, right, fields) in ACTS.items():
        before = desk.log()
        answer = desk.post(place(kind, bought), {"act": act, **fields})
        new = desk.log()[len(before) :]
        may, may_look = Role(role) in MAY[right], Role(role) in MAY[Right.LOOK_UP]
        assert (answer.status_code == 200) is (may and may_look), (act, answer.content.decode())
        assert len(new) == 1, f"{act} by {role} leaves one line"
        assert new[0][1] == ("done" if may and may_look else "refused")
        if not may:
            assert answer.status_code == 403


def test_a_refused_act_changes_nothing(desk_of, shop, anna):
    from crystalcall.minutes.pins.queries import pin
    from crystalcall.rules.pins import PinState

    bought = shop.sells(anna)
    desk = desk_of("accounts")
    assert desk.post(place("card", bought), {"act": "block", "reason": WHY}).status_code == 403
    assert pin(bought.serial).state is not PinState.BLOCKED
    [line] = desk.log()
    assert line == ("backoffice.pin_blocked", "refused", bought.serial, "no_right")


@pytest.mark.parametrize("role", ["service", "accounts", "privacy_officer"])
def test_what_a_role_may_not_do_is_not_shown(role, desk_of, shop, anna):
    bought = shop.sells(anna)
    desk = desk_of(role)
    for kind in ("customer", "card", "order"):
        page = desk.get(place(kind, bought)).content.decode()
        offered = set(re.findall(r'name="act" value="([\w-]+)"', page))
        allowed = {act for act, (where, right, _) in ACTS.items() if where == kind and Role(role) in MAY[right]}
        # Nothing to unblock, and nobody to sign out: this buyer has no account.
        assert offered == allowed - {"unblock", "end-sign-ins"}


def test_the_lists_of_a_page_are_those_of_the_role(desk_of):
    accounts, officer = desk_of("accounts"), desk_of("privacy_officer")
    money, people = accounts.get("/").content.decode(), officer.get("/").content.decode()
    assert "The books" in money
    assert "The books" not in people
    assert "requests about their data" in people
    assert "requests about their data" not in money
