"""The restore drill: sell, call, back up, forget somebody, restore, start; on whichever database runs the tests."""

import subprocess
import sys

import pytest
from backup_office import silent
from django.db import connections

from crystalcall.customers import seals
from crystalcall.customers.models import AccountLink, Customer
from crystalcall.customers.queries import contact
from crystalcall.minutes.ledger.queries import audit, balance
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.actions import destroy_archive, put_away
from crystalcall.privacy.archive.models import ArchivedValue
from crystalcall.privacy.backups.actions import RestorePlan, restore
from crystalcall.privacy.erasures import actions as erasures
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.models import ArchiveLotKey, ArchivePair, ArchiveWrap, DataKey
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.signing import sign_due_days
from crystalcall.privacy.register.verifying import verify
from crystalcall.shop.orders.models import Order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("C21")]

SERVING = """
from crystalcall.config.wsgi import application
from crystalcall.customers.models import Customer
print(Customer.objects.count())
"""


def forget(bought, now):
    person = keepers.whole(Person().joined(NameKind.CUSTOMER, [bought.customer_id]))
    erasures.erase_person(person, Way.DELETION, now=now)


def test_a_restored_shop_has_forgotten_whom_it_forgot_and_everybody_else_is_whole(shop, office, anna, boris):
    hers, his = shop.sells(anna), shop.sells(boris)
    shop.calls(hers)
    shop.calls(his, call_id="c2")
    left = balance(his.account_id)
    sign_due_days(shop.later(days=1))
    made = office.takes_backup(shop.later(minutes=1))
    forget(hers, shop.later(hours=1))
    lost = shop.sells(boris)
    restored = office.restores(made, shop.later(hours=1))
    assert (restored.replayed.lines, restored.replayed.people) == (1, 1)
    assert restored.rows == made.database.rows
    assert not Customer.objects.filter(pk=hers.customer_id).exists()
    assert not AccountLink.objects.filter(ledger_account_id=hers.account_id).exists()
    assert Order.objects.get(order_number=hers.order_number).customer_id is None
    assert not Order.objects.filter(order_number=lost.order_number).exists()
    told = contact(his.customer_id, purpose=Purpose.ORDER_FULFILLMENT)
    assert (told.name, told.email) == (boris.name, boris.email)
    assert balance(his.account_id) == left
    assert audit() == []
    assert verify().findings == ()
    kinds = list(RegisterEntry.objects.order_by("-sequence").values_list("kind", flat=True)[:2])
    assert kinds == ["backup_restored", "erasures_replayed"]


def test_the_restored_shop_goes_on_selling_and_its_books_go_on_balancing(shop, office, anna, boris):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    office.restores(made, shop.later(hours=1))
    bought = shop.sells(boris)
    shop.calls(bought)
    assert audit() == []
    assert verify().findings == ()


def test_where_the_key_store_is_lost_too_the_file_of_keys_brings_it_back_without_the_destroyed(
    shop, office, anna, boris
):
    hers, his = shop.sells(anna), shop.sells(boris)
    made = office.takes_backup(shop.now)
    forget(hers, shop.later(hours=1))
    DataKey.objects.all().delete()
    restored = office.restores(made, shop.later(hours=1), keys=made.keys.path)
    assert restored.keys_added > 0
    assert contact(his.customer_id, purpose=Purpose.ORDER_FULFILLMENT).name == boris.name
    for subject in (hers.customer_id, hers.account_id):
        assert DataKey.objects.get(pk=subject).wrapped is None


def test_a_key_that_was_destroyed_does_not_come_back_by_a_file_of_keys(shop, office, anna):
    hers = shop.sells(anna)
    made = office.takes_backup(shop.now)
    destroy((hers.customer_id,), now=shop.later(hours=1))
    office.restores(made, shop.later(hours=1), keys=made.keys.path)
    assert DataKey.objects.get(pk=hers.customer_id).wrapped is None


def test_a_database_put_back_by_hand_forgets_before_the_store_serves(
    process_environment, shop, office, own_ledger, anna, boris
):
    hers = shop.sells(anna)
    shop.sells(boris)
    made = office.takes_backup(shop.now)
    forget(hers, shop.later(hours=1))
    plan = RestorePlan(made.database.path, office.identity, replaces=True, only_loads=True)
    restore(plan, now=shop.now, tell=silent)
    assert Customer.objects.count() == 2
    connections.close_all()
    environment = process_environment | {"CRYSTALCALL_ERASURES_FILE": str(own_ledger)}
    started = subprocess.run(
        [sys.executable, "-c", SERVING], env=environment, capture_output=True, text=True, check=False
    )
    assert started.stdout == "1\n", started.stderr
    assert not Customer.objects.filter(pk=hers.customer_id).exists()


@pytest.mark.clause("C13")
def test_what_two_officers_could_not_open_any_more_stays_shut_after_a_restore_with_the_file_of_keys(
    shop, office, anna, officers
):
    hers = shop.sells(anna)
    put_away(hers.customer_id, "sealed_archive", {seals.NAME: anna.name}, now=shop.now, collected_under=1)
    made = office.takes_backup(shop.later(minutes=1))
    assert destroy_archive([hers.customer_id], "vera", "asked by letter", now=shop.later(hours=1)) == 1
    for model in (ArchiveWrap, ArchiveLotKey, ArchivePair):
        model.objects.all().delete()  # the machine is lost, and the key store with it
    restored = office.restores(made, shop.later(hours=1), keys=made.keys.path)
    assert restored.replayed.archive_keys == 1
    assert not ArchivePair.objects.exists()
    assert not ArchiveWrap.objects.exists()
    assert not ArchivedValue.objects.exists()
