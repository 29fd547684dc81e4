"""The warden as a Django application: no undeclared field, no start."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Declares its own fields and registers the start-up check of the inventory."""

    name = "crystalcall.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Load the tables of this room's folders too: Django by itself looks into models.py alone."""
        super().import_models()
        from crystalcall.privacy.archive import models as _archive  # noqa: F401
        from crystalcall.privacy.authorities import models as _authorities  # noqa: F401
        from crystalcall.privacy.erasures import models as _erasures  # noqa: F401
        from crystalcall.privacy.holds import models as _holds  # noqa: F401
        from crystalcall.privacy.officers import models as _officers  # noqa: F401
        from crystalcall.privacy.policy import models as _policy  # noqa: F401
        from crystalcall.privacy.register import models as _register  # noqa: F401
        from crystalcall.privacy.requests import models as _requests  # noqa: F401
        from crystalcall.privacy.retention import models as _retention  # noqa: F401

    def ready(self) -> None:
        """Declare, guard the register of disclosures, and register the check."""
        from crystalcall.plumbing import append_only
        from crystalcall.privacy import (
            checks,
            disclosure_guard,
            keepers,
            keeping_people,
            personal_data,
            reading_gate,
            waiting,
        )
        from crystalcall.privacy.announcing import checks as clock_checks
        from crystalcall.privacy.archive import wiring as archive
        from crystalcall.privacy.authorities import wiring as authorities
        from crystalcall.privacy.clauses import own_figures
        from crystalcall.privacy.erasures import personal_data as erasures_personal_data
        from crystalcall.privacy.holds import personal_data as holds_personal_data
        from crystalcall.privacy.holds import prior
        from crystalcall.privacy.holds.models import HeldValue
        from crystalcall.privacy.keys import columns, opening
        from crystalcall.privacy.officers import personal_data as officers_personal_data
        from crystalcall.privacy.policy import checks as policy_checks
        from crystalcall.privacy.policy import personal_data as policy_personal_data
        from crystalcall.privacy.register import personal_data as register_personal_data
        from crystalcall.privacy.register.models import RegisterSecret
        from crystalcall.privacy.requests import personal_data as requests_personal_data
        from crystalcall.privacy.retention import personal_data as retention_personal_data

        personal_data.declare_all()
        policy_personal_data.declare_all()
        officers_personal_data.declare_all()
        register_personal_data.declare_all()
        erasures_personal_data.declare_all()
        requests_personal_data.declare_all()
        holds_personal_data.declare_all()
        retention_personal_data.declare_all()
        keepers.register(keeping_people.PrivacyKeeper())
        archive.wire()
        authorities.wire()
        append_only.register(disclosure_guard.TABLE, disclosure_guard.open_door)
        for table in ("privacy_registerentry", "privacy_registerday", "privacy_approval"):
            append_only.register(table)
        for table in ("privacy_policyfact", "privacy_policyedition"):
            append_only.register(table)
        keepers.register(prior.HoldsKeeper())
        columns.register(columns.PersonColumn(RegisterSecret, "sealed", "subject"))
        columns.register(columns.PersonColumn(HeldValue, "sealed_content", "id"))
        opening.set_policy(reading_gate.refusal)
        checks.register_checks()
        own_figures.supply_all()
        policy_checks.register_checks()
        clock_checks.register_checks()
        waiting.contribute_all()
