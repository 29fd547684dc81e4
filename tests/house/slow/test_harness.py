"""What the tests stand on, tested: no outside network, a database children share, a PostgreSQL that goes away."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_test_cannot_reach_the_outside():
    with socket.socket() as probe, pytest.raises(Exception, match="this machine only"):
        probe.connect(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, pytest.raises(Exception, match="this machine only"):
        probe.sendto(b"", ("192.0.2.1", 53))


def test_the_secrets_of_this_run_are_its_own(settings):
    assert settings.CRYSTALCALL.profile == "test"
    assert str(settings.CRYSTALCALL.data_dir).startswith(os.environ["CRYSTALCALL_DATA"])


COUNT_PRODUCTS = """
import django; django.setup()
from crystalcall.plumbing.models import Announcement
print(Announcement.objects.count())
"""


@pytest.mark.django_db(transaction=True)
def test_a_child_process_sees_the_rows_of_this_test(process_environment, now):
    from crystalcall.plumbing.models import Announcement

    Announcement.objects.create(name="tests.house.seen", payload={}, announced_at=now)
    seen = subprocess.run(
        [sys.executable, "-c", COUNT_PRODUCTS], env=process_environment, capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "1"


@pytest.mark.django_db
def test_what_migrations_wrote_is_there_after_transactional_tests():
    from crystalcall.shop.catalogue.queries import products

    assert {product.sku for product in products()} >= {"credit-2", "credit-5", "credit-10", "credit-20", "credit-50"}


@pytest.fixture
def beside_postgres(root):
    def start(*command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(root / "scripts" / "with_postgres.py"), "--", *command],
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


SAY_WHERE = "import os, time; print(os.environ['CRYSTALCALL_DATABASE_URL'], flush=True); time.sleep({seconds})"


def test_the_throw_away_postgres_ends_with_its_command(beside_postgres):
    process = beside_postgres(sys.executable, "-c", SAY_WHERE.format(seconds=0))
    address, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert not _listens(address)


def test_the_throw_away_postgres_ends_when_it_is_told_to(beside_postgres):
    process = beside_postgres(sys.executable, "-c", SAY_WHERE.format(seconds=60))
    address = process.stdout.readline()
    assert _listens(address)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    process.stdout.close()
    assert not _listens(address)


def test_the_exit_code_of_the_command_is_handed_on(beside_postgres):
    process = beside_postgres(sys.executable, "-c", "raise SystemExit(7)")
    process.communicate(timeout=60)
    assert process.returncode == 7


def _listens(address: str) -> bool:
    port = int(address.rpartition(":")[2].partition("/")[0])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("script", ["scripts/system_packages.sh", ".ci/run"])
def test_what_is_run_as_a_program_is_executable(root, script):
    assert Path(root / script).stat().st_mode & stat.S_IXUSR
