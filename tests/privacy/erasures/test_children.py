"""A child's data: no disclosure from the first moment, gone everywhere at once, nothing archived (clause C19)."""

import pytest

from crystalcall.customers.models import Customer
from crystalcall.mailings.models import Notice
from crystalcall.minutes.cards.actions import refund_credit
from crystalcall.minutes.ledger.queries import audit, balance
from crystalcall.minutes.pins.queries import pin
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import actions, queries
from crystalcall.privacy.erasures.models import ProviderTask
from crystalcall.privacy.erasures.values import Ask, Erased, NobodyToErase
from crystalcall.privacy.gate import Refusal, RefusalReason, permit
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.rules.pins import PinState

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C19")]


def found(bought):
    return keepers.find(order_number=bought.order_number)


def test_a_child_is_erased_everywhere_and_nothing_is_archived(shop, anna):
    bought = shop.sells(anna, price_notices=True)
    shop.calls(bought)
    sealed = []
    put_back = keepers.set_archivist(lambda *given: sealed.append(given))
    try:
        erased = actions.erase_child(found(bought), "olga", now=shop.now)
    finally:
        put_back()
    assert isinstance(erased, Erased)
    assert sealed == []
    assert not Customer.objects.exists()
    assert not keepers.find(mailbox=keepers.mailbox(anna.email), order_number=bought.order_number)


def test_unused_credit_is_owed_to_whoever_paid_and_the_card_is_blocked(shop, anna):
    bought = shop.sells(anna)
    shop.calls(bought)
    erased = actions.erase_child(found(bought), "olga", now=shop.now)
    assert isinstance(erased, Erased)
    assert erased.counts["cards_refunded"] == 1
    assert balance(bought.account_id).available_micros == 0
    known = pin(bought.serial)
    assert known is not None
    assert known.state is PinState.BLOCKED
    assert audit() == []


def test_the_office_is_told_what_to_ask_of_each_provider(shop, anna):
    bought = shop.sells(anna)
    shop.calls(bought)
    shop.sends()
    actions.erase_child(found(bought), "olga", now=shop.now)
    tasks = {(task.provider, task.ask, task.reference) for task in queries.provider_tasks()}
    assert ("mail-carrier", Ask.ERASE, bought.order_number) in tasks
    assert ("telephone-carrier", Ask.ERASE, bought.serial) in tasks
    assert ("authorize-net", Ask.REFUND, bought.order_number) in tasks
    assert not {task.reference for task in queries.provider_tasks()} & {str(bought.customer_id), str(bought.account_id)}
    first = queries.provider_tasks()[0]
    assert actions.mark_task_done(first.task_id, now=shop.now)
    assert not actions.mark_task_done(first.task_id, now=shop.now)
    assert len(queries.provider_tasks()) == len(tasks) - 1


def test_each_refund_says_how_much_and_none_is_asked_where_nothing_is_left(shop, anna):
    spent, kept = shop.sells(anna), shop.sells(anna)
    refund_credit(spent.serial, amount_micros=None, key="all of it", now=shop.now)
    shop.calls(kept)
    left = balance(kept.account_id).available_micros
    assert 0 < left < 10_000_000
    person = keepers.whole(found(kept))
    assert spent.order_number in person.of(NameKind.ORDER)
    actions.erase_child(person, "olga", now=shop.now)
    refunds = [task for task in queries.provider_tasks() if task.ask is Ask.REFUND]
    assert [(task.reference, task.amount_micros) for task in refunds] == [(kept.order_number, left)]
    assert all(task.amount_micros is None for task in queries.provider_tasks() if task.ask is Ask.ERASE)


def test_the_mail_carrier_is_asked_by_message_ids_where_it_knows_no_other_name(shop, anna):
    bought = shop.sells(anna)
    shop.sends()
    shop.asks("access", anna.email)
    [letter] = shop.sends()
    actions.erase_child(keepers.whole(found(bought)), "olga", now=shop.now)
    asked = {task.reference for task in queries.provider_tasks() if task.provider == "mail-carrier"}
    assert letter.extra_headers["Message-ID"] in asked
    assert str(bought.customer_id) not in asked


def test_one_impersonal_line_says_that_it_happened(shop, anna):
    bought = shop.sells(anna)
    actions.erase_child(found(bought), "olga", now=shop.now)
    assert not RegisterEntry.objects.filter(kind="erasure").exists()
    entry = RegisterEntry.objects.get(kind="child_erasure")
    for secret in (anna.name, anna.email, bought.order_number, str(bought.customer_id), bought.serial):
        assert secret not in entry.facts


def test_while_a_child_is_suspected_waiting_mails_are_dropped_and_every_name_is_shut(shop, anna):
    bought = shop.sells(anna)
    shop.tells()
    assert Notice.objects.filter(state="queued").count() == 1
    actions.suspend(found(bought), now=shop.now)
    assert shop.sends() == []
    names = [bought.order_number, bought.serial, str(bought.customer_id), str(bought.account_id)]
    assert queries.suspended([*names, "another"]) == set(names)


def test_what_nobody_has_is_not_erased(shop):
    assert actions.erase_child(Person(), "olga", now=shop.now) == NobodyToErase()
    assert ProviderTask.objects.count() == 0
    assert Notice.objects.count() == 0


def test_the_gate_lets_nothing_out_about_a_suspected_child(shop, anna, boris):
    bought, other = shop.sells(anna), shop.sells(boris)
    actions.suspend(found(bought), now=shop.now)
    before = Disclosure.objects.count()
    for provider, purpose, field, subject in (
        ("authorize-net", Purpose.ORDER_FULFILLMENT, "email", bought.order_number),
        ("mail-carrier", Purpose.PRIVACY_REQUEST, "email", str(bought.customer_id)),
        ("telephone-carrier", Purpose.CALL_DELIVERY, "called_number", bought.serial),
    ):
        refused = permit(provider, purpose, (field,), subject)
        assert isinstance(refused, Refusal)
        assert refused.reason is RefusalReason.SUBJECT_SUSPENDED
    assert Disclosure.objects.count() == before
    assert not isinstance(permit("mail-carrier", Purpose.ORDER_STATUS, ("email",), other.order_number), Refusal)
