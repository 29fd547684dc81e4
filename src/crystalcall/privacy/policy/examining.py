"""What is wrong with versions of the policy, each as a sentence; none is announced so (clauses C01, C20)."""

from collections.abc import Iterator
from typing import Final

from crystalcall.privacy.policy.values import CLAUSE_IDS, LANGUAGES, Practices, Version
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.privacy.notice import LEAST_NOTICE_DAYS

LEAST_AGE: Final = 13


def complaints_about(version: Version, before: Version | None) -> tuple[str, ...]:
    """Everything that makes a version unfit to promise anything; empty where nothing does.

    `before` is the version that it follows: the one in force when it is announced. Without one it is only held to what
    it says by itself.
    """
    return tuple(
        f"Version {version.number:04d} of the policy {complaint}" for complaint in _complaints(version, before)
    )


def _complaints(version: Version, before: Version | None) -> Iterator[str]:
    yield from _text_complaints(version)
    yield from _promise_complaints(version)
    yield from _use_complaints(version)
    if before is not None or version.number == 1:
        yield from _date_complaints(version, before)
    yield from _collection_complaints(version.practices)
    yield from _provider_complaints(version.practices)


def _text_complaints(version: Version) -> Iterator[str]:
    """Both languages say every clause, once and in order, and begin with a summary."""
    for language in LANGUAGES:
        text = version.texts[language]
        present = [clause.id for clause in text.clauses]
        missing = [clause_id for clause_id in CLAUSE_IDS if clause_id not in present]
        if missing:
            yield f"says nothing of {', '.join(missing)} in policy.{language}.md."
        elif present != list(CLAUSE_IDS):
            yield f"must say each clause once, from C01 to C25 in order, in policy.{language}.md."
        if not text.title or not text.summary:
            yield f"needs a title and a summary in policy.{language}.md."
        for clause in text.clauses:
            if not clause.text:
                yield f"leaves {clause.id} empty in policy.{language}.md."


def _promise_complaints(version: Version) -> Iterator[str]:
    practices = version.practices
    if practices.number != version.number:
        yield f"calls itself number {practices.number} in practices.toml."
    if practices.notice_days < LEAST_NOTICE_DAYS:
        yield f"gives {practices.notice_days} days of notice; the least is {LEAST_NOTICE_DAYS} (clause C20)."
    if practices.minimum_age < LEAST_AGE:
        yield f"admits children of {practices.minimum_age}; the least age is {LEAST_AGE} (clause C19)."
    if practices.cookies:
        yield f"allows the cookie {practices.cookies[0]!r}; this program sets none (clause C17)."


def _use_complaints(version: Version) -> Iterator[str]:
    """Each use is a purpose of the closed list, said once."""
    known = {purpose.value for purpose in Purpose}
    named = [use.purpose for use in version.practices.uses]
    for purpose in sorted({purpose for purpose in named if named.count(purpose) > 1}):
        yield f"names the use {purpose!r} twice."
    for purpose in named:
        if purpose not in known:
            yield f"allows {purpose!r}, which is no purpose that the program knows."


def _date_complaints(version: Version, before: Version | None) -> Iterator[str]:
    """Each use is dated by the version that introduced it, not earlier."""
    for use in version.practices.uses:
        earlier = before.practices.since(use.purpose) if before else None
        right = earlier if earlier is not None else version.number
        if use.since != right:
            yield f"says that {use.purpose!r} was introduced by version {use.since}; it was by version {right}."


def _collection_complaints(practices: Practices) -> Iterator[str]:
    allowed = {use.purpose for use in practices.uses}
    if not practices.collected:
        yield "does not say what is collected."
    for entry in practices.collected:
        if not entry.purposes or not entry.retention:
            yield (
                f"says of {entry.category!r} neither what for nor how long."
                if not (entry.purposes or entry.retention)
                else f"leaves out what {entry.category!r} is for, or how long it is kept."
            )
        for purpose in sorted(set(entry.purposes) - allowed):
            yield f"collects {entry.category!r} for {purpose!r}, which is none of its uses."


def _provider_complaints(practices: Practices) -> Iterator[str]:
    allowed = {use.purpose for use in practices.uses}
    for provider in practices.providers:
        if not provider.fields or not provider.purposes:
            yield f"names the provider {provider.key!r} without its fields or purposes."
        for purpose in sorted(set(provider.purposes) - allowed):
            yield f"lets {provider.key!r} get data for {purpose!r}, which is none of its uses."
        if provider.contract_until is not None and provider.contract_until < provider.contract_from:
            yield f"dates the contract with {provider.key!r} to end before it begins."
