"""Mailings as a Django application."""

from django.apps import AppConfig


class MailingsConfig(AppConfig):
    """Listens to orders and writes to buyers."""

    name = "crystalcall.mailings"
    label = "mailings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps, and listen."""
        from crystalcall.mailings import evidence, keeping_people, listeners, personal_data, waiting
        from crystalcall.privacy import keepers
        from crystalcall.privacy.erasures import outside

        personal_data.declare_all()
        listeners.listen_to_all()
        evidence.supply_all()
        keepers.register(keeping_people.MailingsKeeper())
        outside.register("mail-carrier", keeping_people.message_ids)
        waiting.contribute_all()
