"""Members of staff: added on the command line, set up at a one-time address, shut out at once."""

from datetime import timedelta

import pytest

from crystalcall.customers.signing_in.actions import finish_second_factor, sign_in, totp_begin, totp_confirm
from crystalcall.customers.signing_in.models import Credential
from crystalcall.customers.signing_in.queries import factors_of, has_credential
from crystalcall.customers.signing_in.values import (
    Audience,
    FactorAdded,
    Issued,
    PasswordProblem,
    SecondFactorNeeded,
    SignInRefused,
    TotpAnswer,
)
from crystalcall.customers.staff import actions, queries
from crystalcall.customers.staff.models import SetUpLink, StaffMember
from crystalcall.customers.staff.values import (
    Changed,
    Member,
    NotInside,
    Outside,
    SetUp,
    SetUpInfo,
    SetUpKind,
    SetUpRefused,
    StaffRefusal,
    StaffRefused,
)
from crystalcall.rules.staffing import Role

PASSWORD = "a lamp beside the grey window"


@pytest.fixture
def given(db, now):
    said = actions.add_member(
        "Agata.Nowak@example.org", "Agata Nowak", {Role.ADMINISTRATOR, Role.ACCOUNTS}, "ru", now=now
    )
    assert isinstance(said, SetUp)
    return said


@pytest.fixture
def let_in(thumbprint):
    """Does everything from the set-up address to the second factor; gives the sign-in and the authenticator."""
    import pyotp

    def walk(secret, now):
        issued = actions.set_up(secret, PASSWORD, thumbprint, now=now)
        assert isinstance(issued, Issued)
        begun = totp_begin(issued.signed_in, now=now)
        authenticator = pyotp.TOTP(begun.secret.replace(" ", ""))
        added = totp_confirm(issued.signed_in, authenticator.at(now), now=now)
        assert isinstance(added, FactorAdded)
        return issued, authenticator

    return walk


def test_a_new_member_is_given_an_address_that_opens_once_and_for_half_a_day(given, secret_of, thumbprint, now):
    assert given.address.startswith("http://127.0.0.1:8001/ru/account/set-up/")
    assert given.expires_at == now + timedelta(hours=12)
    secret = secret_of(given)
    assert queries.look_at_set_up(secret, now=now) == SetUpInfo(SetUpKind.PASSWORD, "ru")
    assert isinstance(queries.look_at_set_up(secret, now=given.expires_at), SetUpRefused)
    assert isinstance(actions.set_up(secret, PASSWORD, thumbprint, now=given.expires_at), SetUpRefused)
    assert isinstance(actions.set_up(secret, PASSWORD, thumbprint, now=now), Issued)
    assert isinstance(queries.look_at_set_up(secret, now=now), SetUpRefused)
    assert isinstance(actions.set_up(secret, PASSWORD, thumbprint, now=now), SetUpRefused)


def test_the_secret_of_an_address_is_kept_nowhere(given, secret_of):
    kept = repr(list(SetUpLink.objects.values())) + repr(list(StaffMember.objects.values()))
    assert secret_of(given) not in kept
    assert "Nowak" not in kept


def test_a_password_that_does_not_do_leaves_the_address_open(given, secret_of, thumbprint, now):
    assert isinstance(actions.set_up(secret_of(given), "Agata Nowak", thumbprint, now=now), PasswordProblem)
    assert not has_credential(Audience.STAFF, given.member_id)
    assert isinstance(queries.look_at_set_up(secret_of(given), now=now), SetUpInfo)


def test_without_a_second_factor_nothing_else_is_reachable_and_after_an_hour_not_even_that(
    given, secret_of, thumbprint, now
):
    signed_in = actions.set_up(secret_of(given), PASSWORD, thumbprint, now=now).signed_in
    wanted = queries.who(signed_in, now=now)
    assert isinstance(wanted, NotInside)
    assert (wanted.why, wanted.member.member_id) == (Outside.FACTOR_WANTED, given.member_id)
    later = queries.who(signed_in, now=now + timedelta(hours=1))
    assert later == NotInside(Outside.FACTOR_OVERDUE)


