"""A lost replay ledger is written anew as far as anybody can, and what nobody can find is said."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from crystalcall.customers.actions import join_guest
from crystalcall.customers.models import Customer
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import actions, ledger, verifying
from crystalcall.privacy.erasures.models import Erasure
from crystalcall.privacy.erasures.queries import beyond_ledger
from crystalcall.privacy.erasures.rebuilding import rebuild
from crystalcall.privacy.erasures.values import Rebuilt
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.keys.models import ArchiveMark, DataKey
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.shop.orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C11", "C13")]
OLGA = "f" * 32


def whole(*bought: Any):
    return keepers.whole(Person().joined(NameKind.CUSTOMER, [each.customer_id for each in bought]), widen=False)


def erases(shop, *bought: Any, way=Way.DELETION, **also):
    shop.later(minutes=1)
    return actions.erase_person(whole(*bought), way, now=shop.now, **also)


def named():
    """Whom the ledger names, line by line."""
    return [(line.way, set(line.who), line.nothing_sealed) for line in ledger.lines()]


def hashes(*bought: Any):
    return {ledger.hash_of(each.customer_id) for each in bought}


@pytest.fixture
def forgotten(shop, anna, boris):
    """Five erasures on one day, among other keys that ended then."""
    one, two, three, four, five = (shop.sells(person) for person in (anna, boris, anna, boris, anna))
    erases(shop, one)
    erases(shop, two, three)
    erases(shop, four, nothing_sealed=True)
    shop.later(minutes=1)
    actions.erase_child(whole(five), OLGA, now=shop.now)
    return one, two, three, four, five


def test_the_lines_of_a_lost_ledger_are_found_again_with_their_wishes(shop, forgotten, own_ledger):
    one, two, three, four, five = forgotten
    before = named()
    own_ledger.unlink()
    assert beyond_ledger() == 4
    assert rebuild(OLGA, now=shop.now) == Rebuilt(4, 4, 0, 0)
    assert named() == before
    assert before == [
        (Way.DELETION, hashes(one), False),
        (Way.DELETION, hashes(two, three), False),
        (Way.DELETION, hashes(four), True),
        (Way.CHILD, hashes(five), False),
    ]
    assert verifying.findings() == ()
    assert RegisterEntry.objects.filter(kind="ledger_rebuilt").count() == 1
    assert actions.replay(now=shop.later(hours=1)).lines == 0


def test_a_backup_from_before_forgets_again_by_the_rebuilt_ledger(shop, anna, own_ledger):
    bought = shop.sells(anna)
    rows = [Customer.objects.get(pk=bought.customer_id), Order.objects.get(order_number=bought.order_number)]
    erases(shop, bought)
    own_ledger.unlink()
    rebuild(OLGA, now=shop.now)
    Erasure.objects.all().delete()
    for row in rows:
        row.save()
    assert actions.replay(now=shop.later(hours=1)).people == 1
    assert not Customer.objects.exists()


def test_a_ledger_whose_end_was_cut_gets_back_what_it_lacks(shop, forgotten, own_ledger):
    before = named()
    own_ledger.write_text("".join(own_ledger.read_text().splitlines(keepends=True)[:2]))
    assert rebuild(OLGA, now=shop.now) == Rebuilt(2, 2, 0, 0)
    assert named() == before


def test_what_was_appended_since_the_loss_stays(shop, forgotten, own_ledger, anna):
    before = named()
    own_ledger.unlink()
    later = shop.sells(anna)
    erases(shop, later)
    assert rebuild(OLGA, now=shop.now) == Rebuilt(4, 4, 0, 0)
    assert named() == [(Way.DELETION, hashes(later), False), *before]


def test_a_guest_who_became_an_account_is_taken_for_nobody_who_was_forgotten(
    shop, anna, own_ledger, django_capture_on_commit_callbacks
):
    """Their key ended on the same day."""
    guest, account, gone = shop.sells(anna), shop.sells(anna), shop.sells(anna)
    with django_capture_on_commit_callbacks(execute=True):
        assert join_guest(guest.customer_id, account.customer_id, now=shop.now)
    assert DataKey.objects.get(pk=guest.customer_id).destroyed_on == shop.now.date()
    erases(shop, gone)
    own_ledger.unlink()
    rebuild(OLGA, now=shop.now)
    assert [who for _way, who, _wish in named()] == [hashes(gone)]


def test_what_is_merely_too_old_needs_no_name(shop, anna, own_ledger):
    erases(shop, shop.sells(anna), way=Way.RETENTION)
    own_ledger.unlink()
    assert rebuild(OLGA, now=shop.now) == Rebuilt(1, 1, 0, 0)
    assert named() == [(Way.RETENTION, set(), False)]


def test_what_nobody_can_find_is_said_with_its_day_and_missed_until_the_loss_is_accepted(shop, forgotten, own_ledger):
    one, *_others = forgotten
    own_ledger.unlink()
    DataKey.objects.filter(pk=one.customer_id).delete()
    ArchiveMark.objects.create(line_hash="a" * 64)
    done = rebuild(OLGA, now=shop.now)
    assert done == Rebuilt(4, 3, 1, 1, (shop.now.date(),))
    assert beyond_ledger() == 2
    assert [finding.rule for finding in verifying.findings()] == ["replay_ledger"]
    assert rebuild(OLGA, accept_loss=True, now=shop.now) == Rebuilt(1, 0, 1, 1, (shop.now.date(),))
    assert verifying.findings() == ()
    assert named()[-1] == (Way.DELETION, set(), False)


def test_the_line_of_an_erasure_that_was_done_again_is_not_guessed(shop, anna, own_ledger):
    bought = shop.sells(anna)
    ledger.append([bought.customer_id], Way.DELETION, now=shop.now)
    actions.replay(now=shop.later(hours=1))
    own_ledger.unlink()
    assert rebuild(OLGA, now=shop.now) == Rebuilt(1, 0, 1, 0, (shop.now.date(),))
    assert not own_ledger.exists()


def test_a_ledger_that_lacks_nothing_is_left_alone(shop, forgotten, own_ledger):
    before = own_ledger.read_bytes()
    assert rebuild(OLGA, now=shop.now) == Rebuilt(0, 0, 0, 0)
    assert own_ledger.read_bytes() == before
    assert not RegisterEntry.objects.filter(kind="ledger_rebuilt").exists()


def test_an_altered_ledger_is_not_written_on(shop, forgotten, own_ledger):
    altered = own_ledger.read_text().replace("deletion", "retention", 1)
    own_ledger.write_text(altered)
    with pytest.raises(ledger.LedgerBrokenError):
        rebuild(OLGA, now=shop.now)
    assert own_ledger.read_text() == altered


def test_the_command_says_what_stands_again_and_what_does_not(shop, forgotten, own_ledger, monkeypatch):
    from types import SimpleNamespace

    from crystalcall.config.cli.privacy import erase

    monkeypatch.setattr(erase, "officer_of", lambda _name: SimpleNamespace(fingerprint=OLGA))
    command = erase.rebuild_replay_ledger_command.callback.__wrapped__
    own_ledger.unlink()
    DataKey.objects.filter(pk=forgotten[0].customer_id).delete()
    runner = CliRunner()
    with runner.isolation() as (out, *_more):
        command(officer_name="olga", accept_loss=False, as_json=False)
    said = out.getvalue().decode()
    assert "Of 4 erasures that the ledger lacked, 3 stand in it again." in said
    assert f"Not found again: 1, of {shop.now:%Y-%m-%d}." in said
    assert "--accept-loss" in said
    with runner.isolation() as (out, *_more):
        command(officer_name="olga", accept_loss=True, as_json=True)
    assert json.loads(out.getvalue())["lost"] == 1
    with runner.isolation() as (out, *_more):
        command(officer_name="olga", accept_loss=False, as_json=False)
    assert out.getvalue().decode() == "The replay ledger lacks nothing.\n"
