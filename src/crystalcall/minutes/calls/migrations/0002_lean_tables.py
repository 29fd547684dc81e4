"""Lean tables for the engine of calls; every call, answer and record of an existing database is kept.

The old tables step aside under other names, the new ones are made, and everything is copied: calls get the id that is
made of switch and name, answers are sealed again under it, numbers and answers move into the call, running calls into
a table of their own, and records into the table of their month.
"""

import json
from datetime import timedelta

import django.db.models.deletion
import msgspec
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone

from crystalcall.minutes.calls import guarding, months
from crystalcall.minutes.calls.engine.answers import KeptGrant
from crystalcall.minutes.calls.engine.identity import DIGEST_BYTES, call_uuid
from crystalcall.plumbing.sealing import seal, unseal

CHUNK = 500
REFUSALS = [
    "bad_number", "blocked", "expired", "forbidden_destination", "in_use", "limit_reached", "no_credit", "no_route",
    "too_many_calls", "too_many_tries", "unavailable", "unknown_caller", "unknown_pin",
]
CAUSES = [
    "busy", "canceled", "congestion", "dropped", "failed", "limit_reached", "no_answer", "normal", "other", "rejected",
    "silent", "unreachable",
]
FAIRNESS = ["dropped_call", "failed_call", "short_call"]


class CreateRecordTable(migrations.CreateModel):
    """On PostgreSQL the table is parted by the month in which calls ended; what has no month falls into the rest."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.name)
        statement, parameters = schema_editor.table_sql(model)
        schema_editor.execute(f"{statement} PARTITION BY RANGE (ended_at)", parameters or None)
        schema_editor.execute(f"CREATE TABLE {months.REST} PARTITION OF {months.TABLE} DEFAULT", params=None)


def make_months(apps, editor):
    """A table for each month that has calls, and for those to come."""
    ends = apps.get_model("calls", "OldCallRecord").objects.datetimes("ended_at", "month")
    now = timezone.now()
    for moment in [*ends, *(now + timedelta(days=31 * number) for number in range(months.MONTHS_AHEAD + 1))]:
        months.make_month(moment)


def copy_calls(apps, editor):
    """Call by call, with its steps, number and record."""
    for row in apps.get_model("calls", "OldCall").objects.order_by("pk").iterator(CHUNK):
        Copy(apps, row).write()


class Copy:
    """One old call and what becomes of it."""

    def __init__(self, apps, row):
        self.apps = apps
        self.row = row
        self.id = call_uuid(row.switch_id, row.call_id)
        self.steps = {
            (step.step, step.sequence): step for step in self._model("OldCallStep").objects.filter(call_id=row.pk)
        }
        self.number = self._model("OldCalledNumber").objects.filter(pk=row.pk).first()
        self.record = self._model("OldCallRecord").objects.filter(call_id=row.pk).first()

    def write(self):
        row, first = self.row, self.steps.get(("authorize", 0))
        refused = row.state == "refused"
        answer = self._answer(first) if first else {}
        self._model("Call").objects.create(
            id=self.id,
            switch_id=row.switch_id,
            call_id=row.call_id,
            ledger_account_id=None if refused else row.ledger_account_id,
            pin_serial="" if refused else row.pin_serial,
            refusal_reason=row.refusal_reason,
            retry_after_seconds=answer.get("retry_after_seconds") if refused else None,
            authorize_digest=self._digest(first),
            sealed_grant=self._sealed(answer) if first and self.number and not refused else None,
            authorized_at=row.authorized_at,
        )
        for (step, sequence), told in self.steps.items():
            if step in {"answer", "extend"} or (step == "end" and row.state == "expired"):
                self._copy_step(step, sequence, told)
        if self.record is not None:
            self._copy_record()
        elif row.state in {"authorized", "answered"}:
            self._copy_running()

    def _model(self, name):
        return self.apps.get_model("calls", name)

    def _answer(self, step):
        context = f"calls.step.answer:{self.row.pk}:{step.step}:{step.sequence}"
        return json.loads(unseal(bytes(step.sealed_answer), context))["value"]

    def _digest(self, step):
        return bytes(step.content_digest)[:DIGEST_BYTES] if step else None

    def _sealed(self, answer):
        there = answer["destination"]
        kept = KeptGrant(
            number=unseal(bytes(self.number.sealed_number), "calls.called_number"),
            granted_seconds=answer["granted_seconds"],
            destination=(there["key"], there["country_iso2"], there["line_type"], there["area"]),
            minute_price_micros=answer["minute_price_micros"],
            connect_fee_micros=answer["connect_fee_micros"],
            balance_micros=answer["balance_micros"],
            carriers=tuple(route["carrier"] for route in answer["routes"]),
            allowance_seconds=0,
            notices=(),
        )
        # As it was sealed then; `crystalcall privacy keys reseal` puts it under the key of the card.
        return seal(msgspec.json.encode(kept).decode(), f"calls.call.grant:{self.id.int:x}")

    def _copy_step(self, step, sequence, told):
        self._model("CallStep").objects.create(
            call_id=self.id,
            step=step,
            sequence=sequence,
            content_digest=self._digest(told),
            answer=json.dumps(self._answer(told)),
            received_at=told.received_at,
        )

    def _copy_running(self):
        row = self.row
        names = [f"{offer['deck_id']}:{offer['prefix']}{'!' if place else ''}" for place, offer in enumerate(row.offers)]
        self._model("RunningCall").objects.create(
            ledger_account_id=row.ledger_account_id,
            seat=0,
            call_id=self.id,
            offers=" ".join(names),
            granted_seconds=row.granted_seconds,
            slice_seconds=row.slice_seconds,
            hold_micros=row.hold_micros,
            reservation_id=row.reservation_id,
            last_used_seconds=row.last_used_seconds,
            last_sequence=row.last_sequence,
            authorized_at=row.authorized_at,
            answered_at=row.answered_at,
            expires_at=row.expires_at,
        )

    def _copy_record(self):
        row, record = self.row, self.record
        end = self.steps.get(("end", 0)) if row.state == "ended" else None
        after = record.balance_before_micros - record.charge_micros
        same = (
            "ledger_account_id destination_key country_iso2 line_type area prefix deck_id deck_version offer "
            "minute_price_micros connect_fee_micros first_increment_seconds next_increment_seconds granted_seconds "
            "used_seconds billable_seconds increments fee_micros charge_micros hold_micros overrun_seconds "
            "overrun_micros balance_before_micros release_cause ended_at"
        ).split()
        self._model("CallRecord").objects.create(
            **{name: getattr(record, name) for name in same},
            call_id=self.id,
            is_guaranteed=record.offer > 0,
            available_after_micros=self._answer(end)["balance_micros"] if end else after,
            transfer_key=row.reservation_id if record.transfer_id is not None else None,
            authorized_at=row.authorized_at,
            answered_at=row.answered_at,
            end_digest=self._digest(end),
        )


def leave_room(apps, editor):
    """PostgreSQL: room for new versions of what changes, and a small index for giving up what is old."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE calls_runningcall SET (fillfactor = 70)", params=None)
        editor.execute("CREATE INDEX call_by_time ON calls_call USING brin (authorized_at)", params=None)


