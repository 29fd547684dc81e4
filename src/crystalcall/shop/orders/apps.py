"""Orders as a Django application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Listens to payments; tells mailings."""

    name = "crystalcall.shop.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps, guard its history, and listen."""
        from crystalcall.plumbing import append_only
        from crystalcall.shop.orders import listeners, personal_data

        personal_data.declare_all()
        append_only.register("orders_orderevent")
        listeners.listen_to_all()
