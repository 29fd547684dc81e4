"""The one way in which commands speak, so that nothing a person or a file gave can move a terminal (ASVS 5.0, 1.2.1).

A name, a letter, a gateway's answer or a line of a carrier's file may hold the sequences that color a terminal, rename
its window, turn a line round or forge a second one. Here each such character leaves as its code. A text is one line,
whatever is in it; more than one are said with `joined`, which makes each part one line.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from crystalcall.rules.privacy.printable import printable

if TYPE_CHECKING:
    # Tables load only inside the commands that show one.
    from rich.table import Table


class Lines(str):
    """Several lines, each of them safe to print."""

    __slots__ = ()


def joined(parts: Iterable[str]) -> Lines:
    """The parts, each on a line of its own; what is several lines by this same function stays so."""
    return Lines("\n".join(part if isinstance(part, Lines) else _line(part) for part in parts))


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line, or what `joined` gave; to standard error with `err`."""
    click.echo(joined((text,)), err=err)


def add_row(table: "Table", *cells: Any) -> None:
    """Add a row to a table: each cell as it is, without a meaning of its own to the terminal or to the table."""
    from rich.text import Text

    table.add_row(*(Text(printable(str(each))) for each in cells))


def _line(text: str) -> str:
    return "\t".join(printable(each) for each in text.split("\t"))
