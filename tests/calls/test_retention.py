"""How long calls are remembered: records by the month, answers for weeks, and what carriers ask, booked day by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from call_scenery import DECK, DOLLAR, TANDEM, SwitchWords, make_card, publish
from django.db import DatabaseError, connection, transaction

from crystalcall.minutes.calls import actions, months, queries
from crystalcall.minutes.calls.models import BookedDay, Call, CallRecord, CallStep, RecordHorizon
from crystalcall.minutes.calls.values import Contradiction, Granted, UnknownCall
from crystalcall.minutes.ledger.actions import system_account
from crystalcall.minutes.ledger.queries import balance
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db
MONTHS_KEPT = 18


@pytest.fixture
def deck(db):
    """The test deck, in force for years."""
    return publish(DECK, datetime(2019, 1, 1, tzinfo=UTC))


def make_call(card, moment: datetime, name: str) -> SwitchWords:
    switch = SwitchWords(card, moment, name)
    assert isinstance(switch.authorize(), Granted)
    switch.answer()
    switch.now += timedelta(minutes=2)
    switch.end(60)
    return switch


@pytest.fixture
def old_and_new(card, now):
    """Two calls that are a day and a minute older than records are kept, one that is not, and one of today."""
    kept_from = datetime(2025, 5, 2, tzinfo=UTC)
    moments = [kept_from - timedelta(days=1), kept_from - timedelta(minutes=3), kept_from, now]
    return [make_call(card, moment, f"call-{place}") for place, moment in enumerate(moments)]


def test_records_are_kept_for_so_many_months_and_no_longer(old_and_new, card, now, books):
    kept = actions.forget_old_records(now)
    assert kept.calls == 2
    assert [CallRecord.objects.filter(call_id=row.pk).exists() for row in Call.objects.all()] == [True, True]
    assert {row.call_id for row in Call.objects.all()} == {"call-2", "call-3"}
    assert len(queries.calls_of_account(card.account_id)) == 2
    assert old_and_new[0].end(60) == UnknownCall("call-0")
    assert old_and_new[3].end(60).charge_micros == 100_000
    # The books keep what was paid for ever.
    books()


def test_giving_up_again_finds_nothing(old_and_new, now):
    actions.forget_old_records(now)
    again = actions.forget_old_records(now)
    assert (again.records, again.months, again.calls) == (0, 0, 0)


def test_the_database_lets_no_record_go_before_its_time(old_and_new, now):
    actions.forget_old_records(now)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CallRecord.objects.all().delete()
    assert CallRecord.objects.count() == 2


def test_the_horizon_only_rises(old_and_new, now):
    actions.forget_old_records(now)
    with pytest.raises(DatabaseError, match="only rises"), transaction.atomic():
        RecordHorizon.objects.update(kept_from=now - timedelta(days=9999))
    with pytest.raises(DatabaseError, match="only rises"), transaction.atomic():
        RecordHorizon.objects.all().delete()
    actions.forget_old_records(now - timedelta(days=400))
    assert RecordHorizon.objects.get().kept_from == datetime(2025, 5, 2, tzinfo=UTC)


def test_answers_are_given_up_after_weeks_and_the_record_answers_for_the_end(card, now):
    switch = make_call(card, now, "call-1")
    SwitchWords(card, now, "call-2").authorize(called_number="12")
    assert actions.forget_answers(now + timedelta(days=30)) == 0
    assert actions.forget_answers(now + timedelta(days=31)) == 2
    assert (CallStep.objects.count(), Call.objects.count()) == (0, 1)
    assert switch.end(60).charge_micros == 100_000
    assert queries.call(TANDEM, "call-2") is None


def test_the_answers_of_a_call_that_runs_are_kept_however_long_it_runs(switch, now):
    switch.authorize()
    switch.answer()
    assert actions.forget_answers(now + timedelta(days=31)) == 0
    assert not isinstance(switch.answer(), Contradiction)


def test_records_between_two_moments_come_as_plain_tuples(card, now):
    make_call(card, now, "call-1")
    make_call(card, now + timedelta(days=1), "call-2")
    (row,) = list(queries.records_between(now, now + timedelta(days=1)))
    told = dict(zip(queries.RERATED_FIELDS, row, strict=True))
    assert (told["prefix"], told["used_seconds"], told["charge_micros"]) == ("7495", 60, 100_000)
    assert told["answered_at"] == now


def test_what_carriers_ask_is_booked_once_the_day_is_over(card, now, books):
    make_call(card, now, "call-1")
    make_call(card, now + timedelta(days=1), "call-2")
    midnight = datetime(2026, 11, 3, tzinfo=UTC)
    assert actions.book_carrier_costs(midnight + timedelta(minutes=30)) == 0
    assert actions.book_carrier_costs(midnight + timedelta(hours=2)) == 1
    assert actions.book_carrier_costs(midnight + timedelta(hours=3)) == 0
    assert [row.day for row in BookedDay.objects.all()] == [date(2026, 11, 2)]
    cost = system_account(AccountKind.CARRIER_COST, now=now)
    assert balance(cost).posted_micros == 100_000
    assert actions.book_carrier_costs(midnight + timedelta(days=3)) == 2
    assert balance(cost).posted_micros == 200_000
    books()


def test_without_calls_there_is_nothing_to_book(db, now):
    assert actions.book_carrier_costs(now) == 0


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL parts the table")
class TestMonths:
    """PostgreSQL keeps each month's records in a table of its own."""

    def test_the_tables_of_this_month_and_the_next_stand_ready(self):
        real_now = datetime.now(tz=UTC)
        assert f"calls_callrecord_{real_now:%Y_%m}" in months.month_tables()
        assert len(months.month_tables()) >= 1 + months.MONTHS_AHEAD

    def test_a_record_lies_in_the_month_in_which_its_call_ended(self, card):
        moment = datetime(2031, 2, 28, 23, 59, tzinfo=UTC)
        months.make_month(moment)
        months.make_month(moment + timedelta(days=2))
        make_call(card, moment, "call-1")
        assert _rows("calls_callrecord_2031_03") == 1
        assert _rows("calls_callrecord_2031_02") == 0

    def test_a_month_without_a_table_is_served_from_the_rest(self, card, books):
        switch = make_call(card, datetime(2040, 1, 15, tzinfo=UTC), "call-1")
        assert _rows(months.REST) == 1
        assert switch.end(60).charge_micros == 100_000
        assert len(queries.calls_of_account(card.account_id)) == 1
        books()

    def test_whole_months_are_dropped_and_not_deleted_row_by_row(self, card, now):
        old = datetime(2020, 6, 15, tzinfo=UTC)
        months.make_month(old)
        make_call(card, old, "call-1")
        kept = actions.forget_old_records(now)
        assert (kept.months, kept.records, kept.calls) == (1, 0, 1)
        assert "calls_callrecord_2020_06" not in months.month_tables()
        assert card.available_micros == 10 * DOLLAR - 100_000


@pytest.mark.django_db(transaction=True)
def test_a_months_table_is_made_before_its_first_record(transactional_db, now):
    if connection.vendor != "postgresql":
        assert months.month_tables() == ()
        return
    publish(DECK, now)
    moment = datetime(2033, 7, 1, tzinfo=UTC)
    make_call(make_card(1, now), moment, "call-1")
    assert "calls_callrecord_2033_07" in months.month_tables()
    assert (_rows("calls_callrecord_2033_07"), _rows(months.REST)) == (1, 0)


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table
        return cursor.fetchone()[0]
