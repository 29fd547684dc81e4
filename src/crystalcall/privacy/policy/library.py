"""Reads the versions of the policy from their folders, and says in sentences what makes one unfit to start with."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import rfc8785

from crystalcall.plumbing.settings import current
from crystalcall.privacy.policy.examining import complaints_about
from crystalcall.privacy.policy.values import LANGUAGES, Clause, PolicyText, Practices, Version

OWN_FOLDER: Final = Path(__file__).parent / "versions"
FILES: Final = (*(f"policy.{language}.md" for language in LANGUAGES), "practices.toml")
NUMBER: Final = re.compile(r"\d{4}")
HEADING: Final = re.compile(r"^## (C\d\d) (.+)$", re.MULTILINE)


class UnfitPolicyError(Exception):
    """The policy cannot be used as it lies; `complaints` are sentences for the operator."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__(" ".join(complaints))
        self.complaints = complaints


def folder() -> Path:
    """Where the versions lie: the operator's own folder, or the one that comes with the program."""
    own = current().policy_folder
    return Path(own) if own else OWN_FOLDER


def editions() -> tuple[Version, ...]:
    """Every version as its files say, oldest first; read once by each process. Errors: UnfitPolicyError."""
    return _editions(folder())


@lru_cache(maxsize=4)
def _editions(place: Path) -> tuple[Version, ...]:
    return read_all(place)


def edition(number: int) -> Version | None:
    """One version as its files say, or None. Errors: UnfitPolicyError.

    A version that was added while this process ran is read then: it was announced by another one.
    """
    for _ in range(2):
        found = next((version for version in editions() if version.number == number), None)
        if found is not None:
            return found
        _editions.cache_clear()
    return None


def read_all(place: Path) -> tuple[Version, ...]:
    """Read every version below a folder, afresh. Errors: UnfitPolicyError with everything that is wrong."""
    folders = sorted(entry for entry in place.iterdir() if entry.is_dir()) if place.is_dir() else []
    misnamed = [entry.name for entry in folders if not NUMBER.fullmatch(entry.name)]
    if misnamed:
        raise UnfitPolicyError((f"{place / misnamed[0]} is no version: their folders are named 0001, 0002 and so on.",))
    expected = [f"{number:04d}" for number in range(1, len(folders) + 1)]
    if not folders or [entry.name for entry in folders] != expected:
        raise UnfitPolicyError((f"The versions in {place} must be numbered from 0001 without a gap.",))
    versions = tuple(_read(entry) for entry in folders)
    complaints = complaints_about(versions)
    if complaints:
        raise UnfitPolicyError(complaints)
    return versions


def _read(place: Path) -> Version:
    missing = [name for name in FILES if not (place / name).is_file()]
    if missing:
        raise UnfitPolicyError(
            tuple(
                f"Version {place.name} of the policy lacks {name}: each version speaks both languages."
                for name in missing
            )
        )
    content = {name: (place / name).read_bytes() for name in FILES}
    try:
        practices = msgspec.toml.decode(content["practices.toml"], type=Practices)
        texts = {language: _text(content[f"policy.{language}.md"].decode()) for language in LANGUAGES}
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise UnfitPolicyError((f"Version {place.name} of the policy cannot be read: {problem}.",)) from None
    return Version(int(place.name), content_sha256(content), practices, texts)


def content_sha256(content: dict[str, bytes]) -> str:
    """One hash over the files of a version: of the canonical JSON (RFC 8785) that names each file's own SHA-256."""
    named = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    return hashlib.sha256(rfc8785.dumps(named)).hexdigest()


def _text(markdown: str) -> PolicyText:
    """A title, a summary, then clauses, each under a heading "## C01 …"; anything before the first is the summary."""
    parts = HEADING.split(markdown.replace("\r\n", "\n"))
    title, _, summary = parts[0].strip().partition("\n")
    clauses = tuple(
        Clause(clause_id, heading.strip(), text.strip())
        for clause_id, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    )
    return PolicyText(title.removeprefix("#").strip(), summary.strip(), clauses)
