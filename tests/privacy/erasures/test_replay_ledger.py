"""The replay ledger: what it keeps, that it is chained, and that a restored database forgets again."""

import json
import stat
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from crystalcall.customers.models import AccountLink, Customer
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import actions, ledger, queries, verifying
from crystalcall.privacy.erasures.models import Erasure
from crystalcall.privacy.erasures.starting import replay_at_start
from crystalcall.privacy.erasures.values import Erased
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.queries import secret_of
from crystalcall.shop.orders.models import Order

pytestmark = pytest.mark.django_db

NO_GRACE = timedelta(0)


def person_of(bought):
    return keepers.whole(Person().joined(NameKind.CUSTOMER, [bought.customer_id]))


def snapshot(bought):
    """The rows that a backup of this moment would bring back."""
    customer = Customer.objects.get(pk=bought.customer_id)
    order = Order.objects.get(order_number=bought.order_number)
    return [customer, order, *AccountLink.objects.filter(customer=customer)]


def restore(rows):
    """A backup taken before the erasure is put back: the database knows nothing of the erasure."""
    Erasure.objects.all().delete()
    for row in rows:
        row.save()


def test_a_line_names_nobody(shop, anna, own_ledger):
    bought = shop.sells(anna)
    actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    text = own_ledger.read_text()
    for secret in (str(bought.customer_id), bought.customer_id.hex, anna.email, bought.order_number, bought.serial):
        assert secret not in text
    assert json.loads(text)["way"] == "deletion"
    assert stat.S_IMODE(own_ledger.stat().st_mode) == 0o600


def test_lines_are_chained_and_a_changed_or_missing_line_is_noticed(own_ledger, now):
    for _ in range(3):
        ledger.append([uuid4()], Way.DELETION, now=now)
    assert [line.number for line in ledger.lines()] == [1, 2, 3]
    whole = own_ledger.read_text().splitlines(keepends=True)
    for broken in (whole[1:], [whole[0], whole[2]], [whole[0], whole[1].replace("deletion", "child"), whole[2]]):
        own_ledger.write_text("".join(broken))
        with pytest.raises(ledger.LedgerBrokenError):
            ledger.lines()


def test_a_line_cut_short_by_a_crash_is_no_line_and_the_next_takes_its_place(own_ledger, now):
    first = ledger.append([uuid4()], Way.DELETION, now=now)
    with own_ledger.open("a") as file:
        file.write('{"n":2,"at":"2026-11')
    assert ledger.lines() == (first,)
    second = ledger.append([uuid4()], Way.CHILD, now=now)
    assert ledger.lines() == (first, second)
    assert second.number == 2


def test_a_long_line_is_read_back_whole(own_ledger, now):
    first = ledger.append([uuid4() for _ in range(300)], Way.DELETION, now=now)
    second = ledger.append([uuid4()], Way.DELETION, now=now)
    assert ledger.lines() == (first, second)


