"""Reads the source of the house: its modules, what each imports, and which room and floor each belongs to."""

import ast
import configparser
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "crystalcall"


@dataclass(frozen=True)
class Module:
    """One file of the program, by its dotted name."""

    name: str
    path: Path
    text: str
    is_package: bool

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """Every dotted name it imports, at any depth of the file, with the line."""
        found: list[tuple[str, int]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.extend((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                found.extend((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        return found

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*kept, *([node.module] if node.module else [])])


def read_modules(src: Path) -> list[Module]:
    """Every module of the program but migrations, which Django writes."""
    modules = []
    for path in sorted((src / PACKAGE).rglob("*.py")):
        relative = path.relative_to(src)
        if "migrations" in relative.parts:
            continue
        parts = list(relative.with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        modules.append(Module(name, path, path.read_text(encoding="utf-8"), is_package))
    return modules


def is_inside(name: str, package: str) -> bool:
    """Whether a dotted name is the package or lies in it."""
    return name == package or name.startswith(f"{package}.")


class Floors:
    """The floors that .importlinter draws, the same that the import contracts hold."""

    def __init__(self, config: Path) -> None:
        parser = configparser.ConfigParser()
        parser.read(config, encoding="utf-8")
        self._ranks: dict[str, tuple[int, ...]] = {}
        for section in ("floors", "shop", "minutes"):
            contract = parser[f"importlinter:contract:{section}"]
            container = contract["containers"].strip()
            for depth, line in enumerate(reversed(contract["layers"].strip().splitlines())):
                for room in line.split("|"):
                    name = room.strip().strip("()")
                    self._ranks[f"{container}.{name}"] = (*self._ranks.get(container, ()), depth)

    def rank(self, module: str) -> tuple[int, ...]:
        """How high a module lies; a larger tuple is higher."""
        rooms = [room for room in self._ranks if is_inside(module, room)]
        return self._ranks[max(rooms, key=len)]

    def points_down(self, importer: str, imported: str) -> bool:
        """Whether an arrow between two modules stays in its room or goes down."""
        return (
            self.rank(importer) >= self.rank(imported)
            if self._same_room(importer, imported)
            else (self.rank(importer) > self.rank(imported))
        )

    def _same_room(self, one: str, other: str) -> bool:
        def room(name: str) -> str:
            return max((entry for entry in self._ranks if is_inside(name, entry)), key=len)

        return room(one) == room(other)
