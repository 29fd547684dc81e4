"""The operator blocks and unblocks by serial, in the program and on the command line."""

import json

import pytest
from click.testing import CliRunner

from crystalcall.config.cli.pins import pins_group
from crystalcall.minutes.pins import actions, queries
from crystalcall.minutes.pins.models import Pin
from crystalcall.minutes.pins.values import Origin, PinAccepted, PinRefused, UnknownSerial
from crystalcall.rules.pins import PinRefusalReason, PinState

pytestmark = pytest.mark.django_db

NOBODY = Origin()


def test_a_blocked_pin_opens_nothing_and_an_unblocked_one_opens_again(issued, now):
    serial, pin, account_id = issued()
    assert actions.block_pin(serial, reason="reported lost", now=now).state is PinState.BLOCKED
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinRefused(PinRefusalReason.BLOCKED)
    assert actions.unblock_pin(serial).state is PinState.ISSUED
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinAccepted(serial, account_id)


@pytest.mark.parametrize("state", [PinState.ACTIVE, PinState.EXHAUSTED, PinState.EXPIRED])
def test_unblocking_gives_back_the_state_from_before(issued, now, state):
    serial, _, _ = issued()
    Pin.objects.filter(serial=serial).update(state=state.value, activated_at=now)
    actions.block_pin(serial, reason="reported lost", now=now)
    assert actions.unblock_pin(serial).state is state


def test_repeats_change_nothing(issued, heard, now):
    serial, _, _ = issued()
    first = actions.block_pin(serial, reason="reported lost", now=now)
    assert actions.block_pin(serial, reason="another reason", now=now) == first
    assert actions.unblock_pin(serial) == actions.unblock_pin(serial)
    assert heard() == [("minutes.pin.blocked", {"serial": serial}), ("minutes.pin.unblocked", {"serial": serial})]


def test_unblocking_forgets_the_misses_that_blocked(issued, now):
    serial, pin, account_id = issued()
    typed = f"{pin[:8]}{(int(pin[8:]) + 1) % 10_000:04d}"
    for _ in range(10):
        actions.check_pin(typed, origin=NOBODY, now=now)
    assert queries.pin(serial).state is PinState.BLOCKED
    actions.unblock_pin(serial)
    actions.check_pin(typed, origin=NOBODY, now=now)
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinAccepted(serial, account_id)


def test_an_expired_pin_says_so_and_an_exhausted_one_opens_for_its_balance_to_speak(issued, now):
    serial, pin, account_id = issued()
    Pin.objects.filter(serial=serial).update(state="expired")
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinRefused(PinRefusalReason.EXPIRED)
    Pin.objects.filter(serial=serial).update(state="exhausted")
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinAccepted(serial, account_id)


def test_a_pin_is_blocked_for_a_reason_and_only_if_it_exists(issued, now):
    serial, _, _ = issued()
    with pytest.raises(ValueError, match="for a reason"):
        actions.block_pin(serial, reason="  ", now=now)
    assert actions.block_pin("NOSUCH", reason="lost", now=now) == UnknownSerial("NOSUCH")
    assert actions.unblock_pin("NOSUCH") == UnknownSerial("NOSUCH")
    assert len(actions.block_pin(serial, reason="x" * 5000, now=now).block_reason) == 200


def run(*arguments: str):
    return CliRunner().invoke(pins_group, arguments)


def test_the_command_blocks_shows_and_unblocks_without_showing_the_pin(issued):
    serial, pin, account_id = issued()
    blocked = run("block", serial.lower(), "--reason", "reported lost", "--json")
    facts = json.loads(blocked.output)
    assert (blocked.exit_code, facts["state"], facts["block_reason"]) == (0, "blocked", "reported lost")
    shown = run("show", serial)
    assert (shown.exit_code, "state: blocked" in shown.output) == (0, True)
    assert str(account_id) in shown.output
    assert "state: issued" in run("unblock", serial).output
    assert pin not in shown.output + blocked.output


@pytest.mark.parametrize("command", [("show",), ("block", "--reason", "lost"), ("unblock",)])
def test_an_unknown_serial_is_refused_with_a_sentence(db, command):
    answer = run(command[0], "NOSUCH", *command[1:])
    assert (answer.exit_code, answer.output) == (1, "There is no PIN with the serial NOSUCH.\n")
    assert json.loads(run(command[0], "NOSUCH", *command[1:], "--json").output)["refused"] == "unknown_serial"


@pytest.mark.parametrize("arguments", [("block", "A1"), ("block", "A1", "--reason", " "), ("show",), ("lend", "A1")])
def test_what_makes_no_sense_is_a_usage_error(db, arguments):
    assert run(*arguments).exit_code == 2
