"""Limits as a Django application."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Declares what this room keeps."""

    name = "crystalcall.minutes.limits"
    label = "limits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the fields."""
        from crystalcall.minutes.limits import personal_data

        personal_data.declare_all()
