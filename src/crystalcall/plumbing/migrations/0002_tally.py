"""The counts that all processes make together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plumbing", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("total", models.BigIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("total__gte", 0)), name="tally_is_a_count"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="tally_is_named"),
                ],
            },
        ),
    ]
