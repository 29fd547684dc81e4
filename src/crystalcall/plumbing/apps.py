"""The pipes as a Django application: checks that refuse a broken start."""

from django.apps import AppConfig


class PlumbingConfig(AppConfig):
    """Registers the start-up checks and what the pipes keep."""

    name = "crystalcall.plumbing"
    label = "plumbing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of append-only tables, and of columns that nobody declared."""
        from crystalcall.plumbing import checks, strays

        checks.register_checks()
        strays.register_checks()
