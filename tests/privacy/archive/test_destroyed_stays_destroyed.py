"""What was destroyed in the archive is destroyed again after a file of keys from before brought it back (C13)."""

import json
from datetime import timedelta

import pytest
from archive_scenery import CLASS, VALUES, asked, entered, whole

from crystalcall.privacy.archive.actions import destroy_archive, keep_archive, open_archive, put_away
from crystalcall.privacy.archive.keeping_people import ArchiveKeeper
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot
from crystalcall.privacy.archive.values import Opened, OpeningRefusal, OpeningRefused
from crystalcall.privacy.erasures import actions, ledger, verifying
from crystalcall.privacy.holds.actions import place_hold, release_hold
from crystalcall.privacy.holds.queries import waiting_erasures
from crystalcall.privacy.holds.values import HoldReason, HoldView
from crystalcall.privacy.keepers import Erasing, NameKind, Person, Way
from crystalcall.privacy.keys.carrying import carry_in, carry_out
from crystalcall.privacy.keys.models import ArchiveLotKey, ArchiveMark, ArchivePair, ArchiveWrap
from crystalcall.privacy.register.kinds import EntryKind

NO_GRACE = timedelta(0)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


@pytest.fixture(autouse=True)
def _ledger_of_its_own(own_ledger):
    """Nothing that another test destroyed stands in the ledger."""


class Copies:
    """The archive's rows and a file of keys, as they were when both were copied."""

    def __init__(self) -> None:
        self.lots, self.values = list(ArchiveLot.objects.all()), list(ArchivedValue.objects.all())
        self.keys = list(carry_out())

    def come_back(self):
        """The key store was lost: all of it is as it was, and nothing is known of what was done since."""
        for model in (ArchiveWrap, ArchiveLotKey, ArchivePair):
            model.objects.all().delete()
        ArchiveLot.objects.bulk_create(self.lots, ignore_conflicts=True)
        ArchivedValue.objects.bulk_create(self.values, ignore_conflicts=True)
        carry_in(self.keys)


def opens(officers, subject, now):
    """What two officers get to see of somebody."""
    wish = asked(officers["vera"], subject, now)
    return (
        wish
        if isinstance(wish, OpeningRefused)
        else open_archive(wish.reference, officers["igor"], now=now, closing=True)
    )


def test_what_an_officer_destroyed_stays_destroyed_after_a_restore_with_the_file_of_keys(
    sealed, officers, subject, now
):
    copies = Copies()
    destroy_archive([subject], "igor", "asked by letter", now=now)
    copies.come_back()
    assert isinstance(opens(officers, subject, now), Opened)  # but for the ledger it would all be back
    done = actions.replay(now=now, grace=NO_GRACE)
    assert (done.lines, done.archive_keys) == (0, 1)
    assert opens(officers, subject, now) == OpeningRefused(OpeningRefusal.NOTHING_THERE)
    assert not ArchivedValue.objects.exists()
    assert not ArchiveWrap.objects.exists()
    assert [json.loads(entry.facts)["why"] for entry in entered(EntryKind.ARCHIVE_DESTROYED)] == ["asked", "replayed"]
    assert actions.replay(now=now, grace=NO_GRACE).archive_keys == 0


def test_what_was_sealed_since_and_what_others_have_is_not_touched(sealed, officers, subject, now):
    from uuid import uuid4

    other = uuid4()
    put_away(other, CLASS, VALUES, now=now, collected_under=1)
    destroy_archive([subject], "igor", "asked by letter", now=now)
    put_away(subject, CLASS, VALUES, now=now, collected_under=1)
    ArchiveMark.objects.all().delete()
    assert actions.replay(now=now, grace=NO_GRACE).archive_keys == 0
    assert isinstance(opens(officers, subject, now), Opened)
    assert isinstance(opens(officers, other, now), Opened)


def test_what_the_night_destroyed_for_its_age_stays_destroyed(sealed, officers, subject, now):
    copies = Copies()
    keep_archive(sealed.kept_until)
    copies.come_back()
    assert actions.replay(now=sealed.kept_until, grace=NO_GRACE).archive_keys == 1
    assert not ArchiveLot.objects.exists()
    assert not ArchivePair.objects.exists()


def test_what_is_over_is_not_opened_though_it_was_asked_for_in_time(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, sealed.kept_until - timedelta(days=1))
    refused = open_archive(wish.reference, officers["igor"], now=sealed.kept_until, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)


