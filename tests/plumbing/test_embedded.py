"""What is written into SQLite is to the letter what Django writes, and what is read is exactly what was written."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from crystalcall.minutes.calls.models import QuoteGuarantee
from crystalcall.plumbing.embedded import (
    ask_sqlite,
    change_sqlite,
    moments_of,
    uuids_of,
    written_moments,
    written_uuids,
)
from crystalcall.plumbing.rowsets import SQLITE_PIECE, Rowset

AT = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=UTC)
MOMENTS = [
    AT,
    AT.replace(microsecond=0),
    AT.replace(microsecond=5),
    AT.replace(microsecond=120_000),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    AT.astimezone(timezone(timedelta(hours=-9, minutes=-30))),
    AT.astimezone(ZoneInfo("Asia/Kathmandu")),
]
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="asks SQLite itself")


def test_moments_are_written_as_django_writes_them():
    known = connection.ops.adapt_datetimefield_value if connection.vendor == "sqlite" else _as_django
    assert written_moments(MOMENTS) == [known(moment) for moment in MOMENTS]


def _as_django(moment: datetime) -> str:
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def test_moments_come_back_to_the_microsecond_and_in_utc():
    found = moments_of(written_moments(MOMENTS))
    assert found == MOMENTS
    assert all(moment.tzinfo is UTC for moment in found)


def test_two_moments_that_only_seem_equal_are_written_apart():
    summer = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    winter = summer.replace(fold=1)
    assert summer == winter
    assert written_moments([summer, winter]) == ["2026-10-25 00:30:00", "2026-10-25 01:30:00"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23 09:30:15.123456", AT),
        ("2026-11-23T09:30:15.123456", AT),
        ("2026-11-23 09:30:15", AT.replace(microsecond=0)),
        ("2026-11-23 09:30:15.12", AT.replace(microsecond=120_000)),
        ("2026-11-23 09:30", AT.replace(second=0, microsecond=0)),
        ("2026-11-23", AT.replace(hour=0, minute=0, second=0, microsecond=0)),
        ("2026-11-23 09:30:15.123456+00:00", AT),
        ("2026-11-23 12:30:15.123456+03:00", AT),
        ("2026-11-23 9:30:15.123456", AT),
        ("2026-11-23 09:30:15.123456Z", AT),
    ],
)
def test_moments_of_another_hand_are_read_too(text: str, moment: datetime):
    (found,) = moments_of([text])
    assert (found, found.tzinfo) == (moment, UTC)


def test_ids_are_written_as_django_writes_them_and_come_back():
    ids = [uuid4(), UUID(int=0), UUID(int=1), UUID(int=2**128 - 1)]
    assert written_uuids(ids) == [each.hex for each in ids]
    found = uuids_of([each.hex for each in ids])
    assert found == ids
    assert [(hash(each), str(each), each.is_safe) for each in found] == [
        (hash(each), str(each), each.is_safe) for each in ids
    ]


def test_nothing_stays_nothing():
    for convert in (written_moments, moments_of, written_uuids, uuids_of):
        assert convert([None]) == [None]
        assert convert([]) == []


@on_sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, SQLITE_PIECE - 1, SQLITE_PIECE, SQLITE_PIECE + 1])
def test_each_row_is_found_once_however_many_are_asked_for(count: int):
    fields = ("ledger_account_id", "deck_id", "until")
    rows = [(uuid4(), place, AT + timedelta(microseconds=place)) for place in range(count)]
    promises = Rowset(QuoteGuarantee)
    promises.insert(fields, rows)
    assert sorted(promises.fetch(fields, fields[0], [row[0] for row in rows])) == sorted(rows)
    assert sorted(promises.fetch_pairs(fields, fields[:2], [row[:2] for row in rows])) == sorted(rows)


@on_sqlite
@pytest.mark.django_db
def test_statements_of_the_programs_own_take_ids_moments_and_numbers():
    ids = [uuid4() for _ in range(3)]
    text = "SELECT ?1 + 1, ?2, count(*) FILTER (WHERE value = ?3) FROM json_each(?4)"
    assert ask_sqlite(text, 41, AT, ids[0].hex, ids) == [(42, "2026-11-23 09:30:15.123456", 1)]
    assert ask_sqlite("SELECT count(*) FROM json_each(?)", []) == [(0,)]


@on_sqlite
@pytest.mark.django_db
def test_changes_are_counted_over_all_rows_given():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changed (id integer, held integer)")
        cursor.execute("INSERT INTO changed VALUES (1, 0), (2, 5), (2, 7)")
    text = "UPDATE changed SET held = held + ?2 WHERE id = ?1 AND held + ?2 >= 0"
    assert change_sqlite(text, [(1, -1), (2, -5), (3, 1)]) == 2
    assert ask_sqlite("SELECT held FROM changed") == [(0,), (0,), (2,)]
