"""A CSV file of ranges, as fraud-intelligence suppliers and carriers hand it out, read with every problem named."""

import csv
from collections.abc import Iterable
from typing import Final

from crystalcall.minutes.limits.values import BadRiskFile, RiskFileProblem
from crystalcall.rules.limits import read_risk_prefix

PREFIX_COLUMN: Final = "prefix"
NOTE_COLUMN: Final = "note"
MOST_RANGES: Final = 500_000
MOST_PROBLEMS: Final = 20


def read_risk_file(lines: Iterable[str]) -> dict[str, str] | BadRiskFile:
    """Notes by prefix, or every problem (at most MOST_PROBLEMS) by line. A prefix given twice keeps its first note."""
    reader = csv.reader(lines)
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        if PREFIX_COLUMN not in heading:
            return _refused(1, f'the first line names no column "{PREFIX_COLUMN}"')
        return _read_rows(reader, heading)
    except csv.Error as problem:
        return _refused(reader.line_num, f"it is no line of a CSV file ({problem})")


def _read_rows(reader: "Iterable[list[str]]", heading: list[str]) -> dict[str, str] | BadRiskFile:
    at = heading.index(PREFIX_COLUMN)
    note_at = heading.index(NOTE_COLUMN) if NOTE_COLUMN in heading else None
    found: dict[str, str] = {}
    problems: list[RiskFileProblem] = []
    for line, row in enumerate(reader, start=2):
        if not any(cell.strip() for cell in row):
            continue
        typed = row[at] if at < len(row) else ""
        prefix = read_risk_prefix(typed)
        if prefix is None:
            problems.append(RiskFileProblem(line, f"{typed[:40]!r} is no prefix of 2 to 15 digits"))
            if len(problems) >= MOST_PROBLEMS:
                break
        else:
            note = row[note_at].strip() if note_at is not None and note_at < len(row) else ""
            found.setdefault(prefix, note)
        if len(found) > MOST_RANGES:
            return _refused(line, f"there are more than {MOST_RANGES} ranges")
    if problems:
        return BadRiskFile(tuple(problems))
    return found or _refused(1, "there is no range in the file")


def _refused(line: int, reason: str) -> BadRiskFile:
    return BadRiskFile((RiskFileProblem(line, reason),))
