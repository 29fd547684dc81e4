"""Second factors: authenticators, recovery codes, passkeys; with one, the password alone opens nothing."""

import pyotp
import pytest

from crystalcall.customers.signing_in import actions, factors, queries
from crystalcall.customers.signing_in.admitting import admit
from crystalcall.customers.signing_in.models import RecoveryCode, SignIn, Totp
from crystalcall.customers.signing_in.values import (
    Audience,
    ChangeRefusal,
    ChangeRefused,
    FactorAdded,
    FactorRemoved,
    Issued,
    NotAdmitted,
    PasswordSet,
    RecoveryAnswer,
    RecoveryCodes,
    SecondFactorNeeded,
    SignInRefusal,
    SignInRefused,
    TotpAnswer,
)

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER
NOT_RIGHT = SignInRefused(SignInRefusal.NOT_RIGHT)
OVER = SignInRefused(SignInRefusal.CHALLENGE_OVER)

# RFC 6238, appendix B, SHA-1: the secret "12345678901234567890", seconds since 1970, eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = [
    *((59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471")),
    *((1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130")),
]


def code_at(secret, now):
    return pyotp.TOTP(secret.replace(" ", "")).at(now)


@pytest.fixture
def with_totp(signed_in, frozen_clock):
    """Signs somebody in and gives them an authenticator: what was issued, its secret, the recovery codes."""

    def make(person):
        issued = signed_in(person)
        now = frozen_clock.moment
        begun = actions.totp_begin(issued.signed_in, now=now)
        added = actions.totp_confirm(issued.signed_in, code_at(begun.secret, now), now=now)
        assert isinstance(added, FactorAdded)
        frozen_clock.advance(seconds=60)
        return issued, begun.secret, added.recovery_codes

    return make


def begin(person, at, now):
    answer = actions.sign_in(CUSTOMER, person.email, PASSWORD, at.thumbprint, now=now)
    assert isinstance(answer, SecondFactorNeeded)
    return answer


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS)
def test_the_codes_are_those_of_rfc_6238(seconds, code):
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(seconds, tz=UTC)
    assert factors.matching_step(RFC_SECRET, code, moment, digits=8) == seconds // 30
    assert factors.matching_step(RFC_SECRET, code[::-1], moment, digits=8) is None


def test_with_an_authenticator_the_password_alone_opens_nothing(anna, with_totp, browser, frozen_clock):
    _issued, secret, _codes = with_totp(anna)
    SignIn.objects.all().delete()
    now = frozen_clock.moment
    asked = begin(anna, browser, now)
    assert asked.has_totp
    assert asked.passkey_options is None
    assert not SignIn.objects.exists()
    done = actions.finish_second_factor(asked.challenge, TotpAnswer(code_at(secret, now)), browser.thumbprint, now=now)
    assert isinstance(done, Issued)
    assert done.signed_in.has_second_factor


def test_a_code_counts_once(anna, with_totp, browser, other_browser, frozen_clock):
    _issued, secret, _codes = with_totp(anna)
    now = frozen_clock.moment
    answer = TotpAnswer(code_at(secret, now))
    first, second = begin(anna, browser, now), begin(anna, other_browser, now)
    assert isinstance(actions.finish_second_factor(first.challenge, answer, browser.thumbprint, now=now), Issued)
    seen = actions.finish_second_factor(second.challenge, answer, other_browser.thumbprint, now=now)
    assert seen == NOT_RIGHT


@pytest.mark.parametrize(("late", "is_taken"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)])
def test_clocks_may_differ_by_half_a_minute(anna, with_totp, browser, frozen_clock, late, is_taken):
    from datetime import timedelta

    _issued, secret, _codes = with_totp(anna)
    now = frozen_clock.advance(minutes=3)
    code = code_at(secret, now + timedelta(seconds=late))
    asked = begin(anna, browser, now)
    done = actions.finish_second_factor(asked.challenge, TotpAnswer(code), browser.thumbprint, now=now)
    assert isinstance(done, Issued) is is_taken


def test_the_challenge_belongs_to_the_browser_that_began(anna, with_totp, browser, other_browser, frozen_clock):
    _issued, secret, _codes = with_totp(anna)
    now = frozen_clock.moment
    asked = begin(anna, browser, now)
    answer = TotpAnswer(code_at(secret, now))
    assert actions.finish_second_factor(asked.challenge, answer, other_browser.thumbprint, now=now) == OVER
    assert isinstance(actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now), Issued)
    assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now) == OVER


def test_the_challenge_is_over_after_five_minutes(anna, with_totp, browser, frozen_clock):
    _issued, secret, _codes = with_totp(anna)
    asked = begin(anna, browser, frozen_clock.moment)
    late = frozen_clock.advance(minutes=5)
    answer = TotpAnswer(code_at(secret, late))
    assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=late) == OVER


