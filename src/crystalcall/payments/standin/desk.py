"""What every handler of the stand-in works with, handed over by injection."""

from dataclasses import dataclass
from datetime import datetime

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from crystalcall.payments.standin.config import StandinConfig
from crystalcall.payments.standin.courier import Courier
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.state import State


@dataclass(frozen=True, slots=True)
class StandinDesk:
    """Configuration, memory and courier of one running stand-in."""

    config: StandinConfig
    state: State
    courier: Courier

    @property
    def faults(self) -> Faults:
        """What goes wrong at present."""
        return self.courier.faults

    def now(self) -> datetime:
        """The present moment of this stand-in's clock."""
        return self.config.clock()


Desk = NamedDependency[SkipValidation[StandinDesk]]
