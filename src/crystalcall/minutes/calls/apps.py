"""The call room as a Django app."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Calls, their records, quote guarantees and access numbers."""

    name = "crystalcall.minutes.calls"
    label = "calls"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps, and guard the records."""
        from crystalcall.minutes.calls import guarding, keeping_people, personal_data, seals
        from crystalcall.plumbing import append_only
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        seals.declare_columns()
        append_only.register(guarding.RECORDS, guarding.open_door)
        keepers.register(keeping_people.CallsKeeper())
