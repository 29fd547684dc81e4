"""Reads a version of the policy from its files, and says in sentences what makes one unfit to promise anything.

A folder is where an announcement comes from, and nothing else: what was announced is read from the database
(`shelf.py`), so that a folder that differs from one machine to the next, or is gone, changes no word.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import rfc8785

from crystalcall.plumbing.settings import current
from crystalcall.privacy.policy.examining import complaints_about
from crystalcall.privacy.policy.values import LANGUAGES, Clause, PolicyText, Practices, Version

OWN_FOLDER: Final = Path(__file__).parent / "versions"
PRACTICES: Final = "practices.toml"
FILES: Final = (*(f"policy.{language}.md" for language in LANGUAGES), PRACTICES)
NUMBER: Final = re.compile(r"\d{4}")
HEADING: Final = re.compile(r"^## (C\d\d) (.+)$", re.MULTILINE)
FIRST_NAME: Final = "0001"

Files: TypeAlias = Mapping[str, str]
"""The files of a version, by their names."""


class UnfitPolicyError(Exception):
    """The policy cannot be used as it lies; `complaints` are sentences for the operator."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__(" ".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True)
class Draft:
    """A version as it lies in a folder: what it says, and its files to the byte."""

    version: Version
    files: Files = field(repr=False)


def folder() -> Path:
    """Where new versions lie: the operator's own folder, or the one that comes with the program."""
    own = current().policy_folder
    return Path(own) if own else OWN_FOLDER


def first() -> Draft:
    """The version that the store opens with: the operator's own, where one lies in the folder, else the program's.

    Errors: UnfitPolicyError.
    """
    place = folder() / FIRST_NAME
    return _first(place if place.is_dir() else OWN_FOLDER / FIRST_NAME)


@lru_cache(maxsize=4)
def _first(place: Path) -> Draft:
    return _fit(read(place))


def newest() -> Draft:
    """The version with the highest number in the folder, read afresh. Errors: UnfitPolicyError."""
    return _fit(read(_folders(folder())[-1]))


def lying(numbers: Iterable[int]) -> Iterator[Draft]:
    """The versions of these numbers that lie in the folder or beside the program and can be read."""
    for number in numbers:
        for place in dict.fromkeys((folder(), OWN_FOLDER)):
            with suppress(UnfitPolicyError):
                yield read(place / f"{number:04d}")


def read_all(place: Path) -> tuple[Version, ...]:
    """Every version below a folder, read afresh. Errors: UnfitPolicyError with everything that is wrong."""
    versions = tuple(read(each).version for each in _folders(place))
    complaints = tuple(
        complaint
        for before, version in zip((None, *versions), versions, strict=False)
        for complaint in complaints_about(version, before)
    )
    if complaints:
        raise UnfitPolicyError(complaints)
    return versions


def read(place: Path) -> Draft:
    """The version in one folder, not examined. Errors: UnfitPolicyError where it cannot be read."""
    missing = [name for name in FILES if not (place / name).is_file()]
    if missing:
        raise UnfitPolicyError(
            tuple(
                f"Version {place.name} of the policy lacks {name}: each version speaks both languages."
                for name in missing
            )
        )
    try:
        files = {name: (place / name).read_bytes().decode() for name in FILES}
    except UnicodeDecodeError as problem:
        raise UnfitPolicyError((f"Version {place.name} of the policy cannot be read: {problem}.",)) from None
    return Draft(version_of(int(place.name), files), files)


def version_of(number: int, files: Files) -> Version:
    """What the files of a version say. Errors: UnfitPolicyError where they cannot be read."""
    try:
        practices = msgspec.toml.decode(files[PRACTICES], type=Practices)
    except msgspec.MsgspecError as problem:
        raise UnfitPolicyError((f"Version {number:04d} of the policy cannot be read: {problem}.",)) from None
    if any("\0" in text for text in files.values()):
        raise UnfitPolicyError((f"Version {number:04d} of the policy cannot be read: it holds a zero byte.",))
    texts = {language: _text(files[f"policy.{language}.md"]) for language in LANGUAGES}
    return Version(number, content_sha256(files), practices, texts)


def content_sha256(files: Files) -> str:
    """One hash over the files of a version: of the canonical JSON (RFC 8785) that names each file's own SHA-256."""
    named = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    return hashlib.sha256(rfc8785.dumps(named)).hexdigest()


def _folders(place: Path) -> list[Path]:
    folders = sorted(entry for entry in place.iterdir() if entry.is_dir()) if place.is_dir() else []
    misnamed = [entry.name for entry in folders if not NUMBER.fullmatch(entry.name)]
    if misnamed:
        raise UnfitPolicyError((f"{place / misnamed[0]} is no version: their folders are named 0001, 0002 and so on.",))
    if not folders:
        raise UnfitPolicyError((f"No version lies in {place}: their folders are named 0001, 0002 and so on.",))
    return folders


def _fit(draft: Draft) -> Draft:
    complaints = complaints_about(draft.version, None)
    if complaints:
        raise UnfitPolicyError(complaints)
    return draft


def _text(markdown: str) -> PolicyText:
    """A title, a summary, then clauses, each under a heading "## C01 …"; anything before the first is the summary."""
    parts = HEADING.split(markdown.replace("\r\n", "\n"))
    title, _, summary = parts[0].strip().partition("\n")
    clauses = tuple(
        Clause(clause_id, heading.strip(), text.strip())
        for clause_id, heading, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    )
    return PolicyText(title.removeprefix("#").strip(), summary.strip(), clauses)
