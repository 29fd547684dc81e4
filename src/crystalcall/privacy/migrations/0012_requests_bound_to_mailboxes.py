"""What was typed into a request and what was proved stand apart; one-time keys are bound to the mailbox they went to."""

from django.db import migrations, models
from django.db.models import F, Q


def part_typed_from_proved(apps, _schema_editor):
    """Keys of before are ended. Where an order's number was typed too, nobody can say which of both was mailed to."""
    apps.get_model("privacy", "OneTimeKey").objects.all().delete()
    requests = apps.get_model("privacy", "PrivacyRequest").objects
    requests.filter(verified_at__isnull=True).update(asked_mailbox=F("mailbox"), mailbox=None)
    requests.filter(verified_at__isnull=False).exclude(order_number="").update(mailbox=None, order_number="")


class Migration(migrations.Migration):
    dependencies = [("privacy", "0011_disclosure_company"), ("privacy", "0009_officers_admit_officers")]

    operations = [
        migrations.AddField("privacyrequest", "asked_mailbox", models.BinaryField(max_length=32, null=True)),
        migrations.RunPython(part_typed_from_proved, migrations.RunPython.noop),
        migrations.AddField(
            "onetimekey", "bound", models.BinaryField(default=b"", max_length=32), preserve_default=False
        ),
        migrations.AddConstraint(
            "privacyrequest",
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(asked_mailbox__isnull=True, order_number=""),
                name="request_proof_replaces_typed",
            ),
        ),
        migrations.AddIndex(
            "privacyrequest", models.Index(fields=["asked_mailbox", "received_at"], name="request_by_asked")
        ),
        migrations.AddIndex(
            "privacyrequest", models.Index(fields=["order_number", "received_at"], name="request_by_order")
        ),
    ]
