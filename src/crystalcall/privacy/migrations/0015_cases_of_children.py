"""Cases of authorities about a child: since when letter and query are gone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0014_held_values'),
    ]

    operations = [
        migrations.AddField(
            model_name='authoritycase',
            name='forgotten_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='authoritycase',
            constraint=models.CheckConstraint(condition=models.Q(('forgotten_at__isnull', True), ('state__in', ['extracted', 'refused']), _connector='OR'), name='authoritycase_forgotten_is_decided'),
        ),
    ]
