"""Units, allowances and lean tables; every row of an existing database is kept.

Amounts lose `_micros` from their columns, since an account may count seconds. Keys become 128-bit names: a posted
reservation's transfer takes the reservation's own id, any other the name made from its old key, so that a repeat of an
old fact is still recognised. Reservations keep their old ids, which the calls name.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone

from crystalcall.minutes.ledger.keys import transfer_key
from crystalcall.plumbing import append_only

MICROS, SECONDS = "usd_micros", "seconds"
FLOORED = ["customer_allowance", "customer_credit"]
IN_SECONDS = ["allowance_breakage", "allowances_issued", "allowances_used", "customer_allowance"]
STORE_KINDS = [
    "adjustments", "allowance_breakage", "allowances_issued", "allowances_used", "breakage", "call_revenue",
    "carrier_cost", "carrier_payable", "gateway_clearing", "gateway_fees", "refunds", "sales",
]
KINDS = sorted([*STORE_KINDS, *FLOORED])
STATES = ["expired", "posted", "reserved", "voided"]
MOST = 10**15
CHUNK = 2000


def lift_triggers(apps, editor):
    """The guards of the transfers stand aside while their keys are rewritten; they are put back at the end."""
    place = " ON ledger_transfer" if editor.connection.vendor == "postgresql" else ""
    for verb in append_only.VERBS:
        editor.execute(f"DROP TRIGGER IF EXISTS ledger_transfer_refuse_{verb}{place}", params=None)


def rewrite_keys(apps, editor):
    """Every transfer gets its new name; every customer's account is its own holder; what is settled has no end."""
    database = editor.connection.alias
    transfers = apps.get_model("ledger", "Transfer").objects.using(database)
    transfers.filter(reservation__isnull=False).update(name=F("reservation_id"))
    last = 0
    while rows := list(transfers.filter(pk__gt=last, name__isnull=True).order_by("pk")[:CHUNK]):
        for row in rows:
            row.name = transfer_key(row.idempotency_key)
        transfers.bulk_update(rows, ["name"], batch_size=200)
        last = rows[-1].pk
    accounts = apps.get_model("ledger", "LedgerAccount").objects.using(database)
    accounts.filter(kind="customer_credit").update(holder_id=F("id"))
    apps.get_model("ledger", "Reservation").objects.using(database).exclude(state="reserved").update(expires_at=None)


def open_store_accounts(apps, editor):
    """The store's one account of each of its kinds, so that no call ever has to open one."""
    accounts = apps.get_model("ledger", "LedgerAccount").objects.using(editor.connection.alias)
    for kind in STORE_KINDS:
        unit = SECONDS if kind in IN_SECONDS else MICROS
        fresh = {"kind": kind, "unit": unit, "opened_at": timezone.now()}
        accounts.get_or_create(key=f"system:{kind}", defaults=fresh)


def leave_room(apps, editor):
    """PostgreSQL writes the next version of a row beside the old one where its page has room.

    An account changes with every call, a reservation once: half of its page is what its ending needs.
    """
    if editor.connection.vendor == "postgresql":
        for table, percent in (("ledger_ledgeraccount", 70), ("ledger_reservation", 50)):
            editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})", params=None)


def reference(to, **options):
    return models.ForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **options
    )


def renamed(model, *fields):
    return [migrations.RenameField(model, f"{field}_micros", field) for field in fields]


def without(model, *constraints):
    return [migrations.RemoveConstraint(model, name) for name in constraints]


