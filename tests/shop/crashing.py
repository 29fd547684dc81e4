"""A process that fulfills orders and is killed at chosen SQL statements; run by test_crashes.py.

Reads lines "ORDER_NUMBER STATEMENT MOMENT" from standard input. For each it forks a worker that delivers the order's
announcements and dies by SIGKILL before or after that statement, then another that is left alone. STATEMENT 0 kills
nobody. Prints, a line for each, how the first worker ended and how many statements it ran when it was left alone.
With the argument "together" every line is "ORDER_NUMBER", and four workers deliver its announcements at the same time.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

LEFT_ALONE = 0
WORKERS = 4


def main() -> int:
    django.setup()
    if sys.argv[1:] == ["together"]:
        return max(together(line.strip()) for line in sys.stdin)
    for line in sys.stdin:
        number, statement, moment = line.split()
        ended, count = worker(number, int(statement), moment)
        again, _count = worker(number, LEFT_ALONE, moment)
        sys.stdout.write(f"{number} {ended} {again} {count}\n")
    return 0


def together(number: str) -> int:
    """Fork four workers that begin at one moment; gives 0 when all of them ended well."""
    reading, writing = os.pipe()
    children = []
    for _ in range(WORKERS):
        child = os.fork()
        if not child:
            os.close(writing)
            os.read(reading, 1)  # until the pipe is closed: the starting shot
            work(number, LEFT_ALONE, "before", reading)
        children.append(child)
    os.close(reading)
    os.close(writing)
    return max(abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) for child in children)


def worker(number: str, statement: int, moment: str) -> tuple[int, int]:
    """Fork, work, maybe die: gives the signal or exit code and the number of statements run."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        work(number, statement, moment, writing)
    os.close(writing)
    told = os.read(reading, 16)
    os.close(reading)
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(told or 0)


def work(number: str, statement: int, moment: str, writing: int) -> None:
    from django.db import connection

    count = 0

    def count_and_kill(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's shape
        nonlocal count
        count += 1
        if count == statement and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if count == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    code = 0
    try:
        with connection.execute_wrapper(count_and_kill):
            deliver_everything_of(number)
    except BaseException as problem:  # noqa: BLE001 - a forked process must not run its parent's code
        sys.stderr.write(f"{number}: {problem!r}\n")
        code = 1
    with contextlib.suppress(OSError):  # nobody counts the statements of workers that run together
        os.write(writing, str(count).encode())
    os._exit(code)


def deliver_everything_of(number: str) -> None:
    from crystalcall.plumbing import announcements
    from crystalcall.plumbing.models import Delivery

    waiting = Delivery.objects.filter(delivered_at__isnull=True, announcement__payload__order_number=number)
    while delivery_ids := list(waiting.order_by("pk").values_list("pk", flat=True)):
        for delivery_id in delivery_ids:
            announcements.deliver(delivery_id)


if __name__ == "__main__":
    sys.exit(main())
