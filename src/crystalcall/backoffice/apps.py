"""Django's entry for the staff's door."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    """The desk's pages; the door keeps no table of its own."""

    name = "crystalcall.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Say which acts are done at this door, for the audit log, and what of the staff room waits."""
        from crystalcall.backoffice import acts, waiting

        acts.register_all()
        waiting.contribute_all()
