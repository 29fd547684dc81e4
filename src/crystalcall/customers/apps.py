"""Customers as a Django application."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """People who buy, and the only link from a person to a ledger account."""

    name = "crystalcall.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps about people."""
        from crystalcall.customers import keeping_people, personal_data, seals
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        seals.declare_columns()
        keepers.register(keeping_people.CustomersKeeper())
