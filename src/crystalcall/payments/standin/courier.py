"""The courier: brings notifications to the webhooks, by the retry table, then gives up on the address."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx

from crystalcall.payments.standin import notifications, subscriptions
from crystalcall.payments.standin.config import Clock, StandinConfig
from crystalcall.payments.standin.faults import Faults
from crystalcall.payments.standin.notifications import Notification
from crystalcall.payments.standin.signing import SIGNATURE_HEADER, sign
from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.switches import Switches

log = logging.getLogger(__name__)

LONGEST_NAP_SECONDS = 30.0
NAP_AFTER_TROUBLE_SECONDS = 5.0


class Courier:
    """Delivers what is due; woken when something new was written."""

    def __init__(self, config: StandinConfig, state: State, clock: Clock) -> None:
        self.faults = Faults()
        self.switches = Switches(retry_delays_seconds=config.retry_delays_seconds)
        self._config = config
        self._state = state
        self._clock = clock
        self._news = asyncio.Event()
        # A call by hand and the background task must not carry the same letter at once.
        self._turn = asyncio.Lock()

    def wake(self) -> None:
        """Look again now: something was written."""
        self._news.set()

    async def deliver_due(self) -> int:
        """Try everything due by now, once each. The number of tries."""
        async with self._turn:
            due = notifications.due(self._state, self._clock(), newest_first=self.faults.reorder)
            if not due:
                return 0
            async with self._client() as client:
                for notification in due:
                    await self._try(client, notification)
            return len(due)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=self._config.webhook_transport,
            timeout=self._config.webhook_timeout_seconds,
            trust_env=False,
            # A redirect loses the body at the real gateway too: the final address must be registered.
            follow_redirects=False,
        )

    async def _try(self, client: httpx.AsyncClient, notification: Notification) -> None:
        webhook = subscriptions.find(self._state, notification.webhook_id)
        if webhook is None or webhook.status != subscriptions.ACTIVE:
            return
        outcome, delivered = await self.post(client, webhook.url, notification.notification_id, notification.body)
        if delivered and self.faults.duplicate:
            await self.post(client, webhook.url, notification.notification_id, notification.body)
        now = self._clock()
        if delivered:
            self._record(notification, outcome, now, notifications.DELIVERED, None)
            return
        delays = self.switches.retry_delays_seconds
        if notification.tries < len(delays):
            again = now + timedelta(seconds=delays[notification.tries])
            self._record(notification, outcome, now, notifications.RETRY_PENDING, again)
            return
        with self._state.writing():
            self._record(notification, outcome, now, notifications.FAILED, None)
            subscriptions.deactivate(self._state, webhook.webhook_id)

    def _record(
        self, notification: Notification, outcome: str, now: datetime, status: str, again: datetime | None
    ) -> None:
        notifications.record_try(self._state, notification, outcome, now, status=status, next_try_at=again)

    async def post(self, client: httpx.AsyncClient, url: str, request_id: str, body: bytes) -> tuple[str, bool]:
        """Send signed bytes once: what happened in words, and whether the answer was 2xx."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            SIGNATURE_HEADER: sign(body, self._config.signature_key),
            "X-Request-Id": request_id,
            "User-Agent": "Crystal-Call-local-Authorize.Net-stand-in",
        }
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__, False
        return f"HTTP {answer.status_code}", answer.is_success

    async def ping(self, url: str, body: bytes, request_id: str) -> bool:
        """Send one test notification outside the queue; whether it arrived."""
        async with self._client() as client:
            _, delivered = await self.post(client, url, request_id, body)
        return delivered

    async def run(self) -> None:
        """Deliver for as long as the server lives."""
        while True:
            self._news.clear()
            nap = LONGEST_NAP_SECONDS
            try:
                await self.deliver_due()
                nap = self._nap_seconds()
            except Exception:
                # A courier that dies of one bad letter would silence every later one.
                log.exception("the courier stumbled")
                nap = NAP_AFTER_TROUBLE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), nap)

    def _nap_seconds(self) -> float:
        soonest = notifications.next_due_at(self._state)
        if soonest is None:
            return LONGEST_NAP_SECONDS
        return min(max((soonest - self._clock()).total_seconds(), 0.05), LONGEST_NAP_SECONDS)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Run in the background for the duration."""
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
