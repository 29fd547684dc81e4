"""Disclosures end with their class: the guard lets go what lies before a horizon that only rises."""

from django.db import migrations, models

from crystalcall.privacy import disclosure_guard


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0008_archive_of_persons'),
    ]

    operations = [
        migrations.CreateModel(
            name='DisclosureHorizon',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('kept_from', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='disclosure_horizon_is_one')],
            },
        ),
        *disclosure_guard.operations(),
    ]
