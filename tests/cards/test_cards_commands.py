"""`crystalcall cards`: what an operator types, reads, and gets for an exit code."""

import json
from datetime import timedelta

import pytest

from crystalcall.minutes.limits import queries as limit_queries
from crystalcall.minutes.limits.risk import forget_ranges
from crystalcall.minutes.pins import actions as pins

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


@pytest.fixture(autouse=True)
def fresh_ranges():
    forget_ranges()
    yield
    forget_ranges()


def test_a_card_is_shown_in_sentences_and_its_pin_is_not(run, sold, held, spent, now):
    card = sold(10)
    held(card, 4)
    spent(card, spent_today_micros=4 * DOLLAR)
    run("give-minutes", card.serial, "--to", "ru-landline", "--minutes", 300, "--valid-days", 30)
    run("limit", card.serial, "--per-day", "5.50", "--countries", "ua, ru", "--max-calls", 2)
    shown = run("show", card.serial.lower())
    until = f"{now + timedelta(days=30):%Y-%m-%d %H:%M} UTC"
    own = "at most $5.50 a day; 2 calls at once; only to RU, UA; premium numbers off; satellites off"
    today = "Today (UTC) its calls took $4.00, running ones included; $1.50 of $5.50 are left."
    assert (shown.exit_code, shown.output.splitlines()) == (
        0,
        [
            f"Card {card.serial} is issued; it was issued on {now:%Y-%m-%d}.",
            "Credit: $10.00, of which running calls hold $4.00.",
            f"Minutes: 300 min for ru-landline, until {until}.",
            f"Its own limits: {own}.",
            f"{today} It may make 2 calls at once.",
        ],
    )
    assert card.pin not in shown.output


def test_a_card_for_a_machine(told, sold, now):
    card = sold(10)
    pins.block_pin(card.serial, reason="reported lost", now=now)
    facts = told("show", card.serial)
    assert facts["serial"] == card.serial
    assert (facts["state"], facts["block_reason"], facts["blocked_at"]) == ("blocked", "reported lost", now.isoformat())
    assert (facts["credit_micros"], facts["available_micros"], facts["minutes"]) == (10 * DOLLAR, 10 * DOLLAR, [])
    assert facts["limits"]["day_cap_micros"] is None
    assert facts["limits_in_force"]["max_calls"] == 1
    assert card.pin not in json.dumps(facts)


def test_limits_are_set_kept_and_taken_away(run, told, sold):
    card = sold(10)
    set_first = told("limit", card.serial, "--per-call", "2", "--seconds-per-call", 600, "--premium", "on")
    assert set_first["limits"] == {
        "max_calls": None,
        "day_cap_micros": None,
        "call_cap_micros": 2 * DOLLAR,
        "call_cap_seconds": 600,
        "allowed_countries": None,
        "premium_allowed": True,
        "satellite_allowed": False,
    }
    said = run("limit", card.serial, "--per-call", "none", "--countries", "RU;MX").output
    assert said == "Its own limits: at most 10 min a call; only to MX, RU; premium numbers on; satellites off.\n"
    assert told("limit", card.serial, "--countries", "all")["limits"]["allowed_countries"] is None
    assert told("limit", card.serial, "--per-day", "0")["limits"]["day_cap_micros"] == 0
    assert told("limit", card.serial, "--max-calls", "none", "--satellite", "on")["limits"]["satellite_allowed"]
    cleared = run("limit", card.serial, "--clear")
    assert cleared.output == "Its own limits: premium numbers off; satellites off.\n"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--countries", "ru,xx"], "--countries: no country has the code XX"),
        (["--countries", ","], "--countries: an empty list"),
        (["--max-calls", "101"], "--max-calls: it is 101"),
        (["--per-call", "0"], "--per-call (in micros): it is 0"),
    ],
)
def test_limits_that_make_no_sense_are_refused_with_a_sentence(run, told, sold, typed, words):
    card = sold(10)
    refused = run("limit", card.serial, *typed)
    assert refused.exit_code == 1
    assert refused.output.startswith(f"Nothing was changed: {words}")
    assert told("limit", card.serial, *typed)["refused"] == "bad_limits"
    assert limit_queries.own_limits(card.account_id).max_calls is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("limit", "A1"),
        ("limit", "A1", "--clear", "--max-calls", "2"),
        ("limit", "A1", "--per-day", "-5"),
        ("limit", "A1", "--per-day", "five"),
        ("limit", "A1", "--max-calls", "0"),
        ("limit", "A1", "--premium", "maybe"),
        ("give-minutes", "A1", "--to", "ru-*"),
        ("give-minutes", "A1", "--to", "ru-*", "--minutes", "0"),
        ("move", "A1"),
        ("move", "A1", "B2", "--amount", "0"),
        ("move", "A1", "B2", "--amount", "0.0000001"),
        ("adjust", "A1", "--amount", "0", "--reason", "r"),
        ("adjust", "A1", "--amount", "5"),
        ("adjust", "A1", "--amount", "5", "--reason", " "),
        ("adjust", "A1", "--amount", "5", "--reason", "because Anna called"),
        ("refund", "A1", "--amount", "-1"),
        ("show", " "),
        ("risk", "import", "/no/such/file.csv"),
        ("lend", "A1"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(run, arguments):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "NOSUCH"),
        ("limit", "NOSUCH", "--max-calls", "2"),
        ("limit", "NOSUCH", "--clear"),
        ("give-minutes", "NOSUCH", "--to", "ru-*", "--minutes", "1"),
        ("move", "NOSUCH", "B2"),
        ("adjust", "NOSUCH", "--amount", "5", "--reason", "r"),
        ("refund", "NOSUCH"),
    ],
)
def test_an_unknown_serial_is_refused_with_a_sentence(run, told, arguments):
    answer = run(*arguments)
    assert (answer.exit_code, answer.output) == (1, "There is no card with the serial NOSUCH.\n")
    assert told(*arguments)["refused"] == "unknown_serial"


