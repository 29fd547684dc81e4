"""The rates as a Django application."""

from django.apps import AppConfig


class RatesConfig(AppConfig):
    """Declares the room's fields and guards its append-only tables."""

    name = "crystalcall.minutes.rates"
    label = "rates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare every field impersonal, say places for others, and have start-up watch the triggers."""
        from crystalcall.minutes.rates import personal_data
        from crystalcall.minutes.rates.values import place_words
        from crystalcall.plumbing import append_only
        from crystalcall.privacy.place_words import set_place_words

        personal_data.declare_all()
        set_place_words(place_words)
        for table in ("rates_carrierrate", "rates_rate", "rates_route", "rates_margin"):
            append_only.register(table)