def test_guessing_codes_is_slow_and_the_owner_is_told(anna, with_totp, browser, frozen_clock, mailed):
    with_totp(anna)
    mailed()
    looked_at = 0
    began = frozen_clock.moment
    for number in range(60):
        now = frozen_clock.moment
        asked = begin(anna, browser, now)
        answer = TotpAnswer(f"{number:06}")
        said = actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now)
        if said == NOT_RIGHT:
            looked_at += 1
        else:
            frozen_clock.advance(seconds=said.wait_seconds)
    days = (frozen_clock.moment - began).total_seconds() / 86400
    assert looked_at / days < 80
    [news] = mailed()
    assert "wrong second factors" in news.text


def test_a_recovery_code_opens_while_somebody_guesses(anna, with_totp, browser, other_browser, frozen_clock):
    _issued, secret, codes = with_totp(anna)
    now = frozen_clock.moment
    asked = begin(anna, other_browser, now)
    for number in range(5):
        actions.finish_second_factor(asked.challenge, TotpAnswer(f"00000{number}"), other_browser.thumbprint, now=now)
    mine = begin(anna, browser, now)
    code = TotpAnswer(code_at(secret, now))
    waits = actions.finish_second_factor(mine.challenge, code, browser.thumbprint, now=now)
    assert waits == SignInRefused(SignInRefusal.WAIT, 15)
    recovery = RecoveryAnswer(codes[0])
    assert isinstance(actions.finish_second_factor(mine.challenge, recovery, browser.thumbprint, now=now), Issued)


def test_five_wrong_codes_end_the_challenge(anna, with_totp, browser, frozen_clock):
    _issued, secret, _codes = with_totp(anna)
    now = frozen_clock.moment
    asked = begin(anna, browser, now)
    for number in range(5):
        wrong = TotpAnswer(f"00000{number}")
        assert actions.finish_second_factor(asked.challenge, wrong, browser.thumbprint, now=now) == NOT_RIGHT
    now = frozen_clock.advance(seconds=30)
    right = TotpAnswer(code_at(secret, now))
    assert actions.finish_second_factor(asked.challenge, right, browser.thumbprint, now=now) == OVER


def test_a_recovery_code_works_once_however_it_is_typed(anna, with_totp, browser, frozen_clock, mailed):
    _issued, _secret, codes = with_totp(anna)
    mailed()
    assert len(codes) == 10
    now = frozen_clock.moment
    written = codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    for expected in (Issued, SignInRefused):
        asked = begin(anna, browser, now)
        said = actions.finish_second_factor(asked.challenge, RecoveryAnswer(written), browser.thumbprint, now=now)
        assert isinstance(said, expected)
    assert queries.factors_of(CUSTOMER, Totp.objects.get().pk).recovery_codes_left == 9
    [news] = mailed()
    assert "recovery code" in news.text


def test_codes_are_kept_as_hashes_and_the_secret_sealed(anna, with_totp):
    _issued, secret, codes = with_totp(anna)
    plain = secret.replace(" ", "").encode()
    assert plain not in bytes(Totp.objects.get().sealed_secret)
    kept = b"".join(bytes(digest) for digest in RecoveryCode.objects.values_list("digest", flat=True))
    assert all(code.replace("-", "").encode() not in kept for code in codes)


def test_an_authenticator_counts_from_its_first_right_code(anna, signed_in, browser, now):
    issued = signed_in(anna)
    begun = actions.totp_begin(issued.signed_in, now=now)
    assert begun.uri.startswith("otpauth://totp/Crystal%20Call:")
    assert actions.totp_confirm(issued.signed_in, "000000", now=now) == ChangeRefused(ChangeRefusal.NOT_RIGHT)
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now), Issued)
    added = actions.totp_confirm(issued.signed_in, code_at(begun.secret, now), now=now)
    assert len(added.recovery_codes) == 10
    again = actions.totp_confirm(issued.signed_in, code_at(begun.secret, now), now=now)
    assert again == ChangeRefused(ChangeRefusal.NOT_BEGUN)
    assert actions.totp_begin(issued.signed_in, now=now) == ChangeRefused(ChangeRefusal.SAME)


def test_factors_are_changed_with_a_fresh_password_only(anna, with_totp, frozen_clock):
    issued, _secret, codes = with_totp(anna)
    late = frozen_clock.advance(minutes=5)
    stale = ChangeRefused(ChangeRefusal.NOT_FRESH)
    who = issued.signed_in
    assert actions.totp_begin(who, now=late) == stale
    assert actions.totp_remove(who, now=late) == stale
    assert actions.recovery_codes(who, now=late) == stale
    assert actions.passkey_options(who, now=late) == stale
    assert actions.passkey_add(who, "x" * 43, "{}", "x", now=late) == stale
    assert actions.passkey_remove(who, who.sign_in_id, now=late) == stale
    assert queries.factors_of(CUSTOMER, who.principal_id).recovery_codes_left == len(codes)