def checked(model, name, condition):
    return migrations.AddConstraint(model, models.CheckConstraint(condition=condition, name=name))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(lift_triggers, migrations.RunPython.noop, elidable=False),
        *without(
            "ledgeraccount",
            "ledger_account_kind_known",
            "ledger_account_unit_known",
            "ledger_account_totals_not_negative",
            "ledger_account_never_below_zero",
            "ledger_account_totals_only_with_floor",
        ),
        *without(
            "reservation",
            "ledger_reservation_state_known",
            "ledger_reservation_amount_in_limits",
            "ledger_reservation_settled_has_time",
            "ledger_reservation_posted_within_hold",
        ),
        *without("transfer", "ledger_transfer_amount_in_limits", "ledger_transfer_two_accounts"),
        migrations.RemoveIndex("reservation", "ledger_reservation_open"),
        migrations.RemoveIndex("reservation", "ledger_reservation_due"),
        migrations.AlterField("reservation", "account", reference("ledger.ledgeraccount", db_index=False)),
        migrations.AlterField("transfer", "debit_account", reference("ledger.ledgeraccount")),
        migrations.AlterField("transfer", "credit_account", reference("ledger.ledgeraccount", db_index=False)),
        migrations.AlterField("transfer", "reservation", reference("ledger.reservation", null=True, db_index=False)),
        *renamed("ledgeraccount", "debits_posted", "credits_posted", "held"),
        *renamed("reservation", "requested", "amount", "posted", "balance_before"),
        *renamed("transfer", "amount"),
        migrations.AddField("ledgeraccount", "holder", reference("ledger.ledgeraccount", null=True, db_index=False)),
        migrations.AddField("ledgeraccount", "coverage", models.CharField(max_length=40, default="", blank=True)),
        migrations.AddField("ledgeraccount", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("ledgeraccount", "last_used_at", models.DateTimeField(null=True)),
        migrations.AddField("transfer", "unit", models.CharField(max_length=20, default=MICROS)),
        migrations.AddField("transfer", "name", models.UUIDField(null=True)),
        migrations.RunPython(rewrite_keys, migrations.RunPython.noop, elidable=False),
        migrations.RemoveField("transfer", "idempotency_key"),
        migrations.RenameField("transfer", "name", "idempotency_key"),
        migrations.AlterField("transfer", "idempotency_key", models.UUIDField(unique=True)),
        migrations.RemoveField("reservation", "key"),
        checked("ledgeraccount", "ledger_account_kind_known", Q(kind__in=KINDS)),
        checked("ledgeraccount", "ledger_account_unit_known", Q(unit__in=(SECONDS, MICROS))),
        checked(
            "ledgeraccount",
            "ledger_account_unit_of_its_kind",
            Q(unit=SECONDS, kind__in=IN_SECONDS) | (Q(unit=MICROS) & ~Q(kind__in=IN_SECONDS)),
        ),
        checked(
            "ledgeraccount",
            "ledger_account_totals_not_negative",
            Q(debits_posted__gte=0, credits_posted__gte=0, held__gte=0),
        ),
        checked(
            "ledgeraccount", "ledger_account_never_below_zero", Q(credits_posted__gte=F("debits_posted") + F("held"))
        ),
        checked(
            "ledgeraccount",
            "ledger_account_totals_only_with_floor",
            Q(kind__in=FLOORED) | Q(debits_posted=0, credits_posted=0, held=0),
        ),
        checked(
            "ledgeraccount",
            "ledger_account_holder_only_with_floor",
            Q(kind__in=FLOORED, holder__isnull=False) | (~Q(kind__in=FLOORED) & Q(holder__isnull=True)),
        ),
        checked(
            "ledgeraccount",
            "ledger_account_allowance_covers",
            (Q(kind="customer_allowance") & ~Q(coverage="") & ~Q(holder=F("id")))
            | (~Q(kind="customer_allowance") & Q(coverage="")),
        ),
        checked("reservation", "ledger_reservation_state_known", Q(state__in=STATES)),
        checked(
            "reservation",
            "ledger_reservation_amount_in_limits",
            Q(amount__gte=0, amount__lte=MOST, requested__gte=0),
        ),
        checked(
            "reservation",
            "ledger_reservation_settled_has_time",
            Q(state="reserved", settled_at__isnull=True)
            | (~Q(state="reserved") & Q(settled_at__isnull=False, expires_at__isnull=True)),
        ),
        checked(
            "reservation",
            "ledger_reservation_posted_within_hold",
            Q(
                state="posted",
                posted__isnull=False,
                posted__gte=0,
                posted__lte=F("amount"),
                balance_before__isnull=False,
                balance_before__gte=F("posted"),
            )
            | (~Q(state="posted") & Q(posted__isnull=True, balance_before__isnull=True)),
        ),
        checked("transfer", "ledger_transfer_amount_in_limits", Q(amount__gte=1, amount__lte=MOST)),
        checked("transfer", "ledger_transfer_two_accounts", ~Q(debit_account=F("credit_account"))),
        checked("transfer", "ledger_transfer_unit_known", Q(unit__in=(SECONDS, MICROS))),
        checked(
            "transfer",
            "ledger_transfer_posts_once",
            Q(reservation__isnull=True) | Q(reservation=F("idempotency_key")),
        ),
        migrations.AddIndex(
            "ledgeraccount",
            models.Index(fields=["holder"], name="ledger_account_holder", condition=Q(holder__isnull=False)),
        ),
        migrations.AddIndex(
            "ledgeraccount",
            models.Index(fields=["expires_at"], name="ledger_account_expiry", condition=Q(expires_at__isnull=False)),
        ),
        migrations.AddIndex(
            "reservation",
            models.Index(fields=["expires_at"], name="ledger_reservation_due", condition=Q(expires_at__isnull=False)),
        ),
        migrations.AddIndex(
            "transfer",
            models.Index(
                fields=["credit_account"],
                name="ledger_transfer_credited",
                condition=~Q(code__in=("call.charge", "call.minutes")),
            ),
        ),
        migrations.CreateModel(
            "ExpiryNotice",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("by_dormancy", models.BooleanField(default=False)),
                ("told_at", models.DateTimeField()),
                ("account", reference("ledger.ledgeraccount", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "due_at", "by_dormancy"), name="ledger_notice_once_for_each_end"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            "AuditRun",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("accounts", models.BigIntegerField()),
                ("transfers", models.BigIntegerField()),
                ("reservations", models.BigIntegerField()),
                ("findings", models.BigIntegerField()),
                ("report", models.JSONField(default=list)),
            ],
            options={"indexes": [models.Index(fields=["-began_at"], name="ledger_audit_latest")]},
        ),
        migrations.RunPython(open_store_accounts, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(leave_room, migrations.RunPython.noop, elidable=False),
        *append_only.operations("ledger_transfer"),
    ]
