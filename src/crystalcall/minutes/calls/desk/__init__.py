"""The call desk: one place where the messages of every door are gathered, committed together and answered.

An asynchronous door awaits `Desk.take`. A writer or a few, each a process with a connection of its own (`apart.py`),
take what has gathered within a moment, have the engine commit it as one transaction, and answer only after the commit,
so that one flush of the disk serves many calls. The line before them is bounded: a message that finds it full is turned
away at once.
"""

from crystalcall.minutes.calls.desk.desk import Desk
from crystalcall.minutes.calls.desk.line import DeskBusyError, DeskMeasures
from crystalcall.minutes.calls.desk.writing import DeskClosedError

__all__ = ["Desk", "DeskBusyError", "DeskClosedError", "DeskMeasures"]