def test_with_a_second_factor_a_member_is_inside_with_their_roles(given, secret_of, let_in, now):
    issued, _authenticator = let_in(secret_of(given), now)
    # The sign-in as the next request finds it: it has shown a second factor since.
    from crystalcall.customers.signing_in.models import SignIn
    from crystalcall.customers.signing_in.standing import signed_in_of

    row = SignIn.objects.select_related("credential").get(pk=issued.signed_in.sign_in_id)
    inside = queries.who(signed_in_of(row), now=now)
    assert inside == Member(given.member_id, frozenset({Role.ADMINISTRATOR, Role.ACCOUNTS}), "ru")


def test_who_asks_costs_one_statement(given, secret_of, let_in, now, django_assert_num_queries):
    from crystalcall.customers.signing_in.models import SignIn
    from crystalcall.customers.signing_in.standing import signed_in_of

    issued, _authenticator = let_in(secret_of(given), now)
    signed_in = signed_in_of(SignIn.objects.select_related("credential").get(pk=issued.signed_in.sign_in_id))
    with django_assert_num_queries(1):
        queries.who(signed_in, now=now)


def test_a_sign_in_that_stayed_without_factor_is_let_in_nowhere_once_there_is_one(given, secret_of, let_in, now):
    """Whoever knew the password in that hour cannot add a factor of their own."""
    issued, _authenticator = let_in(secret_of(given), now)
    assert not issued.signed_in.has_second_factor
    assert queries.who(issued.signed_in, now=now) == NotInside(Outside.FACTOR_OVERDUE)


def test_from_then_on_signing_in_takes_both(given, secret_of, let_in, thumbprint, now):
    _issued, authenticator = let_in(secret_of(given), now)
    later = now + timedelta(minutes=5)
    asked = sign_in(Audience.STAFF, "agata.nowak@EXAMPLE.org", PASSWORD, thumbprint, now=later)
    assert isinstance(asked, SecondFactorNeeded)
    answer = TotpAnswer(authenticator.at(later))
    entered = finish_second_factor(asked.challenge, answer, thumbprint, now=later)
    assert isinstance(entered, Issued)
    assert isinstance(queries.who(entered.signed_in, now=later), Member)


def test_a_customers_sign_in_is_nobody_at_the_back_office(given, secret_of, let_in, thumbprint, now, boris):
    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in.actions import add_credential

    customer = record_guest(boris.name, boris.email, None, "ru", now=now)
    add_credential(Audience.CUSTOMER, customer, boris.email, PASSWORD, now=now)
    issued = sign_in(Audience.CUSTOMER, boris.email, PASSWORD, thumbprint, now=now)
    assert queries.who(issued.signed_in, now=now) == NotInside(Outside.NOBODY)
    assert isinstance(sign_in(Audience.STAFF, boris.email, PASSWORD, thumbprint, now=now), SignInRefused)


def test_a_member_is_found_by_their_address_and_masked_nowhere_but_in_print(given, now):
    assert queries.member_of_address(" agata.nowak@Example.ORG ") == given.member_id
    found = queries.member(given.member_id, now=now)
    assert (found.name, found.email, found.language) == ("Agata Nowak", "Agata.Nowak@example.org", "ru")
    assert (found.is_set_up, found.has_second_factor, found.set_up_until) == (False, False, given.expires_at)
    assert "Agata" not in repr(found)
    assert queries.name_of(given.member_id) == "Agata Nowak"


@pytest.mark.parametrize(
    ("email", "name", "roles", "language", "why"),
    [
        ("nobody", "Agata Nowak", {Role.SERVICE}, "en", StaffRefusal.EMAIL_SENSELESS),
        ("a@example.org", "12", {Role.SERVICE}, "en", StaffRefusal.NAME_SENSELESS),
        ("a@example.org", "Agata", set(), "en", StaffRefusal.ROLES_MISSING),
        ("a@example.org", "Agata", {Role.SERVICE}, "de", StaffRefusal.LANGUAGE_UNKNOWN),
        ("AGATA.NOWAK@example.org", "Agata", {Role.SERVICE}, "en", StaffRefusal.EMAIL_TAKEN),
    ],
)
def test_what_makes_no_sense_adds_nobody(given, email, name, roles, language, why, now, log):
    before = log()
    assert actions.add_member(email, name, roles, language, now=now) == StaffRefused(why)
    assert StaffMember.objects.count() == 1
    assert log() == before


