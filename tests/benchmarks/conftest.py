"""The benchmarks lie beside the tests, not in the program; their tests find them from here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
