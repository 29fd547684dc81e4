"""What was announced is kept in the database: the texts and the practices of each version, byte by byte."""

from django.db import migrations, models

from crystalcall.plumbing import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0012_requests_bound_to_mailboxes'),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('language', models.CharField(max_length=2)),
                ('content_sha256', models.CharField(max_length=64)),
                ('text', models.TextField()),
                ('practices', models.TextField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('version', 'language'), name='policyedition_once'),
                    models.CheckConstraint(condition=models.Q(('language__in', ('en', 'ru'))), name='policyedition_language'),
                ],
            },
        ),
        *append_only.operations("privacy_policyedition"),
    ]
