"""PINs as a Django application."""

from django.apps import AppConfig


class PinsConfig(AppConfig):
    """Declares what this room keeps."""

    name = "crystalcall.minutes.pins"
    label = "pins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the fields."""
        from crystalcall.minutes.pins import personal_data

        personal_data.declare_all()
