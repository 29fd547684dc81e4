"""The books as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Declares what the books keep and guards the transfers."""

    name = "crystalcall.minutes.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the fields and register the append-only table."""
        from crystalcall.minutes.ledger import keeping_people, personal_data, waiting
        from crystalcall.plumbing import append_only
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        append_only.register("ledger_transfer")
        keepers.register(keeping_people.LedgerKeeper())
        waiting.contribute_all()
