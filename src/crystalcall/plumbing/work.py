"""Background work: functions that run in the worker, given ids only.

A task row is a hint, never the record: the backend neither retries nor reclaims what a killed worker held, so every
piece of work must be derivable from the state of orders, mails and calls (the sweeps in `jobs` do that).
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django_tasks import task as django_task
from django_tasks.base import Task

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class WorkFailedError(Exception):
    """A task failed; says which and with what class of error, never with what data."""


def task(function: Callable[P, T]) -> Task[P, T]:
    """Make a function background work: `name.enqueue(id)` in the transaction that made the work necessary.

    The backend keeps the traceback of a failed task in its table, and an error's message may quote a customer's data;
    therefore only the error's class and place are let through.
    """

    @wraps(function)
    def impersonal(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Exception as problem:  # noqa: BLE001 - whatever it is, its message must not be stored
            place = problem.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            line = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
            said = f"{function.__qualname__} failed with {type(problem).__name__} at {line}"
        logger.error("%s", said)
        raise WorkFailedError(said)

    return django_task(impersonal)
