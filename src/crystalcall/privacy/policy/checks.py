"""Start-up checks: no start with an unfit first version, with a published text that was changed, or with a surplus."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from crystalcall.plumbing import clock
from crystalcall.privacy.policy import facts, library, queries, shelf
from crystalcall.privacy.policy.keeping import breaches
from crystalcall.privacy.policy.library import UnfitPolicyError
from crystalcall.privacy.policy.values import Practices


def register_checks() -> None:
    """Check the first version at every command, and what was published at every start of a process."""
    register(policy_files_check)
    register(keeping_check, Tags.database)
    register(published_policy_check, Tags.database)


def policy_files_check(**_: Any) -> list[CheckMessage]:
    """An error for each reason why a store cannot open with its first version (ASVS 5.0, 13.1: refuse a broken set-up).

    Later versions in the folder are drafts until they are announced, which examines them.
    """
    try:
        library.first()
    except UnfitPolicyError as problem:
        return [Error(complaint, id="privacy.E010") for complaint in problem.complaints]
    return []


def keeping_check(**_: Any) -> list[CheckMessage]:
    """An error for everything that the program keeps or hands over and no version says (clause C01).

    A program may come with uses that only the version beside it has: they are refused until that is in force.
    """
    found: tuple[str, ...] = ()
    for practices in _said():
        found = breaches(practices)
        if not found:
            return []
    return [
        Error(f"{breach} Say it in a new version of the policy, or leave it.", id="privacy.E013") for breach in found
    ]


def published_policy_check(**_: Any) -> list[CheckMessage]:
    """An error for each published version that the database does not keep as it was announced."""
    try:
        published = {fact.version: fact.content_sha256 for fact in facts.all_facts()}
        complaints = [shelf.complaint(number, content) for number, content in sorted(published.items())]
    except DatabaseError:
        return []  # no tables yet
    return [
        Error(
            complaint,
            hint="`crystalcall migrate` takes a missing one from CRYSTALCALL_POLICY_FOLDER, if the very same lies "
            "there; one that was changed comes back with a backup.",
            id="privacy.E011",
        )
        for complaint in complaints
        if complaint
    ]


def _said() -> Iterator[Practices]:
    """The practices of the version in force, of the one announced, and of the newest in the folder."""
    now = clock.now()
    try:
        yield queries.in_force(now).practices
        coming = queries.announced(now)
    except (DatabaseError, UnfitPolicyError):
        coming = None  # no tables yet, or the published texts were changed, which the other check says
    if coming is not None:
        yield coming.practices
    try:
        yield library.newest().version.practices
    except UnfitPolicyError:
        return
