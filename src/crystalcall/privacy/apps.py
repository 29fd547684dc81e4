"""The warden as a Django application: no undeclared field, no start."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Declares its own fields and registers the start-up check of the inventory."""

    name = "crystalcall.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare, guard the register of disclosures, and register the check."""
        from crystalcall.plumbing import append_only
        from crystalcall.privacy import checks, personal_data

        personal_data.declare_all()
        append_only.register("privacy_disclosure")
        checks.register_checks()
