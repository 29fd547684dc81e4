"""PINs as a Django application."""

from django.apps import AppConfig


class PinsConfig(AppConfig):
    """Declares what this room keeps."""

    name = "crystalcall.minutes.pins"
    label = "pins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the fields, and which of them are sealed."""
        from crystalcall.minutes.pins import issuing, keeping_people, personal_data
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        issuing.declare_columns()
        keepers.register(keeping_people.PinsKeeper())
