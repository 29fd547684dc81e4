"""Background work: functions that run in the worker, given ids only.

A task row is a hint, never the record: the backend neither retries nor reclaims what a killed worker held, so every
piece of work must be derivable from the state of orders, mails and calls (the sweeps in `jobs` do that).
"""

from django_tasks import task

__all__ = ["task"]
