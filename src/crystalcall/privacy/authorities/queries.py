"""What can be told of cases: to the office, and to people once they may know."""

from collections.abc import Collection

from crystalcall.privacy.authorities.content import letter_of, person_of, query_of
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure
from crystalcall.privacy.authorities.values import Asked, CaseKind, CaseState, CaseView, Told
from crystalcall.privacy.authorities.wording import words_of
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.officers.queries import standing


def case(reference: str) -> CaseView | None:
    """The case of this reference, or None."""
    row = AuthorityCase.objects.filter(reference=reference).first()
    return None if row is None else view_of(row)


def cases(*, closed_too: bool = False, at_most: int = 500) -> tuple[CaseView, ...]:
    """Cases that are not closed (or all), oldest first."""
    rows = AuthorityCase.objects.order_by("received_at", "pk")
    if not closed_too:
        rows = rows.filter(closed_at__isnull=True)
    return tuple(view_of(row) for row in rows[:at_most])


def asked_of(reference: str) -> Asked | None:
    """What a case asks for, without whose and without the letter's words; None before anybody said it.

    None too where its person was a child, and it is forgotten.
    """
    row = AuthorityCase.objects.filter(reference=reference, forgotten_at__isnull=True).first()
    query = None if row is None else query_of(row)
    if row is None or query is None:
        return None
    people = len(person_of(query).of(NameKind.CUSTOMER))
    fields = tuple((name, words_of([name])[0]) for name in query.fields)
    return Asked(fields, query.since, query.until, people, letter_of(row).recipient)


def unscoped_letters() -> int:
    """How many letters nobody has said yet what they ask for, nor of whom."""
    return AuthorityCase.objects.filter(state=CaseState.RECORDED.value).count()


def told_about(subjects: Collection[str]) -> tuple[tuple[tuple[str, ...], Told], ...]:
    """What was handed over about any of these names, once for each case with the names; only what may be known."""
    rows = AuthorityDisclosure.objects.filter(subject__in=subjects, case__told_at__isnull=False)
    names: dict[AuthorityCase, list[str]] = {}
    for row in rows.select_related("case").order_by("case__extracted_at", "subject"):
        names.setdefault(row.case, []).append(row.subject)
    return tuple((tuple(each), told) for case, each in names.items() if (told := told_of(case)) is not None)


def told_case(reference: str) -> tuple[Told, Person] | None:
    """What a mail about a case needs; None while its person may not be told."""
    row = AuthorityCase.objects.filter(reference=reference, forgotten_at__isnull=True).first()
    told = None if row is None else told_of(row)
    query = None if row is None else query_of(row)
    return None if told is None or query is None else (told, person_of(query))


def told_references(subjects: Collection[str]) -> tuple[str, ...]:
    """References of the cases about any of these names whose person may know."""
    if not subjects:
        return ()
    rows = AuthorityDisclosure.objects.filter(subject__in=subjects, case__told_at__isnull=False)
    return tuple(rows.values_list("case__reference", flat=True).distinct())


def told_of(row: AuthorityCase) -> Told | None:
    """A case in the words that its person reads; None while they may not be told, and of what is forgotten."""
    if row.forgotten_at is not None:
        return None
    query = query_of(row)
    if row.told_at is None or row.extracted_at is None or query is None:
        return None
    return Told(
        reference=row.reference,
        kind=CaseKind(row.kind),
        authority=letter_of(row).authority,
        fields=query.fields,
        since=query.since,
        until=query.until,
        handed_at=row.extracted_at,
        told_at=row.told_at,
    )


def view_of(row: AuthorityCase) -> CaseView:
    """A case as a value."""
    return CaseView(
        reference=row.reference,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        received_at=row.received_at,
        deadline=row.deadline,
        gag_until=row.gag_until,
        subject_hash=row.subject_hash,
        approvals=len(standing(row.subject_hash)) if row.subject_hash else 0,
        extracted_at=row.extracted_at,
        told_at=row.told_at,
        unveiled_at=row.unveiled_at,
    )
