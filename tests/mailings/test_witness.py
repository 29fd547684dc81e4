"""Every mail carries the register's root: what lies in other people's mailboxes the shop cannot rewrite."""

import pytest
from reading import both

from crystalcall.mailings import actions
from crystalcall.mailings.values import NoticeKind
from crystalcall.privacy.register.queries import head
from crystalcall.privacy.register.signing import sign_due_days

pytestmark = pytest.mark.django_db


@pytest.mark.clause("C20")
@pytest.mark.parametrize(("person", "words"), [("anna", "Register root of"), ("boris", "Корень реестра за")])
def test_a_mail_carries_the_last_root_and_leads_to_the_register(fulfilled, post, now, request, person, words):
    placed = fulfilled(request.getfixturevalue(person), "credit-10=1")
    sign_due_days(now)
    actions.send_notice(actions.queue_notice(placed.order_number, NoticeKind.ORDER_FULFILLED, now=now), now=now)
    for body in both(post.taken[0]):
        assert words in body
        assert head().root[:16] in body
        assert "/privacy/register/" in body


def test_before_the_first_night_a_mail_speaks_of_no_root(fulfilled, post, anna, now):
    placed = fulfilled(anna, "credit-10=1")
    actions.send_notice(actions.queue_notice(placed.order_number, NoticeKind.ORDER_FULFILLED, now=now), now=now)
    for body in both(post.taken[0]):
        assert "Register root" not in body
