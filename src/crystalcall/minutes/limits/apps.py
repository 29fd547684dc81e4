"""Limits as a Django application."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """Declares what this room keeps."""

    name = "crystalcall.minutes.limits"
    label = "limits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the fields."""
        from crystalcall.minutes.limits import keeping_people, personal_data
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        keepers.register(keeping_people.LimitsKeeper())
