"""`python -m benchmarks`: every figure beside its limit or its peer, measured in this one run."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks import machine
from benchmarks.desk_bench import desk, growth, latency, sqlite
from benchmarks.figures import Figure, markdown, table
from benchmarks.house import House
from benchmarks.http_bench import http
from benchmarks.privacy_bench import privacy
from benchmarks.rates_bench import importing, lookups, memory, rerating
from benchmarks.sealing_bench import sealing
from benchmarks.signing_in_bench import signing_in
from benchmarks.sizes import FULL, TINY

#: In this order: what fills the database most comes after what wants it small.
BENCHMARKS: Final[dict[str, Callable[[House], list[Figure]]]] = {
    "lookups": lookups,
    "memory": memory,
    "sqlite": sqlite,
    "desk": desk,
    "latency": latency,
    "http": http,
    "sealing": sealing,
    "signing_in": signing_in,
    "privacy": privacy,
    "import": importing,
    "growth": growth,
    "rerating": rerating,
}

PAGE_WIDTH: Final = 140
FIGURES: Final = "<!-- figures -->"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and answer 0 even where a limit is missed: a figure is no error, and is shown as it is."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=asked.json == "-", width=None if sys.stdout.isatty() else PAGE_WIDTH)
    known = machine.description()
    for name, words in known.items():
        console.print(f"[bold]{name}[/bold]: {words}", highlight=False)
    begun = time.monotonic()
    figures: dict[str, list[Figure]] = {}
    with House(TINY if asked.tiny else FULL) as house:
        for name in asked.only or BENCHMARKS:
            with console.status(f"measuring: {name}"):
                figures[name] = BENCHMARKS[name](house)
            console.print(table(figures[name]))
    console.print(f"{time.monotonic() - begun:.0f} seconds in all.", highlight=False)
    if asked.page:
        _enter(Path(asked.page), known, [each for found in figures.values() for each in found])
    if asked.json:
        _write(asked.json, known, figures)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=[*BENCHMARKS], help="measure this one; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="write the figures for a machine; - is standard output")
    parser.add_argument("--page", metavar="FILE", help=f"put the figures between the two lines {FIGURES!r} of a page")
    parser.add_argument("--tiny", action="store_true", help="show that everything works; the figures mean nothing")
    return parser


def _write(place: str, known: dict[str, str], figures: dict[str, list[Figure]]) -> None:
    told = {"machine": known, "figures": {name: [each.as_json() for each in found] for name, found in figures.items()}}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    if place == "-":
        sys.stdout.write(text + "\n")
    else:
        Path(place).write_text(text + "\n", encoding="utf-8")


def _enter(page: Path, known: dict[str, str], figures: Sequence[Figure]) -> None:
    """Put this run's figures, and the machine they belong to, where the page keeps the last run's."""
    machine_words = "\n".join(f"* {name}: {words}" for name, words in known.items())
    before, _, after = page.read_text(encoding="utf-8").split(FIGURES)
    page.write_text(FIGURES.join([before, f"\n{machine_words}\n\n{markdown(figures)}\n", after]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
