from django.db import migrations, models


def admit_who_serves(apps, schema_editor):
    """Whoever was an officer before stays one."""
    apps.get_model("privacy", "Officer").objects.update(admitted_at=models.F("added_at"))


class Migration(migrations.Migration):
    """An officer beyond the first two is proposed, and admitted by two who serve."""

    dependencies = [
        ("privacy", "0008_archive_of_persons"),
    ]

    operations = [
        migrations.AddField(
            model_name="officer",
            name="admitted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(admit_who_serves, migrations.RunPython.noop),
    ]