def test_a_line_of_the_ledger_names_no_pair_and_a_changed_one_is_noticed(sealed, officers, subject, now, own_ledger):
    recipient = ArchivePair.objects.get().recipient
    destroy_archive([subject], "igor", "asked by letter", now=now)
    text = own_ledger.read_text()
    told = json.loads(text)
    assert (told["way"], len(told["who"])) == ("archive", 1)
    for secret in (recipient, str(subject), subject.hex):
        assert secret not in text
    own_ledger.write_text(text.replace(told["who"][0], "0" * 64))
    with pytest.raises(ledger.LedgerBrokenError):
        ledger.archive_lines()


def test_where_the_ledger_cannot_be_written_nothing_is_destroyed(sealed, subject, now, own_ledger):
    own_ledger.mkdir()
    with pytest.raises(OSError, match="directory"):
        destroy_archive([subject], "igor", "asked by letter", now=now)
    assert ArchivePair.objects.exists()
    assert ArchiveLot.objects.exists()


def test_a_destruction_that_a_crash_cut_off_is_finished_later(sealed, officers, subject, now):
    ledger.append_archive([ArchivePair.objects.get().recipient], now=now)  # all that a killed process had done
    assert actions.replay(now=now).archive_keys == 0  # it may still be at it
    assert actions.replay(now=now + timedelta(minutes=6)).archive_keys == 1
    assert opens(officers, subject, now) == OpeningRefused(OpeningRefusal.NOTHING_THERE)


def test_a_ledger_that_lacks_a_destruction_is_missed(sealed, subject, now, own_ledger):
    destroy_archive([subject], "igor", "asked by letter", now=now)
    assert verifying.findings() == ()
    own_ledger.unlink()
    [finding] = verifying.findings()
    assert "lacks 1" in finding.sentence


@pytest.mark.clause("C11")
def test_the_wish_that_nothing_be_sealed_stands_in_the_ledger_and_is_replayed(shop, anna, officers, own_ledger):
    bought = shop.sells(anna)
    put_away(bought.customer_id, CLASS, VALUES, now=shop.now, collected_under=1)
    copies = Copies()
    person = whole(bought)
    line = ledger.append([bought.customer_id], Way.DELETION, now=shop.now, nothing_sealed=True)
    assert line in ledger.lines()
    assert json.loads(own_ledger.read_text())["nothing_sealed"] is True
    assert isinstance(opens(officers, bought.customer_id, shop.now), Opened)
    assert actions.replay(now=shop.later(hours=1), grace=NO_GRACE).people == 1
    assert not whole(bought)
    assert not ArchiveLot.objects.exists()
    copies.come_back()
    assert actions.replay(now=shop.now, grace=NO_GRACE).archive_keys == 1
    assert opens(officers, bought.customer_id, shop.now) == OpeningRefused(OpeningRefusal.NOTHING_THERE)
    assert person


def test_a_wish_cannot_be_taken_out_of_its_line(own_ledger, now, subject):
    ledger.append([subject], Way.DELETION, now=now, nothing_sealed=True)
    own_ledger.write_text(own_ledger.read_text().replace(',"nothing_sealed":true', ""))
    with pytest.raises(ledger.LedgerBrokenError):
        ledger.lines()


@pytest.mark.clause("C11")
def test_the_wish_waits_with_an_erasure_that_a_hold_keeps_waiting(shop, anna, officers):
    from crystalcall.privacy.erasures.waiting import carry_out_waiting

    bought = shop.sells(anna)
    put_away(bought.customer_id, CLASS, VALUES, now=shop.now, collected_under=1)
    until = shop.now + timedelta(days=30)
    held = place_hold(whole(bought), HoldReason.LITIGATION, until=until, by="f" * 32, note="claim", now=shop.now)
    assert isinstance(held, HoldView)
    actions.erase_person(whole(bought), Way.DELETION, now=shop.now)
    actions.erase_person(whole(bought), Way.DELETION, now=shop.now, nothing_sealed=True)
    [waiting] = waiting_erasures()
    assert waiting.nothing_sealed
    assert ArchiveLot.objects.exists()
    release_hold(held.reference, by="f" * 32, now=shop.now)
    assert carry_out_waiting(shop.now) == 1
    assert not whole(bought)
    assert not ArchiveLot.objects.exists()


def test_the_keeper_notes_what_it_destroys(sealed, subject, now):
    person = Person().joined(NameKind.CUSTOMER, [subject])
    ArchiveKeeper().erase(person, Erasing(Way.CHILD, now))
    assert len(ledger.archive_lines()) == 1