def test_credit_moves_between_cards_and_every_refusal_has_its_sentence(run, told, sold, held, spent, now):
    source, target = sold(10), sold(1)
    moved = run("move", source.serial, target.serial, "--amount", "2.5")
    assert (moved.exit_code, moved.output) == (0, f"$2.50 went from card {source.serial} to card {target.serial}.\n")
    held(source, 7)
    short = run("move", source.serial, target.serial, "--amount", "5")
    spare = f"Card {source.serial} has only $0.50 to spare; what running calls hold is not spare.\n"
    assert (short.exit_code, short.output) == (1, spare)
    run("limit", source.serial, "--per-day", "3")
    stricter = told("move", source.serial, target.serial)
    assert (stricter["amount_micros"], stricter["limits_became_stricter"]) == (DOLLAR // 2, True)
    nothing = run("move", source.serial, target.serial)
    assert (nothing.exit_code, nothing.output) == (1, f"Card {source.serial} has no credit to spare.\n")
    assert told("move", source.serial, source.serial)["refused"] == "same_card"
    pins.block_pin(source.serial, reason="lost", now=now)
    assert told("move", target.serial, source.serial)["refused"] == "blocked"


def test_a_move_with_a_key_is_done_once(told, sold, spent):
    source, target = sold(10), sold(1)
    for _ in range(2):
        told("move", source.serial, target.serial, "--amount", "2", "--key", "ticket-7")
    assert told("show", source.serial)["credit_micros"] == 8 * DOLLAR
    for _ in range(2):
        told("move", source.serial, target.serial, "--amount", "2")
    assert told("show", source.serial)["credit_micros"] == 4 * DOLLAR


def test_a_key_that_stands_for_another_change_is_refused_in_a_sentence(run, told, sold):
    card = sold(10)
    run("adjust", card.serial, "--amount", "2", "--reason", "goodwill", "--key", "ticket-7")
    other = run("adjust", card.serial, "--amount", "3", "--reason", "goodwill", "--key", "ticket-7")
    assert (other.exit_code, other.output) == (
        1,
        "The key ticket-7 was used before for another change; nothing was done.\n",
    )
    again = told("adjust", card.serial, "--amount", "3", "--reason", "goodwill", "--key", "ticket-7")
    assert again["refused"] == "key_used"
    assert told("show", card.serial)["credit_micros"] == 12 * DOLLAR


def test_credit_is_adjusted_and_refunded(run, told, sold):
    card = sold(10)
    raised = run("adjust", card.serial, "--amount", "2.25", "--reason", "Goodwill")
    assert raised.output == f"The credit of card {card.serial} was raised by $2.25, to $12.25.\n"
    lowered = run("adjust", card.serial, "--amount", "-0.125", "--reason", "correction")
    assert lowered.output == f"The credit of card {card.serial} was lowered by $0.125, to $12.125.\n"
    assert told("adjust", card.serial, "--amount", "-100", "--reason", "mistake")["refused"] == "not_enough"
    refunded = run("refund", card.serial, "--amount", "2.125")
    assert refunded.output == f"$2.125 left card {card.serial} and is owed to its buyer.\n"
    assert told("refund", card.serial)["amount_micros"] == 10 * DOLLAR
    assert run("refund", card.serial).exit_code == 1


def test_minutes_are_given_and_a_wrong_group_is_refused(run, told, sold):
    card = sold(1)
    given = run("give-minutes", card.serial, "--to", "RU-landline", "--minutes", 5)
    assert given.output == f"Card {card.serial} has 5 min more for ru-landline, for ever.\n"
    facts = told("give-minutes", card.serial, "--to", "ru-*", "--minutes", 5, "--valid-days", 3)
    assert (facts["seconds"], facts["coverage"]) == (300, "ru-*")
    refused = run("give-minutes", card.serial, "--to", "russia", "--minutes", 5)
    assert (refused.exit_code, refused.output.startswith("No minutes were given: 'russia' names no country")) == (
        1,
        True,
    )


def test_ranges_of_risk_are_kept_by_command(run, told, tmp_path):
    assert run("risk", "add", "+371 22", "--note", "our carrier, May").output == "+37122 is guarded from now on.\n"
    assert "+37122\tour carrier, May\n" in run("risk", "list").output
    assert limit_queries.is_risky("37122345678")
    assert told("risk", "add", "37122") == {"prefix": "37122", "was_new": False}
    assert run("risk", "remove", "37122").output == "+37122 is no longer guarded.\n"
    assert run("risk", "remove", "37122").exit_code == 1
    assert told("risk", "remove", "37122")["refused"] == "not_listed"
    for command in ("add", "remove"):
        assert told("risk", command, "0044")["refused"] == "bad_prefix"

    file = tmp_path / "ranges.csv"
    file.write_text("\ufeffprefix,note\n88213,hot\n37122,hot\n", encoding="utf-8")
    said = run("risk", "import", file, "--replace")
    assert said.output == "2 ranges are guarded from now on, 0 were before, 7 are no longer.\n"
    assert [each["prefix"] for each in told("risk", "list")] == ["37122", "88213"]

    file.write_text("prefix\n88213\nnonsense\n", encoding="utf-8")
    refused = run("risk", "import", file, "--replace")
    assert refused.exit_code == 1
    assert "line 3: 'nonsense' is no prefix" in refused.output
    file.write_bytes(b"prefix\n\xff\xfe\n")
    assert told("risk", "import", file)["refused"] == "unreadable"
    assert [each["prefix"] for each in told("risk", "list")] == ["37122", "88213"]
