from typing import Any

from django.db import migrations

DOLLARS = (2, 5, 10, 20, 50)
MICROS_PER_DOLLAR = 1_000_000


def add_credits(apps: Any, _editor: Any) -> None:
    product = apps.get_model("catalogue", "Product")
    for dollars in DOLLARS:
        product.objects.get_or_create(
            sku=f"credit-{dollars}",
            defaults={
                "kind": "credit",
                "state": "active",
                "price_micros": dollars * MICROS_PER_DOLLAR,
                "credit_micros": dollars * MICROS_PER_DOLLAR,
            },
        )


class Migration(migrations.Migration):
    """The five credits on sale from the first day."""

    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(add_credits, migrations.RunPython.noop)]
