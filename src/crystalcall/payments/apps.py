"""Money in, as a Django application."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Declares what this room keeps about people."""

    name = "crystalcall.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare every field of this room in the inventory."""
        from crystalcall.payments import keeping_people, personal_data, waiting
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        keepers.register(keeping_people.PaymentsKeeper())
        waiting.contribute_all()
