"""The machine a figure belongs to: without it no figure means anything."""

import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

FLUSHES = 200
PAGE = 8192


def description() -> dict[str, str]:
    """Processor, memory, disk and versions, in words."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} core(s), {len(os.sched_getaffinity(0))} of them ours",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "disk": f"a page of 8 KiB written and flushed in {flush_seconds() * 1e6:.0f} microseconds (median)",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()) + " (1, 5, 15 minutes)",
    }


def flush_seconds() -> float:
    """How long one page takes to reach the disk where temporary files lie: what a durable commit cannot beat."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(FLUSHES):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), b"\x5a" * PAGE, 0)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
