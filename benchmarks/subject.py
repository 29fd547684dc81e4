"""What is measured: the one place that knows the asynchronous desk's shape."""

from crystalcall.minutes.calls.desk import Desk
from crystalcall.minutes.calls.engine import Authorize, End
from crystalcall.minutes.calls.values import AuthorizeRequest, CallKey, Ended, Granted


class NotGrantedError(Exception):
    """A call of a benchmark was refused, or its end was: the figure would count something else than it says."""


class Door:
    """What a protocol's door does with a call, without its protocol: one desk in this process."""

    def __init__(self) -> None:
        self._desk = Desk()
        self._desk.start()

    async def authorize(self, request: AuthorizeRequest) -> Granted:
        """A grant. Errors: NotGrantedError."""
        outcome = await self._desk.take(Authorize(request))
        if not isinstance(outcome, Granted):
            raise NotGrantedError(outcome)
        return outcome

    async def end(self, switch_id: int, call_id: str, used_seconds: int) -> Ended:
        """A settled call. Errors: NotGrantedError."""
        outcome = await self._desk.take(End(CallKey(switch_id, call_id), used_seconds, "normal"))
        if not isinstance(outcome, Ended):
            raise NotGrantedError(outcome)
        return outcome

    def close(self) -> None:
        """End the desk's threads."""
        self._desk.close()
