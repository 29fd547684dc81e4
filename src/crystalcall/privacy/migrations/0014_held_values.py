"""What stood somewhere before a correction, kept while a legal hold stands."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0013_policy_editions'),
    ]

    operations = [
        migrations.CreateModel(
            name='HeldValue',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject', models.UUIDField(db_index=True)),
                ('field', models.CharField(max_length=120)),
                ('sealed_content', models.BinaryField()),
                ('changed_at', models.DateTimeField()),
                ('policy_version', models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('field', ''), _negated=True), name='heldvalue_of_a_field')],
            },
        ),
    ]
