"""Cards as a Django application: no tables of its own, but an ear for the books."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """Listens for credit that expires."""

    name = "crystalcall.minutes.cards"
    label = "cards"

    def ready(self) -> None:
        """Listen, and say what takes two members of staff."""
        from crystalcall.customers.staff import kinds
        from crystalcall.minutes.cards import goodwill, keeping_people, listeners
        from crystalcall.privacy import keepers

        kinds.register(goodwill.KIND)
        listeners.listen_all()
        keepers.register(keeping_people.CardsKeeper())
