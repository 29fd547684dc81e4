"""Speed dial as a Django application."""

from django.apps import AppConfig


class SpeedDialConfig(AppConfig):
    """Declares what this room keeps."""

    name = "crystalcall.minutes.speed_dial"
    label = "speed_dial"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the fields and the sealed columns."""
        from crystalcall.minutes.speed_dial import keeping_people, personal_data, seals
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        seals.declare_columns()
        keepers.register(keeping_people.SpeedDialKeeper())
