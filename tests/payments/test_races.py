"""Several processes at once: one payment, one announcement, one void."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crystalcall.payments.actions import start_attempt
from crystalcall.payments.models import GatewayTransaction
from crystalcall.payments.queries import payment_of, surplus
from crystalcall.payments.states import PaymentState, VoidState

RACER = Path(__file__).with_name("racing.py")
PROCESSES = 4


@pytest.mark.django_db(transaction=True)
def test_processes_that_look_at_once_find_one_payment_and_void_the_other_once(
    process_environment, leave, order, gateway, told
):
    start_attempt(leave, order, now=datetime.now(tz=UTC), gateway=gateway)
    begin_at = str(time.time() + 2.5)
    racers = [
        subprocess.Popen([sys.executable, RACER, begin_at], env=process_environment, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    outputs = [racer.communicate(timeout=60)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * PROCESSES
    assert told("payments.payment.captured") == 1
    assert GatewayTransaction.objects.filter(role="captured").count() == 1
    assert payment_of("ANNA-1").state is PaymentState.CAPTURED
    (second,) = surplus()
    assert second.void_state is VoidState.VOIDED
    assert "".join(outputs).split("\n")[:-1] == [f"void {second.trans_id}"]
