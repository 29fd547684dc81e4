from django.db import migrations, models


class Migration(migrations.Migration):
    """Which destructions in the archive this key store has carried out, so that a restored one does them again."""

    dependencies = [
        ("privacy_keys", "0003_a_pair_for_each_person"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchiveMark",
            fields=[
                ("line_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
            ],
        ),
    ]
