"""The staff room as a Django application."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Members of staff, the audit log, and what takes two."""

    name = "crystalcall.customers.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare what this room keeps about people, guard the log, and say how staff are reached."""
        from crystalcall.customers.signing_in import principals
        from crystalcall.customers.signing_in.values import Audience
        from crystalcall.customers.staff import acts, audit_guard, keeping_people, personal_data, reading
        from crystalcall.plumbing import append_only
        from crystalcall.privacy import keepers

        personal_data.declare_all()
        append_only.register(audit_guard.GUARD.table, door=audit_guard.GUARD.open_door)
        acts.register(*acts.OWN)
        principals.register(Audience.STAFF, reading.reach)
        keepers.register(keeping_people.StaffKeeper())