def test_an_ended_sign_in_changes_no_factor(anna, with_totp, frozen_clock):
    issued, _secret, _codes = with_totp(anna)
    actions.sign_out(issued.signed_in, now=frozen_clock.moment)
    refused = actions.totp_remove(issued.signed_in, now=frozen_clock.moment)
    assert refused == ChangeRefused(ChangeRefusal.NOT_FRESH)
    assert Totp.objects.exists()


def test_the_codes_go_with_the_last_factor(anna, with_totp, browser, frozen_clock, mailed):
    issued, _secret, codes = with_totp(anna)
    now = frozen_clock.moment
    fresh = actions.recovery_codes(issued.signed_in, now=now)
    assert isinstance(fresh, RecoveryCodes)
    assert not set(fresh.codes) & set(codes)
    assert actions.totp_remove(issued.signed_in, now=now) == FactorRemoved()
    assert not RecoveryCode.objects.exists()
    assert not queries.factors_of(CUSTOMER, issued.signed_in.principal_id).has_any
    none = ChangeRefused(ChangeRefusal.NOT_THERE)
    assert actions.totp_remove(issued.signed_in, now=now) == none
    assert actions.recovery_codes(issued.signed_in, now=now) == none
    assert isinstance(actions.sign_in(CUSTOMER, anna.email, PASSWORD, browser.thumbprint, now=now), Issued)
    assert [mail.subject for mail in mailed()] == ["Your account was changed"] * 3


def test_the_password_again_asks_for_the_second_factor_too(anna, with_totp, browser, frozen_clock):
    issued, secret, _codes = with_totp(anna)
    now = frozen_clock.advance(minutes=10)
    asked = actions.reauthenticate(issued.signed_in, PASSWORD, now=now)
    assert isinstance(asked, SecondFactorNeeded)
    done = actions.finish_second_factor(asked.challenge, TotpAnswer(code_at(secret, now)), browser.thumbprint, now=now)
    assert isinstance(done, Issued)
    assert isinstance(admit(browser.ask(now=now, token=issued.token), CUSTOMER, now=now), NotAdmitted)
    assert SignIn.objects.count() == 1


def test_a_sign_in_that_was_ended_meanwhile_is_not_replaced(anna, with_totp, browser, frozen_clock):
    issued, secret, _codes = with_totp(anna)
    now = frozen_clock.moment
    asked = actions.reauthenticate(issued.signed_in, PASSWORD, now=now)
    actions.sign_out(issued.signed_in, now=now)
    answer = TotpAnswer(code_at(secret, now))
    assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now) == OVER
    assert not SignIn.objects.exists()


def test_a_new_password_by_mail_does_not_get_around_the_second_factor(
    anna, with_totp, browser, frozen_clock, mailed, link_in
):
    with_totp(anna)
    mailed()
    now = frozen_clock.moment
    actions.request_reset(CUSTOMER, anna.email, now=now)
    assert actions.reset(link_in(mailed()[0]), "seven rivers run to the sea", now=now) == PasswordSet()
    answer = actions.sign_in(CUSTOMER, anna.email, "seven rivers run to the sea", browser.thumbprint, now=now)
    assert isinstance(answer, SecondFactorNeeded)


def test_a_challenge_dies_with_the_password_it_came_from(anna, with_totp, browser, frozen_clock):
    issued, secret, _codes = with_totp(anna)
    now = frozen_clock.moment
    asked = begin(anna, browser, now)
    actions.change_password(issued.signed_in, PASSWORD, "seven rivers run to the sea", now=now)
    answer = TotpAnswer(code_at(secret, now))
    assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now) == OVER


def test_staff_keep_at_least_one_factor(olga, browser, now):
    from uuid import uuid4

    from crystalcall.customers.signing_in import principals
    from crystalcall.customers.signing_in.values import PrincipalContact

    staff = uuid4()
    with pytest.MonkeyPatch.context() as patch:
        known = PrincipalContact(olga.name, olga.email, olga.language)
        patch.setitem(principals._readers, Audience.STAFF, lambda _id, _purpose: known)
        actions.add_credential(Audience.STAFF, staff, olga.email, PASSWORD, now=now)
        issued = actions.sign_in(Audience.STAFF, olga.email, PASSWORD, browser.thumbprint, now=now)
        begun = actions.totp_begin(issued.signed_in, now=now)
        actions.totp_confirm(issued.signed_in, code_at(begun.secret, now), now=now)
        refused = actions.totp_remove(issued.signed_in, now=now)
    assert refused == ChangeRefused(ChangeRefusal.LAST_FACTOR)
    assert Totp.objects.filter(confirmed_at__isnull=False).exists()
    assert isinstance(actions.sign_in(CUSTOMER, olga.email, PASSWORD, browser.thumbprint, now=now), SignInRefused)
