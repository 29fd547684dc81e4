"""The switch door as a Django app: it keeps which switches may come in."""

from django.apps import AppConfig


class SwitchesConfig(AppConfig):
    """Switches and the hashes of their keys."""

    name = "crystalcall.switches.http"
    label = "switches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this door keeps."""
        from crystalcall.switches.http import personal_data

        personal_data.declare_all()
