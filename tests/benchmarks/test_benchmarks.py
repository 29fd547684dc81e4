"""Every benchmark runs from end to end at a tiny size; no figure is asserted, since none means anything there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.__main__ import BENCHMARKS, FIGURES, _enter
from benchmarks.figures import Peer, beside, bounded, number
from benchmarks.postgres import PgbenchError, read_pgbench

ROOT = Path(__file__).resolve().parents[2]
SAID = """pgbench (15.18 (Debian 15.18-0+deb12u1))
transaction type: <builtin: simple update>
scaling factor: 10
query mode: prepared
number of clients: 16
number of threads: 2
maximum number of tries: 1
duration: 1 s
number of transactions actually processed: 8471
number of failed transactions: 0 (0.000%)
latency average = 1.876 ms
initial connection time = 27.318 ms
tps = 8528.302517 (without initial connection time)
"""


def _figures() -> dict[str, list[dict[str, Any]]]:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--tiny", "--json", "-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, list[dict[str, Any]]] = json.loads(run.stdout)["figures"]
    return found


def test_each_benchmark_gives_its_figures():
    found = _figures()

    assert found.keys() == BENCHMARKS.keys()
    for figures in found.values():
        assert figures
        for figure in figures:
            assert figure["value"] > 0
            assert figure["least"] <= figure["value"] <= figure["most"]


def test_the_costs_of_an_operation_are_told_with_their_profile(tmp_path):
    said = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.costs", "--database", "sqlite", "--cards", "60", "--batch", "8"),
            *("--operations", "32", "--rounds", "1", "--profile", str(tmp_path / "profile.txt")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("batches of    8: Python")
    assert (tmp_path / "profile.txt").read_text(encoding="utf-8").startswith("32 operations\n")


def test_pgbench_is_read_without_the_time_it_takes_to_connect():
    assert read_pgbench(SAID) == 8528.302517


@pytest.mark.parametrize(
    "said",
    ["", SAID.replace("tps = ", "TPS: "), SAID.replace("transactions: 0 (0.000%)", "transactions: 7 (0.083%)")],
    ids=["nothing", "other words", "failed transactions"],
)
def test_what_pgbench_does_not_say_plainly_is_no_figure(said):
    with pytest.raises(PgbenchError):
        read_pgbench(said)


def test_a_ratio_is_taken_round_by_round_so_that_a_drifting_machine_drifts_out():
    figure = beside("desk", [20.0, 10.0, 40.0], "operations/s", Peer("pgbench", [10.0, 5.0, 20.0], 2.0))

    assert (figure.value, figure.peer_value, figure.ratio, figure.met) == (20.0, 10.0, 2.0, True)


def test_a_missed_limit_says_so_in_either_direction():
    assert bounded("import", [2.5, 2.1, 1.9], "s", 2.0, at_least=False).met is False
    assert bounded("import", [1.5, 2.1, 1.9], "s", 2.0, at_least=False).met is True
    assert bounded("look-ups", [199_999.0], "/s", 200_000.0, at_least=True).met is False


def test_figures_are_shown_with_three_digits_that_count():
    assert [number(value) for value in (0.12345, 1.2345, 12.345, 123.45, 12345.6)] == [
        "0.123",
        "1.23",
        "12.3",
        "123",
        "12,346",
    ]


def test_the_figures_of_a_run_replace_those_of_the_last_one_on_the_page(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"# Speed\n{FIGURES}\nold\n{FIGURES}\n## Limits\n", encoding="utf-8")

    _enter(page, {"processor": "two cores"}, [bounded("import", [1.5], "s", 2.0, at_least=False)])

    text = page.read_text(encoding="utf-8")
    assert "old" not in text
    assert "* processor: two cores" in text
    assert "| import | 1.5 s |  |  | ≤ 2 | met |" in text
    assert text.startswith("# Speed\n")
    assert text.endswith("\n## Limits\n")
