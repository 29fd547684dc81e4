"""A measured figure, what it is compared with, and how a table of them looks."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of a few rounds, with the least and the most of them.

    `peer` is what the figure is compared with, in the same unit; `ratio` is the median of the ratios of each pair of
    rounds. `bound` is the least (`at_least`) or the most that `judged` (the ratio, or the figure itself) may be; None
    where a figure only explains another.
    """

    name: str
    value: float
    least: float
    most: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None
    judged: float | None = None
    bound: float | None = None
    at_least: bool = True
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bound is kept; None where there is none."""
        if self.bound is None or self.judged is None:
            return None
        return self.judged >= self.bound if self.at_least else self.judged <= self.bound

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return asdict(self) | {"met": self.met}


def alone(name: str, rounds: Sequence[float], unit: str, *, note: str = "") -> Figure:
    """A figure that is compared with nothing."""
    return Figure(name, statistics.median(rounds), min(rounds), max(rounds), unit, note=note)


def bounded(name: str, rounds: Sequence[float], unit: str, bound: float, *, at_least: bool, note: str = "") -> Figure:
    """A figure with a limit of its own."""
    middle = statistics.median(rounds)
    return Figure(
        *(name, middle, min(rounds), max(rounds), unit),
        judged=middle,
        bound=bound,
        at_least=at_least,
        note=note,
    )


@dataclass(frozen=True, slots=True)
class Peer:
    """What a figure is measured beside, round by round, and the limit of the ratio (None: only shown)."""

    name: str
    rounds: Sequence[float]
    bound: float | None
    at_least: bool = True


def beside(name: str, rounds: Sequence[float], unit: str, peer: Peer, *, note: str = "") -> Figure:
    """A figure beside its peer: the ratio is taken round by round, so that a machine whose speed drifts drifts out."""
    ratio = statistics.median(ours / theirs for ours, theirs in zip(rounds, peer.rounds, strict=True))
    return Figure(
        *(name, statistics.median(rounds), min(rounds), max(rounds), unit),
        peer=peer.name,
        peer_value=statistics.median(peer.rounds),
        ratio=ratio,
        judged=ratio,
        bound=peer.bound,
        at_least=peer.at_least,
        note=note,
    )


def table(figures: Sequence[Figure]) -> Table:
    """The figures for a person."""
    shown = Table(title="Figures: median (least–most of the rounds), beside what, and the limit", title_justify="left")
    for heading, side in (("what", "left"), ("figure", "right"), ("beside", "left"), ("ratio", "right")):
        shown.add_column(heading, justify="right" if side == "right" else "left")
    shown.add_column("limit", justify="right")
    shown.add_column("")
    for each in figures:
        shown.add_row(*_cells(each))
    return shown


def _cells(figure: Figure) -> tuple[str, ...]:
    spread = f" ({number(figure.least)}–{number(figure.most)})" if figure.least != figure.most else ""
    peer = "" if figure.peer_value is None else f"{figure.peer}: {number(figure.peer_value)}"
    sign = "≥" if figure.at_least else "≤"
    return (
        figure.name + (f"\n[dim]{figure.note}[/dim]" if figure.note else ""),
        f"{number(figure.value)}{spread} {figure.unit}",
        peer,
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.bound is None else f"{sign} {number(figure.bound)}",
        {None: "", True: "[green]met[/green]", False: "[bold red]missed[/bold red]"}[figure.met],
    )


def markdown(figures: Sequence[Figure]) -> str:
    """The same table for a page of text."""
    lines = ["| what | figure | beside | ratio | limit | |", "|---|--:|---|--:|--:|---|"]
    for each in figures:
        _, figure, peer, ratio, bound, _ = _cells(each)
        said = {None: "", True: "met", False: "**missed**"}[each.met]
        note = f"<br>{each.note}" if each.note else ""
        lines.append(f"| {each.name}{note} | {figure} | {peer} | {ratio} | {bound} | {said} |")
    return "\n".join(lines)


def number(value: float) -> str:
    """Three figures that count, thousands apart."""
    if abs(value) >= 100:  # noqa: PLR2004 - from here on decimals say nothing
        return f"{value:,.0f}"
    return f"{value:.3g}"
