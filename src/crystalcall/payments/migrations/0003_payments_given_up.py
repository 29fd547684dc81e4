"""Payments that nobody waits for any more."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_policy_version")]

    operations = [
        migrations.AddField("payment", "given_up_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=Q(given_up_at__isnull=True) | Q(captured_at__isnull=True),
                name="payment_given_up_never_captured",
            ),
        ),
    ]
