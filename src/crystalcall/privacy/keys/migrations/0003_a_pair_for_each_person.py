from django.db import migrations, models


class Migration(migrations.Migration):
    """The archive's keys per person instead of per act; what lay there for acts opens nowhere any more.

    It was never released. Lots whose keys are gone are deleted by the first night.
    """

    dependencies = [
        ("privacy_keys", "0002_keys_of_the_archive"),
    ]

    operations = [
        migrations.DeleteModel(name="ArchiveHalf"),
        migrations.DeleteModel(name="ArchiveWrap"),
        migrations.CreateModel(
            name="ArchivePair",
            fields=[
                ("subject", models.UUIDField(primary_key=True, serialize=False)),
                ("recipient", models.CharField(max_length=80)),
                ("made_on", models.DateField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("recipient", ""), _negated=True), name="archivepair_has_a_half"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ArchiveWrap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.UUIDField()),
                ("first", models.CharField(db_index=True, max_length=32)),
                ("second", models.CharField(max_length=32)),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "first", "second"), name="archivewrap_once_for_two"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first", models.F("second")), _negated=True),
                            models.Q(("first", ""), _negated=True),
                            models.Q(("second", ""), _negated=True),
                        ),
                        name="archivewrap_needs_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArchiveLotKey",
            fields=[
                ("lot", models.UUIDField(primary_key=True, serialize=False)),
                ("subject", models.UUIDField(db_index=True)),
                ("wrapped", models.BinaryField()),
                ("made_on", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ArchiveHalf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opening", models.UUIDField()),
                ("subject", models.UUIDField(db_index=True)),
                ("second", models.CharField(max_length=32)),
                ("half", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("opening", "subject", "second"), name="archivehalf_once_for_a_second"
                    )
                ],
            },
        ),
    ]