def test_many_writers_make_one_chain(own_ledger, now):
    writers = [
        threading.Thread(target=lambda: [ledger.append([uuid4()], Way.DELETION, now=now) for _ in range(10)])
        for _ in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [line.number for line in ledger.lines()] == list(range(1, 41))


def test_where_the_ledger_cannot_be_written_nothing_is_erased(shop, anna, own_ledger):
    bought = shop.sells(anna)
    own_ledger.mkdir()
    with pytest.raises(OSError, match="directory"):
        actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    assert Customer.objects.filter(pk=bought.customer_id).exists()
    assert Erasure.objects.count() == 0


def test_an_erasure_cuts_both_ways_to_the_person_and_destroys_the_keys(shop, anna):
    bought = shop.sells(anna)
    shop.calls(bought)
    erased = actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    assert isinstance(erased, Erased)
    assert erased.counts["customers"] == 1
    assert erased.counts["orders_unlinked"] == 1
    assert erased.counts["called_numbers"] == 1
    assert Order.objects.get(order_number=bought.order_number).customer_id is None
    assert not AccountLink.objects.filter(ledger_account_id=bought.account_id).exists()
    for subject in (bought.customer_id, bought.account_id):
        key = DataKey.objects.get(subject=subject)
        assert key.wrapped is None


def test_the_books_are_whole_after_an_erasure(shop, anna):
    from crystalcall.minutes.ledger.queries import audit, balance

    bought = shop.sells(anna)
    shop.calls(bought)
    left = balance(bought.account_id)
    actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    assert balance(bought.account_id) == left
    assert audit() == []


def test_mails_that_wait_are_dropped(shop, anna):
    bought = shop.sells(anna)
    shop.tells()
    erased = actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    assert isinstance(erased, Erased)
    assert erased.counts["mails_dropped"] == 1
    assert shop.sends() == []


def test_a_repeated_erasure_finds_nobody(shop, anna):
    bought = shop.sells(anna)
    person = person_of(bought)
    actions.erase_person(person, Way.DELETION, now=shop.now)
    assert not person_of(bought).of(NameKind.ORDER)
    assert Erasure.objects.count() == 1


def test_the_register_has_a_line_without_a_person_and_without_a_figure_about_one(shop, anna):
    bought = shop.sells(anna)
    actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    entry = RegisterEntry.objects.get(kind="erasure")
    assert set(json.loads(entry.facts)) == {"way", "replayed", "ledger_line", "officer"}
    assert secret_of(entry.hash)["counts"]["customers"] == 1
    for secret in (str(bought.customer_id), bought.order_number, anna.email):
        assert secret not in entry.facts


@pytest.mark.clause("C11", "C13")
def test_a_restored_backup_forgets_again(shop, anna, boris):
    bought, other = shop.sells(anna), shop.sells(boris)
    rows = snapshot(bought)
    actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    restore(rows)
    assert Customer.objects.filter(pk=bought.customer_id).exists()
    done = actions.replay(now=shop.later(hours=1), grace=NO_GRACE)
    assert (done.lines, done.people) == (1, 1)
    assert not Customer.objects.filter(pk=bought.customer_id).exists()
    assert Order.objects.get(order_number=bought.order_number).customer_id is None
    assert Customer.objects.filter(pk=other.customer_id).exists()
    assert RegisterEntry.objects.filter(kind="erasures_replayed").count() == 1
    assert actions.replay(now=shop.now, grace=NO_GRACE).lines == 0


def test_a_replay_leaves_what_the_same_mailbox_bought_since(shop, anna):
    bought = shop.sells(anna)
    rows = snapshot(bought)
    actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    later = shop.sells(anna)
    restore(rows)
    actions.replay(now=shop.later(hours=1), grace=NO_GRACE)
    assert not Customer.objects.filter(pk=bought.customer_id).exists()
    assert Customer.objects.filter(pk=later.customer_id).exists()


def test_an_erasure_that_a_crash_cut_off_is_finished_later(shop, anna):
    bought = shop.sells(anna)
    ledger.append([bought.customer_id], Way.DELETION, now=shop.now)  # all that a killed process had done
    assert actions.replay(now=shop.now).lines == 0  # it may still be at it
    assert actions.replay(now=shop.later(minutes=6)).people == 1
    assert not Customer.objects.filter(pk=bought.customer_id).exists()


@pytest.mark.parametrize("place", ["keys.destroy", "prove_erasure"])
def test_an_erasure_that_fails_midway_leaves_all_or_nothing_and_is_finished_later(shop, anna, monkeypatch, place):
    bought = shop.sells(anna)

    class Killed(Exception):
        pass

    def die(*_given: object, **_more: object):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"crystalcall.privacy.erasures.actions.{place}", die)
        with pytest.raises(Killed):
            actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
    assert Customer.objects.filter(pk=bought.customer_id).exists()
    assert Order.objects.get(order_number=bought.order_number).customer_id == bought.customer_id
    assert Erasure.objects.count() == 0
    assert actions.replay(now=shop.later(minutes=6)).people == 1
    assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_processes_that_replay_at_once_do_it_once(shop, anna):
    bought = shop.sells(anna)
    ledger.append([bought.customer_id], Way.DELETION, now=shop.now - timedelta(hours=1))
    done, start = [], threading.Barrier(3)

    def replay():
        start.wait()
        try:
            done.append(actions.replay(now=shop.now))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=replay) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == 3
    assert Erasure.objects.count() == 1
    assert RegisterEntry.objects.filter(kind="erasure").count() == 1
    assert RegisterEntry.objects.filter(kind="erasures_replayed").count() == 1
    assert sorted(each.people for each in done) == [0, 0, 1]
    assert not Customer.objects.exists()


def test_a_line_about_nobody_here_is_marked_as_done(own_ledger, now):
    ledger.append([uuid4()], Way.DELETION, now=now - timedelta(hours=1))
    assert actions.replay(now=now).lines == 1
    assert queries.lines_not_done() == ()
    assert RegisterEntry.objects.count() == 0


def test_nothing_is_archived_by_a_replay(shop, anna):
    bought = shop.sells(anna)
    rows = snapshot(bought)
    sealed = []
    put_back = keepers.set_archivist(lambda *given: sealed.append(given))
    try:
        actions.erase_person(person_of(bought), Way.DELETION, now=shop.now)
        assert len(sealed) == 1
        restore(rows)
        actions.replay(now=shop.later(hours=1), grace=NO_GRACE)
    finally:
        put_back()
    assert len(sealed) == 1


@pytest.mark.parametrize("loss", ["all", "end"])
def test_a_ledger_that_was_cut_or_lost_is_missed_at_the_start_and_by_the_audit(shop, anna, boris, caplog, loss):
    for each in (anna, boris):
        actions.erase_person(person_of(shop.sells(each)), Way.DELETION, now=shop.now)
    assert verifying.findings() == ()
    file = ledger.path()
    if loss == "all":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    [finding] = verifying.findings()
    assert finding.rule == "replay_ledger"
    assert f"lacks {2 if loss == 'all' else 1} erasures" in finding.sentence
    replay_at_start(shop.now)
    assert "the replay ledger lacks" in caplog.text
