"""Which tests prove which clause: read from the tests' own source, and kept beside the program as proofs.json.

A running shop has no tests at hand, so `make documents` writes the list down, and the build fails when it is stale.
"""

import ast
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from crystalcall.privacy.clauses.reading import Clause

FILE: Final = Path(__file__).with_name("proofs.json")
MARK: Final = "clause"
LOCK: Final = Path(__file__).parents[1] / "policy" / "versions" / "lock.toml"
"""The content hash of every version of the policy that comes with the program, written once when it was added."""
NOT_RUN: Final = frozenset({"skip", "skipif", "xfail", "long"})
"""Marks of tests that `make test` does not run, or lets fail: they prove nothing."""


LOCK_NOTE: Final = """\
# The content of each version of the policy (policy/library.py: content_sha256), written by `make documents` when a
# version is added, and never changed afterwards: a text that changes without a new version fails the build.
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that carries a clause's mark: the file it stands in, and its name, which is a sentence."""

    file: str
    name: str

    @property
    def sentence(self) -> str:
        """The name as it reads."""
        return self.name.removeprefix("test_").replace("_", " ")


@cache
def recorded() -> Mapping[str, tuple[Proof, ...]]:
    """The proofs of each kept clause, as the build wrote them down."""
    if not FILE.exists():
        return {}
    written = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        clause: tuple(Proof(file, name) for file, names in files.items() for name in names)
        for clause, files in written.items()
    }


def locked_versions() -> Mapping[str, str]:
    """The content hash that each version of the policy had when it was added, by its number ("0001")."""
    return tomllib.loads(LOCK.read_text(encoding="utf-8")) if LOCK.exists() else {}


def lock(versions: Mapping[str, str]) -> str:
    """The text of lock.toml: what stands in it stands for ever, and versions that are new are added."""
    known = {**versions, **locked_versions()}
    lines = (f'{number} = "{content}"\n' for number, content in sorted(known.items()))
    return LOCK_NOTE + "".join(lines)


def marked(tests: Path) -> dict[str, list[Proof]]:
    """Every marked test below a folder, by the ids its marks name; ids that are no clause's are in it too."""
    found: dict[str, list[Proof]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        place = path.relative_to(tests.parent).as_posix()
        for name, ids in _marks(ast.parse(path.read_text(encoding="utf-8"))):
            for clause in ids:
                found.setdefault(clause, []).append(Proof(place, name))
    return found


def record(found: Mapping[str, Sequence[Proof]], clauses: Iterable[Clause]) -> str:
    """The text of proofs.json. Only kept clauses claim evidence, so the marks of planned ones are left out."""
    kept: dict[str, dict[str, list[str]]] = {}
    for clause in clauses:
        if not clause.is_kept:
            continue
        files: dict[str, list[str]] = {}
        for proof in found.get(clause.id, ()):
            files.setdefault(proof.file, []).append(proof.name)
        kept[clause.id] = files
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def _marks(module: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each test's name with the clauses of its own marks and of those on its file; each clause once."""
    marks = _assigned(module, "pytestmark")
    everywhere, for_all = tuple(_ids_in(marks)), tuple(_mark_names(marks))
    for node in module.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        ids = tuple(dict.fromkeys([*_ids_in(node.decorator_list), *everywhere]))
        if ids and NOT_RUN.isdisjoint([*_mark_names(node.decorator_list), *for_all]):
            yield node.name, ids


def _assigned(module: ast.Module, name: str) -> list[ast.expr]:
    values = [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
    ]
    return [part for value in values for part in (value.elts if isinstance(value, ast.List | ast.Tuple) else [value])]


def _mark_names(marks: Iterable[ast.expr]) -> Iterator[str]:
    for mark in marks:
        name = ast.unparse(mark.func if isinstance(mark, ast.Call) else mark)
        yield name.removeprefix("pytest.mark.")


def _ids_in(marks: Iterable[ast.expr]) -> Iterator[str]:
    for mark in marks:
        if not isinstance(mark, ast.Call) or MARK not in _mark_names([mark]):
            continue
        for argument in mark.args:
            # What is no plain text cannot be read without running it; it counts as an unknown clause and is refused.
            yield str(argument.value) if isinstance(argument, ast.Constant) else ast.unparse(argument)
