"""The key store as a Django application: one table, in a database of its own."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """Declares the table and registers the check that the key store is there."""

    name = "crystalcall.privacy.keys"
    label = "privacy_keys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps, and register its check."""
        from crystalcall.privacy.keys import checks, personal_data

        personal_data.declare_all()
        checks.register_checks()