def call_key():
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+",
        to="calls.call",
    )


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial"), ("ledger", "0002_units")]

    operations = [
        migrations.RenameModel("CallRecord", "OldCallRecord"),
        migrations.RenameModel("CalledNumber", "OldCalledNumber"),
        migrations.RenameModel("CallStep", "OldCallStep"),
        migrations.RenameModel("Call", "OldCall"),
        migrations.CreateModel(
            "Call",
            [
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("switch_id", models.BigIntegerField()),
                ("call_id", models.CharField(max_length=128)),
                ("ledger_account_id", models.UUIDField(null=True)),
                ("pin_serial", models.CharField(blank=True, default="", max_length=32)),
                ("refusal_reason", models.CharField(blank=True, default="", max_length=24)),
                ("retry_after_seconds", models.PositiveIntegerField(null=True)),
                ("authorize_digest", models.BinaryField(null=True)),
                ("sealed_grant", models.BinaryField(null=True)),
                ("authorized_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(refusal_reason__in=REFUSALS, sealed_grant__isnull=True)
                        | (
                            Q(refusal_reason="", retry_after_seconds__isnull=True, ledger_account_id__isnull=False)
                            & ~Q(pin_serial="")
                        ),
                        name="call_refused_or_paid_by_a_card",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "RunningCall",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "ledger_account_id", "seat", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ledger_account_id", models.UUIDField()),
                ("seat", models.PositiveSmallIntegerField()),
                ("offers", models.TextField()),
                ("granted_seconds", models.PositiveBigIntegerField()),
                ("slice_seconds", models.PositiveBigIntegerField(default=0)),
                ("hold_micros", models.PositiveBigIntegerField()),
                ("reservation_id", models.UUIDField()),
                ("allowances", models.TextField(blank=True, default="")),
                ("is_risky", models.BooleanField(default=False)),
                ("last_used_seconds", models.PositiveBigIntegerField(default=0)),
                ("last_sequence", models.BigIntegerField(default=-1)),
                ("authorized_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("call", call_key()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~Q(offers=""), name="running_call_has_prices"),
                    models.CheckConstraint(
                        condition=Q(expires_at__gt=F("authorized_at")), name="running_call_ends_some_day"
                    ),
                    models.CheckConstraint(
                        condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("authorized_at")),
                        name="running_call_answered_after_it_was_allowed",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "CallStep",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "call_id", "step", "sequence", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("step", models.CharField(max_length=10)),
                ("sequence", models.BigIntegerField(default=0)),
                ("content_digest", models.BinaryField()),
                ("answer", models.TextField()),
                ("received_at", models.DateTimeField()),
                ("call", call_key()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(step__in=("answer", "extend", "end")), name="call_told_step_known"),
                ]
            },
        ),
        CreateRecordTable(
            "CallRecord",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "ledger_account_id", "ended_at", "call_id", blank=True, editable=False, primary_key=True,
                        serialize=False,
                    ),
                ),
                ("ledger_account_id", models.UUIDField()),
                ("destination_key", models.CharField(max_length=100)),
                ("country_iso2", models.CharField(blank=True, default="", max_length=2)),
                ("line_type", models.CharField(max_length=20)),
                ("area", models.CharField(blank=True, default="", max_length=200)),
                ("prefix", models.CharField(max_length=15)),
                ("deck_id", models.BigIntegerField()),
                ("deck_version", models.PositiveIntegerField()),
                ("offer", models.PositiveSmallIntegerField()),
                ("is_guaranteed", models.BooleanField(default=False)),
                ("is_risky", models.BooleanField(default=False)),
                ("minute_price_micros", models.PositiveBigIntegerField()),
                ("connect_fee_micros", models.PositiveBigIntegerField()),
                ("first_increment_seconds", models.PositiveIntegerField()),
                ("next_increment_seconds", models.PositiveIntegerField()),
                ("minimum_charge_micros", models.PositiveBigIntegerField(default=0)),
                ("free_up_to_seconds", models.PositiveIntegerField(default=0)),
                ("terms", models.TextField(blank=True, default="")),
                ("week_second", models.PositiveIntegerField(null=True)),
                ("granted_seconds", models.PositiveBigIntegerField()),
                ("used_seconds", models.PositiveBigIntegerField()),
                ("billable_seconds", models.PositiveBigIntegerField()),
                ("increments", models.PositiveBigIntegerField()),
                ("allowance_seconds", models.PositiveBigIntegerField(default=0)),
                ("allowances", models.TextField(blank=True, default="")),
                ("fee_micros", models.PositiveBigIntegerField()),
                ("charge_micros", models.PositiveBigIntegerField()),
                ("hold_micros", models.PositiveBigIntegerField()),
                ("overrun_seconds", models.PositiveBigIntegerField()),
                ("overrun_micros", models.PositiveBigIntegerField()),
                ("fairness", models.CharField(blank=True, default="", max_length=16)),
                ("forgiven_micros", models.PositiveBigIntegerField(default=0)),
                ("balance_before_micros", models.BigIntegerField()),
                ("available_after_micros", models.BigIntegerField()),
                ("transfer_key", models.UUIDField(null=True)),
                ("carrier", models.CharField(blank=True, default="", max_length=64)),
                ("cost_micros", models.PositiveBigIntegerField(null=True)),
                ("release_cause", models.CharField(max_length=16)),
                ("authorized_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField()),
                ("end_digest", models.BinaryField(null=True)),
                ("call", call_key()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(charge_micros__lte=F("hold_micros")), name="record_charged_within_hold"
                    ),
                    models.CheckConstraint(condition=Q(fee_micros__lte=F("charge_micros")), name="record_fee_in_its_charge"),
                    models.CheckConstraint(
                        condition=Q(used_seconds__gt=0) | Q(charge_micros=0, allowance_seconds=0),
                        name="record_unused_is_uncharged",
                    ),
                    models.CheckConstraint(
                        condition=Q(allowance_seconds__lte=F("billable_seconds")),
                        name="record_allowance_within_billable",
                    ),
                    models.CheckConstraint(
                        condition=Q(fairness="", forgiven_micros=0) | Q(fairness__in=FAIRNESS),
                        name="record_forgiven_for_a_reason",
                    ),
                    models.CheckConstraint(condition=Q(release_cause__in=CAUSES), name="record_cause_known"),
                ]
            },
        ),
        migrations.AddIndex(
            "callrecord",
            models.Index(fields=["authorized_at"], condition=Q(is_risky=True), name="record_of_risk_by_time"),
        ),
        migrations.CreateModel(
            "RecordHorizon",
            [
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("kept_from", models.DateTimeField()),
            ],
            options={"constraints": [models.CheckConstraint(condition=Q(id=1), name="record_horizon_is_one")]},
        ),
        migrations.CreateModel(
            "BookedDay",
            [("day", models.DateField(primary_key=True, serialize=False)), ("booked_at", models.DateTimeField())],
        ),
        migrations.RunPython(make_months, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(copy_calls, migrations.RunPython.noop, elidable=False),
        migrations.DeleteModel("OldCallRecord"),
        migrations.DeleteModel("OldCalledNumber"),
        migrations.DeleteModel("OldCallStep"),
        migrations.DeleteModel("OldCall"),
        migrations.RunPython(leave_room, migrations.RunPython.noop, elidable=False),
        *guarding.operations(),
    ]
