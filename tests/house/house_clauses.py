"""What every clause of the policy must have: its text, its enforcement in the code, its tests, and no false claim."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from crystalcall.privacy.clauses.proofs import Proof
from crystalcall.privacy.clauses.reading import Clause

Marks = Mapping[str, Sequence[Proof]]


def unproven(clauses: Sequence[Clause], marks: Marks) -> list[str]:
    """A kept clause has at least one test that runs in `make test`."""
    return [
        f"{clause.id} is kept, and no test proves it" for clause in clauses if clause.is_kept and clause.id not in marks
    ]


def unknown(clauses: Sequence[Clause], marks: Marks) -> list[str]:
    """A test proves clauses that exist."""
    known = {clause.id for clause in clauses}
    return [
        f"{proof.file}::{proof.name} proves {name}, which is no clause"
        for name, proofs in sorted(marks.items())
        if name not in known
        for proof in proofs
    ]


def unenforced(clauses: Sequence[Clause], src: Path) -> list[str]:
    """What enforces a clause is a module that exists."""
    return [
        f"{clause.id} is enforced by {module}, which does not exist"
        for clause in clauses
        for module in clause.enforced_by
        if not _exists(src, module)
    ]


def unfigured(clauses: Sequence[Clause], supplied: Collection[str]) -> list[str]:
    """What shows a clause is a figure that some room supplies."""
    return [
        f"{clause.id} is shown by {name}, a figure that no room supplies"
        for clause in clauses
        for name in clause.figures
        if name not in supplied
    ]


def unsaid(clauses: Sequence[Clause], version: str, said: Mapping[str, Collection[str]]) -> list[str]:
    """Text and clauses.toml speak of the same clauses, in every language of a version."""
    known = {clause.id for clause in clauses}
    return [
        f"version {version} says {name} in {language} {problem}"
        for language, ids in sorted(said.items())
        for names, problem in (
            (known - set(ids), "nowhere, which clauses.toml keeps or plans"),
            (set(ids) - known, "and clauses.toml does not know it"),
        )
        for name in sorted(names)
    ]


def unproven_words(clauses: Sequence[Clause], number: str, words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The tests of a kept clause were written for its very words: `words` gives the hash by clause and language."""
    return [
        f"version {number} says {clause.id} in words that clauses.toml does not name: read its tests again, then name"
        f" {words[clause.id]}"
        for clause in clauses
        if clause.is_kept and not clause.speaks_of(words[clause.id])
    ]


def rewritten(locked: Mapping[str, str], versions: Mapping[str, str]) -> list[str]:
    """The files of a version say what they said when it was locked; another text is another version."""
    changed = [
        f"version {number} of the policy was changed: put its files back and write a new version"
        for number, content in sorted(versions.items())
        if number in locked and locked[number] != content
    ]
    missing = [
        f"version {number} of the policy is not locked: run `make documents`"
        for number in sorted(versions)
        if number not in locked
    ]
    gone = [f"version {number} of the policy is locked and gone" for number in sorted(set(locked) - set(versions))]
    return changed + missing + gone


def _exists(src: Path, module: str) -> bool:
    path = src.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
