from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A wish that nothing be sealed waits with its erasure; what providers are to pay back has a sum."""

    dependencies = [
        ("privacy", "0015_cases_of_children"),
    ]

    operations = [
        migrations.AddField(
            model_name="waitingerasure",
            name="nothing_sealed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="providertask",
            name="amount_micros",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="providertask",
            name="reference",
            field=models.CharField(max_length=200),
        ),
        migrations.AddConstraint(
            model_name="providertask",
            constraint=models.CheckConstraint(
                name="provider_task_sum", condition=Q(amount_micros__isnull=True) | Q(amount_micros__gt=0)
            ),
        ),
    ]
