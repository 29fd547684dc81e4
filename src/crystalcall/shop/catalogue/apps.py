"""The catalogue as a Django app."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Products on sale."""

    name = "crystalcall.shop.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps."""
        from crystalcall.shop.catalogue import personal_data

        personal_data.declare_all()
