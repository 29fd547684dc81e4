"""What every handler of the stand-in works with, handed over by injection."""

from dataclasses import dataclass, field
from datetime import datetime

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from crystalcall.payments.standin import settlement
from crystalcall.payments.standin.config import StandinConfig
from crystalcall.payments.standin.courier import Courier
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.moving_clock import MovingClock
from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.switches import Switches


@dataclass(slots=True)
class StandinDesk:
    """Configuration, memory, clock and courier of one running stand-in.

    Attributes:
        faulty_left: how many requests the API's faults still hold, where that is counted.
        recent_requests: when the API was asked within the last minute, for its limit.
    """

    config: StandinConfig
    state: State
    clock: MovingClock
    courier: Courier
    faulty_left: int = 0
    recent_requests: list[datetime] = field(default_factory=list)

    @property
    def faults(self) -> Faults:
        """What goes wrong at present."""
        return self.courier.faults

    @property
    def switches(self) -> Switches:
        """How this gateway behaves at present."""
        return self.courier.switches

    def now(self) -> datetime:
        """The present moment of this stand-in's clock."""
        return self.clock()

    def catch_up(self) -> None:
        """Close the batches whose cut-off has passed, before anybody is answered."""
        settlement.catch_up(self.state, self.switches, self.now(), failing=self.faults.settlement_error)


Desk = NamedDependency[SkipValidation[StandinDesk]]