def test_a_disabled_member_is_shut_out_at_once_and_keeps_no_key(given, secret_of, let_in, hire, thumbprint, now, log):
    issued, _authenticator = let_in(secret_of(given), now)
    hire("administrator")
    assert actions.disable(given.member_id, reason="left us", now=now) == Changed(given.member_id, 1)
    assert queries.who(issued.signed_in, now=now) == NotInside(Outside.NOBODY)
    assert not Credential.objects.filter(pk=given.member_id).exists()
    assert isinstance(sign_in(Audience.STAFF, "agata.nowak@example.org", PASSWORD, thumbprint, now=now), SignInRefused)
    assert log()[-1] == ("staff.disabled", "done", "")
    again = StaffRefused(StaffRefusal.DISABLED)
    assert actions.disable(given.member_id, reason="left us", now=now) == again
    assert actions.reset_second_factor(given.member_id, reason="lost", now=now) == again
    assert actions.set_up_again(given.member_id, reason="lost", now=now) == again


def test_an_address_given_before_somebody_was_disabled_opens_no_more(given, secret_of, hire, thumbprint, now):
    hire("administrator")
    actions.disable(given.member_id, reason="never came", now=now)
    assert isinstance(actions.set_up(secret_of(given), PASSWORD, thumbprint, now=now), SetUpRefused)
    assert not has_credential(Audience.STAFF, given.member_id)


def test_somebody_let_back_in_begins_as_at_first_with_the_roles_they_had(given, secret_of, let_in, hire, now):
    let_in(secret_of(given), now)
    hire("administrator")
    actions.disable(given.member_id, reason="parental leave", now=now)
    back = actions.enable(given.member_id, now=now + timedelta(days=200))
    assert isinstance(back, SetUp)
    assert queries.member(given.member_id, now=now).roles == {Role.ADMINISTRATOR, Role.ACCOUNTS}
    assert not has_credential(Audience.STAFF, given.member_id)
    assert actions.enable(given.member_id, now=now) == StaffRefused(StaffRefusal.NOT_DISABLED)


def test_the_last_administrator_stays(given, hire, now, log):
    hire("service", "accounts")
    last = StaffRefused(StaffRefusal.LAST_ADMINISTRATOR)
    before = log()
    assert actions.disable(given.member_id, reason="tired", now=now) == last
    assert actions.set_roles(given.member_id, {Role.SERVICE}, now=now) == last
    assert log() == before
    second = hire("administrator")
    assert actions.set_roles(given.member_id, {Role.SERVICE}, now=now) == Changed(given.member_id)
    assert actions.disable(second.member_id, reason="tired", now=now) == last


def test_a_disabled_administrator_is_none(given, hire, now):
    second = hire("administrator")
    actions.disable(second.member_id, reason="left", now=now)
    assert actions.disable(given.member_id, reason="left", now=now) == StaffRefused(StaffRefusal.LAST_ADMINISTRATOR)


def test_roles_count_from_the_next_request_on(given, secret_of, let_in, now):
    from crystalcall.customers.signing_in.models import SignIn
    from crystalcall.customers.signing_in.standing import signed_in_of

    issued, _authenticator = let_in(secret_of(given), now)
    signed_in = signed_in_of(SignIn.objects.select_related("credential").get(pk=issued.signed_in.sign_in_id))
    actions.set_roles(given.member_id, {Role.ADMINISTRATOR, Role.SERVICE}, now=now)
    assert queries.who(signed_in, now=now).roles == {Role.ADMINISTRATOR, Role.SERVICE}
    assert actions.set_roles(given.member_id, (), now=now) == StaffRefused(StaffRefusal.ROLES_MISSING)


