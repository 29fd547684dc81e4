"""What guards the audit log: nobody changes a line, and nobody deletes one whose time is not over."""

from typing import Final

from crystalcall.plumbing.horizons import Horizon

GUARD: Final = Horizon("staff_auditentry", "at", "staff_audithorizon")
