"""The archive's keys in the backup of the keys: back where all were lost, and never after they were destroyed (C13)."""

import pytest
from archive_scenery import asked

from crystalcall.privacy.archive.actions import destroy_archive, open_archive
from crystalcall.privacy.archive.values import Opened
from crystalcall.privacy.keys.carrying import carry_in, carry_out
from crystalcall.privacy.keys.models import ArchiveLotKey, ArchivePair, ArchiveWrap
from crystalcall.privacy.keys.wraps import destroy_pairs

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


def test_a_key_store_that_was_lost_opens_again_from_its_backup(sealed, officers, subject, now):
    carried = list(carry_out())
    for model in (ArchiveWrap, ArchiveLotKey, ArchivePair):
        model.objects.all().delete()
    carry_in(carried)
    wish = asked(officers["vera"], subject, now)
    assert isinstance(open_archive(wish.reference, officers["igor"], now=now, closing=True), Opened)


def test_what_was_destroyed_does_not_come_back_from_a_backup_of_the_keys(sealed, officers, subject, now):
    from uuid import uuid4

    from archive_scenery import CLASS, VALUES

    from crystalcall.privacy.archive.actions import put_away

    other = uuid4()
    put_away(other, CLASS, VALUES, now=now, collected_under=1)
    carried = list(carry_out())
    destroy_archive([subject], "igor", "asked", now=now)
    carry_in(carried)
    assert set(ArchivePair.objects.values_list("subject", flat=True)) == {other}
    assert set(ArchiveLotKey.objects.values_list("subject", flat=True)) == {other}
    destroy_pairs([other])
    assert not ArchiveWrap.objects.exists()
