"""Facts about the policy, ids only."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class PolicyAnnounced(Event):
    """A new version of the privacy policy was announced; `version` is its number, `announced_seconds` when."""

    NAME: ClassVar[str] = "privacy.policy.announced"
    version: int
    announced_seconds: int


@dataclass(frozen=True)
class PolicyWithdrawn(Event):
    """An announced version was taken back before it came into force; `announced_seconds` is when it was announced."""

    NAME: ClassVar[str] = "privacy.policy.withdrawn"
    version: int
    announced_seconds: int
