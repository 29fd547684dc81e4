"""The rates as a Django application."""

from django.apps import AppConfig


class RatesConfig(AppConfig):
    """Declares the room's fields and guards its append-only tables."""

    name = "crystalcall.minutes.rates"
    label = "rates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare every field impersonal, and have start-up watch the triggers."""
        from crystalcall.minutes.rates import personal_data
        from crystalcall.plumbing import append_only

        personal_data.declare_all()
        for table in ("rates_carrierrate", "rates_rate", "rates_route", "rates_margin"):
            append_only.register(table)
