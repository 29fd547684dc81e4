"""What each role of the staff may do, as a matrix; and that nobody may what the table does not say."""

import pytest

from crystalcall.rules.staffing import MAY, Right, Role, may, rights_of

MATRIX = """
                    service accounts privacy_officer administrator
look_up             yes     yes      yes             -
reveal              yes     -        yes             -
block_pin           yes     -        -               -
unblock_pin         yes     -        -               -
end_sign_ins        yes     -        yes             -
resend_mail         yes     -        -               -
propose_credit      yes     yes      -               -
give_credit_alone   -       yes      -               -
approve_credit      -       yes      -               -
see_money_lists     -       yes      -               -
see_privacy_lists   -       -        yes             -
see_system_lists    -       -        -               yes
see_audit           -       -        yes             yes
see_staff           -       -        -               yes
"""


def cells():
    head, *lines = [line.split() for line in MATRIX.strip().splitlines()]
    return [(role, line[0], word == "yes") for line in lines for role, word in zip(head, line[1:], strict=True)]


@pytest.mark.parametrize(("role", "right", "allowed"), cells())
def test_each_role_may_what_the_matrix_says(role, right, allowed):
    assert may({Role(role)}, Right(right)) is allowed


def test_the_matrix_and_the_table_know_the_same_roles_and_rights():
    assert {role for role, _right, _allowed in cells()} == {role.value for role in Role}
    assert {right for _role, right, _allowed in cells()} == {right.value for right in Right} == {*MAY}


def test_nobody_without_a_role_may_anything():
    assert rights_of(()) == frozenset()


def test_several_roles_give_what_each_gives_and_nothing_more():
    both = rights_of({Role.ACCOUNTS, Role.ADMINISTRATOR})
    assert both == rights_of({Role.ACCOUNTS}) | rights_of({Role.ADMINISTRATOR})
    assert Right.REVEAL not in both


def test_no_role_alone_both_sees_personal_data_and_approves_money():
    assert not any({Right.REVEAL, Right.APPROVE_CREDIT} <= rights_of({role}) for role in Role)
