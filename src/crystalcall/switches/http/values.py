"""What this door says of switches: frozen values."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SwitchInfo:
    """A switch of the operator; an inactive one is turned away."""

    id: int
    name: str
    active: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class SwitchAdded:
    """The switch may come in with this key, which is shown now and never again."""

    name: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another switch has this name already."""

    name: str


@dataclass(frozen=True, slots=True)
class BadName:
    """A name of a switch has 1 to 40 letters, digits, dots, dashes and underscores."""

    name: str


@dataclass(frozen=True, slots=True)
class SwitchDisabled:
    """The switch is turned away from now on; `was_active` is false where it was before."""

    name: str
    was_active: bool


@dataclass(frozen=True, slots=True)
class UnknownSwitch:
    """No switch has this name."""

    name: str
