import uuid

import pytest

from crystalcall.customers import actions, queries
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.plumbing.sealing import SealBrokenError

pytestmark = pytest.mark.django_db


def test_a_guest_is_kept_sealed_and_read_back(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, "+1 212 736 5000", anna.language, now=now)
    assert queries.contact(customer_id) == queries.Contact(anna.name, anna.email, "+12127365000", "en")
    assert queries.masked_email(customer_id) == "a•••@example.org"
    row = Customer.objects.get()
    for secret in (anna.name, anna.email, "12127365000"):
        for blob in (row.sealed_name, row.sealed_email, row.sealed_telephone, row.email_index):
            assert secret.encode() not in bytes(blob)


def test_an_address_does_not_show_in_a_repr(anna, now):
    customer_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    assert "anna" not in repr(queries.contact(customer_id)).lower()


def test_each_guest_order_is_its_own_customer(anna, now):
    first = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    second = actions.record_guest(anna.name, anna.email.upper(), None, "en", now=now)
    assert first != second
    indexes = {bytes(row.email_index) for row in Customer.objects.all()}
    assert len(indexes) == 1


def test_a_sealed_value_moved_to_another_person_opens_nothing(anna, boris, now):
    anna_id = actions.record_guest(anna.name, anna.email, None, "en", now=now)
    boris_id = actions.record_guest(boris.name, boris.email, None, "ru", now=now)
    stolen = Customer.objects.get(pk=anna_id).sealed_email
    Customer.objects.filter(pk=boris_id).update(sealed_email=stolen)
    with pytest.raises(SealBrokenError):
        queries.contact(boris_id)


def test_details_nobody_read_are_refused_and_not_quoted(now):
    with pytest.raises(actions.ContactError) as refusal:
        actions.record_guest("4111 1111 1111 1111", "anna@example.org", None, "en", now=now)
    assert "4111" not in str(refusal.value)


def test_nobody_has_an_unknown_id(db):
    assert queries.contact(uuid.uuid4()) is None
    assert queries.masked_email(uuid.uuid4()) is None


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
