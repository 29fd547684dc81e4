"""The versions that were ever announced, as the database keeps them: what every process reads, and nobody rewrites.

A version is kept in the transaction that announces it. It is read by number and hash, and what does not have that hash
is not given out: neither a text that somebody changed by SQL nor one that is missing is ever shown (clause C20).
"""

from typing import Final

from crystalcall.privacy.policy import library
from crystalcall.privacy.policy.facts import Named
from crystalcall.privacy.policy.library import PRACTICES, Draft, Files, UnfitPolicyError
from crystalcall.privacy.policy.models import PolicyEdition
from crystalcall.privacy.policy.values import LANGUAGES, Version

REMEMBERED: Final = 64
_read: Final[dict[Named, Version]] = {}


def keep(draft: Draft) -> None:
    """Keep a version for ever, in the caller's transaction; harmless for one that is kept already."""
    version = draft.version
    for language in LANGUAGES:
        PolicyEdition.objects.get_or_create(
            version=version.number,
            language=language,
            defaults={
                "content_sha256": version.content_sha256,
                "text": draft.files[f"policy.{language}.md"],
                "practices": draft.files[PRACTICES],
            },
        )


def version(number: int, content_sha256: str) -> Version:
    """A version that was announced, as it was announced. Errors: UnfitPolicyError where it is missing or was changed.

    What was read once is remembered by its hash, so that it costs no further query and cannot change either.
    """
    found = remembered(number, content_sha256)
    if found is None:
        found = _checked(number, content_sha256)
        remember(found)
    return found


def remembered(number: int, content_sha256: str) -> Version | None:
    """The same where this process has read it before, else None; asks no database."""
    return _read.get((number, content_sha256))


def remember(known: Version) -> None:
    """Have a version given out by its hash without reading it."""
    if len(_read) >= REMEMBERED:
        _read.clear()
    _read[known.number, known.content_sha256] = known


def complaint(number: int, content_sha256: str) -> str:
    """Why a version that was announced cannot be shown as it is kept now; "" where it can."""
    try:
        _checked(number, content_sha256)
    except UnfitPolicyError as problem:
        return str(problem)
    return ""


def kept_hashes() -> dict[int, str]:
    """The hash of every version that is kept, by number."""
    return dict(PolicyEdition.objects.values_list("version", "content_sha256"))


def _checked(number: int, content_sha256: str) -> Version:
    files = _files(number)
    if files is None:
        raise UnfitPolicyError(
            (f"Version {number:04d} of the privacy policy was announced and is not in the database.",)
        )
    if library.content_sha256(files) != content_sha256:
        raise UnfitPolicyError(
            (f"Version {number:04d} of the privacy policy in the database is not what was announced.",)
        )
    return library.version_of(number, files)


def _files(number: int) -> Files | None:
    rows = {row.language: row for row in PolicyEdition.objects.filter(version=number)}
    if set(rows) != set(LANGUAGES) or len({row.practices for row in rows.values()}) > 1:
        return None
    texts = {f"policy.{language}.md": row.text for language, row in rows.items()}
    return texts | {PRACTICES: next(iter(rows.values())).practices}
