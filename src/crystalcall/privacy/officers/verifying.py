"""The officers are those the register knows: nobody was put into the table past it, and nobody came back."""

from collections.abc import Iterator

from crystalcall.privacy.officers.models import Officer
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.queries import all_facts
from crystalcall.privacy.register.verifying import Finding


def findings() -> Iterator[Finding]:
    """An officer whose keys were never entered, or who serves although the register says otherwise; and the reverse."""
    added = {str(facts["officer"]): facts for facts in all_facts(EntryKind.OFFICER_ADDED)}
    retired = {str(facts["officer"]) for facts in all_facts(EntryKind.OFFICER_RETIRED)}
    known = set()
    for row in Officer.objects.order_by("pk"):
        subject = f"officer {row.fingerprint}"
        known.add(row.fingerprint)
        keys = (row.age_recipient, row.verify_key)
        facts = added.get(row.fingerprint, {})
        if (facts.get("age_recipient"), facts.get("verify_key")) != keys:
            yield Finding("officer_entered", subject, "The register knows no such keys.")
        elif (row.retired_at is not None) != (row.fingerprint in retired):
            yield Finding("officer_serves", subject, "The register says otherwise about whether this officer serves.")
    for fingerprint in sorted(added.keys() - known):
        yield Finding("officer_kept", f"officer {fingerprint}", "The register knows this officer, the table does not.")
