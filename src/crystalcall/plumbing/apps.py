"""The pipes as a Django application: checks that refuse a broken start."""

from django.apps import AppConfig


class PlumbingConfig(AppConfig):
    """Registers the start-up checks and what the pipes keep."""

    name = "crystalcall.plumbing"
    label = "plumbing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of append-only tables."""
        from crystalcall.plumbing import checks

        checks.register_checks()
