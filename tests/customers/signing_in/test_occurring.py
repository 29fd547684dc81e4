"""What happens at the door is counted and written down by words of closed lists, and never whose it was."""

import logging
import re

import msgspec
import pytest

from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.admitting import admit
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.values import Audience, Issued, NotAdmitted
from crystalcall.plumbing import metrics

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER
LINE = re.compile(r"(customer|staff|any): [a-z_]+ [a-z_]+|(customer|staff): request not admitted, [a-z_]+")


def counted(name="crystalcall_authentication_events_total", **labels):
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def events(step, outcome, door="customer"):
    return counted(door=door, step=step, outcome=outcome)


@pytest.fixture
def said(caplog):
    """The lines of the log about signing in."""
    caplog.set_level(logging.INFO, logger="crystalcall.authentication")
    return lambda: [each.getMessage() for each in caplog.records if each.name == "crystalcall.authentication"]


def test_known_and_unknown_addresses_leave_the_same_line(anna, registered, browser, now, said):
    registered(anna)
    before = events("sign_in", "not_right")
    for email in (anna.email, "nobody@example.org"):
        actions.sign_in(CUSTOMER, email, "not the password", browser.thumbprint, "203.0.113.7", now=now)
    assert said() == ["customer: sign_in not_right"] * 2
    assert events("sign_in", "not_right") == before + 2


def test_a_sign_in_its_end_and_a_reset_are_counted_by_what_came_of_them(anna, registered, browser, now, said):
    registered(anna)
    issued = actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now)
    assert isinstance(issued, Issued)
    actions.request_reset(CUSTOMER, anna.email, now=now)
    actions.request_reset(CUSTOMER, "nobody@example.org", now=now)
    actions.reset("x" * 43, "a new lamp beside the window", now=now)
    actions.sign_out(issued.signed_in, now=now)
    assert said() == [
        "customer: sign_in let_in",
        "customer: reset_link asked",
        "customer: reset_link asked",
        "any: reset unknown",
        "customer: sign_out done",
    ]


def test_a_flood_shows_as_throttled_and_a_blown_fuse_as_what_it_is(anna, registered, browser, now, said, settings):
    registered(anna)
    for _ in range(11):
        actions.request_reset(CUSTOMER, "nobody@example.org", "203.0.113.7", now=now)
    assert said()[-1] == "customer: reset_link throttled"
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, sign_in_fuse=0)
    actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now)
    assert said()[-2:] == ["any: fuse blown", "customer: sign_in link_by_mail_first"]


def test_a_stolen_token_is_written_down_and_an_old_one_is_counted(anna, registered, browser, other_browser, now, said):
    registered(anna)
    issued = actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now)
    stolen = other_browser.ask(now=now, token=issued.token)
    assert isinstance(admit(stolen, CUSTOMER, now=now), NotAdmitted)
    assert said()[1:] == ["customer: request not admitted, bad_proof"]
    name = "crystalcall_requests_not_admitted_total"
    before = counted(name, door="customer", reason="unknown_token")
    actions.sign_out(issued.signed_in, now=now)
    assert isinstance(admit(browser.ask(now=now, token=issued.token), CUSTOMER, now=now), NotAdmitted)
    assert counted(name, door="customer", reason="unknown_token") == before + 1
    assert said()[2:] == ["customer: sign_out done"]


@pytest.mark.clause("C02")
def test_no_line_and_no_figure_leads_to_anybody(anna, registered, browser, now, said):
    registered(anna)
    issued = actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, "203.0.113.7", now=now)
    actions.reauthenticate(issued.signed_in, "not the password", now=now)
    actions.request_email_change(issued.signed_in, "secret.address@example.org", now=now)
    actions.end_others(issued.signed_in, now=now)
    assert len(said()) == 4
    assert all(LINE.fullmatch(line) for line in said())
    labels = [sample.labels for metric in metrics.REGISTRY.collect() for sample in metric.samples]
    assert not [each for each in labels if set("@:.") & set("".join(str(v) for k, v in each.items() if k != "le"))]


def test_an_action_that_fails_is_noted_as_that_and_fails(said):
    @noted("sign_in")
    def broken(audience: Audience) -> None:
        raise LookupError(audience)

    with pytest.raises(LookupError):
        broken(Audience.STAFF)
    assert said() == ["staff: sign_in error"]
