"""The documentation says what the program does: settings, events, addresses, commands, folders."""

import runpy
from collections.abc import Iterator

import click
import pytest

from crystalcall.config import cli

#: Pieces of a room that grew into folders; every room has them, and HOUSE.md says so once.
FURNITURE = {"actions", "queries", "models", "templatetags"}


@pytest.fixture(scope="module")
def documents(root):
    return runpy.run_path(str(root / "scripts" / "document.py"))


def test_settings_events_and_addresses_are_written_down_as_they_are(documents, root):
    assert list(documents["stale_pages"](root)) == [], "run `make documents`"


def commands(group: click.Group, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


@pytest.fixture(scope="module")
def every_command() -> list[str]:
    cli.register_commands()
    return sorted(commands(cli.program, "crystalcall"))


def test_every_command_is_in_the_operators_guide(every_command, root):
    guide = (root / "docs" / "operator.md").read_text(encoding="utf-8")
    assert [command for command in every_command if f"`{command}" not in guide] == []


def test_every_command_says_what_it_does(every_command):
    for path in every_command:
        command: click.Command = cli.program
        for word in path.split()[1:]:
            assert isinstance(command, click.Group)
            command = command.commands[word]
        assert command.help, f"{path} has no help"


def test_every_folder_of_the_house_has_its_line(root, src):
    house = (root / "docs" / "HOUSE.md").read_text(encoding="utf-8")
    package = src / "crystalcall"
    folders = [path.parent.relative_to(package) for path in package.rglob("__init__.py") if path.parent != package]
    rooms = [folder for folder in folders if folder.name not in FURNITURE and "migrations" not in folder.parts]
    assert [str(room) for room in rooms if f"{room.name}/" not in house] == []


def test_make_says_what_it_can_do(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "check", "test-long"):
        assert f"\n{target}: " in makefile
    assert "make test" in (root / ".ci" / "run").read_text(encoding="utf-8")
