"""Start-up checks: no start with an unfit policy, or with one that is not what was published."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from crystalcall.privacy.policy import facts, library
from crystalcall.privacy.policy.keeping import breaches


def register_checks() -> None:
    """Check the files at every command, and the published versions at every start of a process."""
    register(policy_files_check)
    register(keeping_check)
    register(published_policy_check, Tags.database)


def policy_files_check(**_: Any) -> list[CheckMessage]:
    """An error for each reason why the policy cannot be used as it lies (ASVS 5.0, 13.1: refuse a broken set-up)."""
    try:
        library.read_all(library.folder())
    except library.UnfitPolicyError as problem:
        return [Error(complaint, id="privacy.E010") for complaint in problem.complaints]
    return []


def keeping_check(**_: Any) -> list[CheckMessage]:
    """An error for everything that the program keeps or hands over and the newest version does not say (clause C01)."""
    try:
        newest = library.read_all(library.folder())[-1]
    except library.UnfitPolicyError:
        return []  # the other check says so
    return [
        Error(f"{breach} Say it in a new version of the policy, or leave it.", id="privacy.E013")
        for breach in breaches(newest.practices)
    ]


def published_policy_check(**_: Any) -> list[CheckMessage]:
    """An error for each published version whose files are gone or no longer say what was published."""
    try:
        versions = {version.number: version.content_sha256 for version in library.read_all(library.folder())}
        published = {fact.version: fact.content_sha256 for fact in facts.all_facts()}
    except (DatabaseError, library.UnfitPolicyError):
        return []  # no tables yet, or the files are unfit, which the other check says
    return [
        Error(
            f"Version {number:04d} of the privacy policy was published, and its files "
            + ("are gone." if number not in versions else "no longer say the same."),
            hint="Put its folder back as it was; a change of the text is a new version.",
            id="privacy.E011",
        )
        for number, content in sorted(published.items())
        if versions.get(number) != content
    ]