def test_a_lost_factor_is_replaced_by_the_password_at_a_one_time_address(given, secret_of, let_in, thumbprint, now):
    issued, _authenticator = let_in(secret_of(given), now)
    fresh = actions.reset_second_factor(given.member_id, reason="telephone stolen", now=now)
    assert isinstance(fresh, SetUp)
    assert not factors_of(Audience.STAFF, given.member_id).has_any
    assert queries.who(issued.signed_in, now=now) == NotInside(Outside.FACTOR_OVERDUE)
    assert queries.look_at_set_up(secret_of(fresh), now=now).kind is SetUpKind.FACTOR
    # Whoever has only the password comes in at the usual door, and gets nowhere.
    stray = sign_in(Audience.STAFF, "agata.nowak@example.org", PASSWORD, thumbprint, now=now)
    assert queries.who(stray.signed_in, now=now) == NotInside(Outside.FACTOR_OVERDUE)
    # Whoever has only the address neither.
    assert isinstance(actions.set_up(secret_of(fresh), "another lamp by the door", thumbprint, now=now), SignInRefused)
    assert isinstance(queries.look_at_set_up(secret_of(fresh), now=now), SetUpInfo)
    later = now + timedelta(minutes=10)
    entered = actions.set_up(secret_of(fresh), PASSWORD, thumbprint, now=later)
    assert isinstance(entered, Issued)
    assert queries.who(entered.signed_in, now=later).why is Outside.FACTOR_WANTED


def test_beginning_again_leaves_nothing_of_before(given, secret_of, let_in, thumbprint, now):
    issued, _authenticator = let_in(secret_of(given), now)
    fresh = actions.set_up_again(given.member_id, reason="forgot everything", now=now)
    assert not has_credential(Audience.STAFF, given.member_id)
    assert queries.who(issued.signed_in, now=now) == NotInside(Outside.FACTOR_OVERDUE)
    assert isinstance(actions.set_up(secret_of(fresh), "a different lamp altogether", thumbprint, now=now), Issued)


def test_a_later_address_takes_the_place_of_an_earlier(given, secret_of, thumbprint, now):
    fresh = actions.set_up_again(given.member_id, reason="mail lost", now=now)
    assert isinstance(actions.set_up(secret_of(given), PASSWORD, thumbprint, now=now), SetUpRefused)
    assert isinstance(actions.set_up(secret_of(fresh), PASSWORD, thumbprint, now=now), Issued)


def test_a_factor_cannot_be_reset_before_there_is_a_password(given, now):
    refused = actions.reset_second_factor(given.member_id, reason="lost", now=now)
    assert refused == StaffRefused(StaffRefusal.NOT_SET_UP)


@pytest.mark.parametrize("act", ["disable", "reset_second_factor", "set_up_again"])
def test_what_shuts_somebody_out_takes_a_reason(given, act, now):
    assert getattr(actions, act)(given.member_id, reason="  ", now=now) == StaffRefused(StaffRefusal.REASON_MISSING)


def test_nobody_of_that_id_is_nobody(db, now):
    from uuid import uuid4

    unknown, nobody = StaffRefused(StaffRefusal.UNKNOWN), uuid4()
    assert actions.disable(nobody, reason="left", now=now) == unknown
    assert actions.enable(nobody, now=now) == unknown
    assert actions.set_roles(nobody, {Role.SERVICE}, now=now) == unknown
    assert actions.reset_second_factor(nobody, reason="lost", now=now) == unknown
    assert actions.set_up_again(nobody, reason="lost", now=now) == unknown
    assert queries.member(nobody, now=now) is None
    assert queries.name_of(nobody) == ""
    assert queries.member_of_address("nobody@example.org") is None


def test_an_address_that_is_no_secret_opens_nothing(db, thumbprint, now):
    for secret in ("", "short", "x" * 43, "ä" * 43):
        assert isinstance(queries.look_at_set_up(secret, now=now), SetUpRefused)
        assert isinstance(actions.set_up(secret, PASSWORD, thumbprint, now=now), SetUpRefused)
