"""The officers are those the register knows: nobody was put into the table past it, and nobody came back."""

from collections.abc import Iterator, Mapping
from typing import Any

from crystalcall.privacy.officers.actions import FORMER, PAIR
from crystalcall.privacy.officers.admitting import WAIT, admission_hash
from crystalcall.privacy.officers.models import Officer
from crystalcall.privacy.officers.queries import approvals
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.register.queries import all_facts
from crystalcall.privacy.register.verifying import Finding


def findings() -> Iterator[Finding]:
    """An officer whose keys were never entered, or who serves although the register says otherwise; and the reverse."""
    added = {str(facts["officer"]): facts for facts in all_facts(EntryKind.OFFICER_ADDED)}
    proposed = {str(facts["officer"]): facts for facts in all_facts(EntryKind.OFFICER_PROPOSED)}
    retired = {str(facts["officer"]) for facts in all_facts(EntryKind.OFFICER_RETIRED)}
    known = set()
    for row in Officer.objects.order_by("pk"):
        subject = f"officer {row.fingerprint}"
        known.add(row.fingerprint)
        keys = (row.age_recipient, row.verify_key)
        facts = (added if row.admitted_at is not None else proposed).get(row.fingerprint, {})
        if (facts.get("age_recipient"), facts.get("verify_key")) != keys:
            yield Finding("officer_entered", subject, "The register knows no such keys.")
        elif row.admitted_at is not None and row.fingerprint in proposed and not _was_admitted(row, facts):
            yield Finding("officer_admitted", subject, "Two officers who served did not sign for this one.")
        elif (row.retired_at is not None) != (row.fingerprint in retired):
            yield Finding("officer_serves", subject, "The register says otherwise about whether this officer serves.")
    for fingerprint in sorted(added.keys() - known):
        yield Finding("officer_kept", f"officer {fingerprint}", "The register knows this officer, the table does not.")


def _was_admitted(row: Officer, facts: Mapping[str, Any]) -> bool:
    """Whether those signed whom the register names, and as many as it takes or all there were."""
    subject = admission_hash(row.name, row.age_recipient, row.verify_key)
    signed = {each.officer.fingerprint for each in approvals(subject)}
    named = {str(each) for each in facts.get("admitted_by", ())}
    waited = row.admitted_at is not None and row.admitted_at >= row.added_at + WAIT
    # A name that was forgotten after ten years is no part of what can be checked any more.
    return row.name.startswith(FORMER) or (named <= signed and (len(named) >= PAIR or waited))
