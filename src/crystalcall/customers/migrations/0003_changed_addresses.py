"""When an address was changed, so that links from before show nothing of the new one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_policy_version")]

    operations = [migrations.AddField("customer", "email_changed_at", models.DateTimeField(null=True))]
