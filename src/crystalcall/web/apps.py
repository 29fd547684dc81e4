"""Django's entry for the customers' door."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages, templates and static files; the door keeps no table of its own."""

    name = "crystalcall.web"
    label = "web"

    def ready(self) -> None:
        """Say what this door can show for the policy's clauses."""
        from crystalcall.web import evidence

        evidence.supply_all()
