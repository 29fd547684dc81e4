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
        from crystalcall.privacy import keepers
        from crystalcall.shop.orders import evidence, keeping_people, listeners, personal_data, tokens, waiting

        personal_data.declare_all()
        tokens.declare_columns()
        append_only.register("orders_orderevent")
        listeners.listen_to_all()
        evidence.supply_all()
        keepers.register(keeping_people.OrdersKeeper())
        waiting.contribute_all()
