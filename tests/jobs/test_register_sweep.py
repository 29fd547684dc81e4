"""The clock signs the register, and a worker without the key says so instead of starting."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from crystalcall.config.cli.worker import worker_command
from crystalcall.jobs import sweeps
from crystalcall.jobs.clock import Lane
from crystalcall.privacy.register.models import RegisterDay


@pytest.mark.django_db
def test_each_night_is_signed_once_by_the_clock_and_holds_up_no_other_sweep(now):
    [sweep] = [sweep for sweep in sweeps.SWEEPS if sweep.function is sweeps.sign_register]
    assert sweep.lane is Lane.NIGHT
    signed = []
    for hours in (0, 1, 24, 25):
        assert sweep.function(now + timedelta(hours=hours)) == 0
        signed.append(RegisterDay.objects.count())
    assert signed == [1, 1, 2, 2]


@pytest.mark.django_db
def test_a_worker_without_the_signing_key_does_not_start(settings):
    import msgspec

    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, register_signing_key="")
    answer = CliRunner().invoke(worker_command, ["--once"])
    assert answer.exit_code == 1
    assert "CRYSTALCALL_REGISTER_SIGNING_KEY" in answer.output
