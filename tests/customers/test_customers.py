import uuid

import pytest

from crystalcall.customers import actions, queries
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.plumbing.sealing import SealBrokenError, seal
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.opening import PurposeRefusedError
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db


@pytest.mark.clause("C21")
def test_a_guest_is_kept_sealed_and_read_back(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, "+1 212 736 5000", anna.language, now=now)
    assert queries.contact(customer_id, purpose=Purpose.PRIVACY_REQUEST) == queries.Contact(
        anna.name, anna.email, "+12127365000", "en"
    )
    assert queries.masked_email(customer_id, purpose=Purpose.ORDER_STATUS) == "a•••@example.org"
    row = Customer.objects.get()
    for secret in (anna.name, anna.email, "12127365000"):
        for blob in (row.sealed_name, row.sealed_email, row.sealed_telephone, row.email_index):
            assert secret.encode() not in bytes(blob)


def test_an_address_does_not_show_in_a_repr(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    assert "anna" not in repr(queries.contact(customer_id, purpose=Purpose.ORDER_FULFILLMENT)).lower()


def test_each_guest_order_is_its_own_customer(anna, now):
    first = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    second = actions.record_guest(anna.name, anna.email.upper(), None, "en", now=now)
    assert first != second
    indexes = {bytes(row.email_index) for row in Customer.objects.all()}
    assert len(indexes) == 1


@pytest.mark.clause("C21")
def test_a_sealed_value_moved_to_another_person_opens_nothing(anna, boris, now):
    anna_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    boris_id = actions.record_guest(boris.name, boris.email, None, "ru", now=now)
    stolen = Customer.objects.get(pk=anna_id).sealed_email
    Customer.objects.filter(pk=boris_id).update(sealed_email=stolen)
    with pytest.raises(SealBrokenError):
        queries.contact(boris_id, purpose=Purpose.ORDER_FULFILLMENT)


def test_details_nobody_read_are_refused_and_not_quoted(now):
    with pytest.raises(actions.ContactError) as refusal:
        actions.record_guest("4111 1111 1111 1111", "anna@example.org", None, "en", now=now)
    assert "4111" not in str(refusal.value)


def test_nobody_has_an_unknown_id(db):
    assert queries.contact(uuid.uuid4(), purpose=Purpose.ORDER_FULFILLMENT) is None
    assert queries.masked_email(uuid.uuid4(), purpose=Purpose.ORDER_STATUS) is None


def test_an_account_is_linked_once_and_to_one_person(anna, boris, now):
    anna_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    boris_id = actions.record_guest(boris.name, boris.email, None, "ru", now=now)
    account_id = uuid.uuid4()
    for _ in range(2):
        actions.link_account(anna_id, account_id, now=now)
    assert queries.accounts_of(anna_id) == (account_id,)
    with pytest.raises(actions.LinkContradictionError):
        actions.link_account(boris_id, account_id, now=now)
    assert AccountLink.objects.count() == 1


@pytest.mark.clause("C21")
def test_nobody_can_be_reached_once_their_key_is_destroyed(anna, boris, now):
    anna_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    boris_id = actions.record_guest(boris.name, boris.email, None, "ru", now=now)
    destroy((anna_id,), now=now)
    assert queries.contact(anna_id, purpose=Purpose.ORDER_FULFILLMENT) is None
    assert queries.masked_email(anna_id, purpose=Purpose.ORDER_STATUS) is None
    assert queries.contact(boris_id, purpose=Purpose.ORDER_FULFILLMENT).name == boris.name


def test_a_telephone_is_not_read_for_a_letter(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, anna.telephone, "en", now=now)
    assert queries.contact(customer_id, purpose=Purpose.PRICE_NOTICE).telephone is None
    assert queries.contact(customer_id, purpose=Purpose.ORDER_STATUS).telephone == anna.telephone


def test_an_address_is_not_read_for_a_purpose_it_was_not_given_for(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    with pytest.raises(PurposeRefusedError, match="abuse_prevention"):
        queries.masked_email(customer_id, purpose=Purpose.ABUSE_PREVENTION)


def test_details_sealed_before_there_were_keys_are_still_read(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    Customer.objects.filter(pk=customer_id).update(
        sealed_name=seal("Anna before", f"customers.name:{customer_id}"),
        sealed_email=seal("before@example.org", f"customers.email:{customer_id}"),
    )
    contact = queries.contact(customer_id, purpose=Purpose.ORDER_FULFILLMENT)
    assert (contact.name, contact.email) == ("Anna before", "before@example.org")


def test_a_mailbox_is_found_by_its_keyed_hash_however_it_is_written(anna, boris, now):
    first = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    second = actions.record_guest(anna.name, anna.email.upper(), None, "en", now=now)
    actions.record_guest(boris.name, boris.email, None, "ru", now=now)
    assert set(queries.customers_of_mailbox(f" {anna.email.title()} ")) == {first, second}
    assert queries.customers_of_mailbox("nobody@example.org") == ()


def test_what_is_kept_knows_the_policy_it_was_collected_under(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    actions.link_account(customer_id, uuid.uuid4(), now=now)
    assert Customer.objects.get().policy_version == 1
    assert AccountLink.objects.get().policy_version == 1
