"""A disclosure names the company where its provider stands for several."""

from django.db import migrations, models

from crystalcall.plumbing import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0010_disclosure_horizon'),
    ]

    operations = [
        migrations.AddField(
            model_name='disclosure',
            name='company',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        *append_only.operations("privacy_disclosure"),
    ]
