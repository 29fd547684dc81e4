"""The cases are what the register says of them: nobody was kept from being told by a hand in the tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from crystalcall.privacy.authorities.content import hash_of, letter_of, person_of, query_of
from crystalcall.privacy.authorities.models import AuthorityCase
from crystalcall.privacy.authorities.values import CaseState
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.privacy.keys.sealing import KeyDestroyedError
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.queries import all_facts, moments_of
from crystalcall.privacy.register.verifying import Finding


def findings() -> Iterator[Finding]:
    """A package without its case or people, a case that was altered after it, a silence that ended unspoken."""
    packages = {str(facts["case"]): facts for facts in all_facts(EntryKind.AUTHORITY_PACKAGE, book=Book.VEILED)}
    spoken = {str(facts["reference"]) for facts in all_facts(EntryKind.AUTHORITY_NOTICE)}
    children = moments_of(EntryKind.CHILD_ERASURE)
    known = set()
    for row in AuthorityCase.objects.order_by("pk"):
        known.add(row.reference)
        if row.forgotten_at is not None and row.forgotten_at.replace(microsecond=0) not in children:
            yield _finding("case_forgotten", row.reference, "Its letter is gone, and no child was erased then.")
        if row.state == CaseState.EXTRACTED.value or row.reference in packages:
            yield from _of_package(row, packages.get(row.reference))
        if row.unveiled_at is not None and row.reference not in spoken:
            yield _finding("case_unveiled", row.reference, "It counts as told, and the register has no line of it.")
    for reference in sorted(packages.keys() - known - spoken):
        # A case that was told is deleted in time; one that never was must be there.
        yield _finding("case_kept", reference, "The register knows a package, and its case is gone untold.")


def _of_package(row: AuthorityCase, facts: Mapping[str, Any] | None) -> Iterator[Finding]:
    if facts is None or facts.get("package") != row.package_hash or facts.get("hash") != row.subject_hash:
        yield _finding("case_package", row.reference, "The register knows no such package of this case.")
        return
    if row.forgotten_at is not None:
        return
    try:
        query = query_of(row)
        altered = query is None or hash_of(row, letter_of(row), query) != row.subject_hash
    except KeyDestroyedError:
        query, altered = None, True
    if altered or query is None:
        yield _finding("case_altered", row.reference, "Letter, query, deadline or silence are not what two approved.")
    elif row.told_at is None:
        wanted = set(person_of(query).disclosure_subjects)
        # Of a child nothing is kept, and the suspicion stays.
        if not suspended(wanted) and not wanted <= set(row.disclosures.values_list("subject", flat=True)):
            yield _finding("case_people", row.reference, "It does not say about whom any more, and nobody was told.")


def _finding(rule: str, reference: str, sentence: str) -> Finding:
    return Finding(rule, f"case {reference}", sentence)
