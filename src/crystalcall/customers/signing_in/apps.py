"""Signing in as a Django application."""

from django.apps import AppConfig


class SigningInConfig(AppConfig):
    """Credentials, sign-ins, second factors, for customers and for staff."""

    name = "crystalcall.customers.signing_in"
    label = "signing_in"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps about people, and say how customers are reached."""
        from crystalcall.customers.signing_in import keeping_people, personal_data, principals
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        principals.register_customers()
        keepers.register(keeping_people.SigningInKeeper())
