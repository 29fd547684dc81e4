"""Refusals at the door in words: what is wrong, and what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.customers.signing_in.values import ChangeRefusal, SignInRefusal, SignInRefused
from crystalcall.rules.signing_in import LONGEST, SHORTEST, PasswordProblemReason

SECONDS_OF_A_MINUTE = 60
#: WAIT: the reader came too soon; BUSY: the shop has too much to do; everything else: look at the form again.
STATUSES = {SignInRefusal.WAIT: 429, SignInRefusal.BUSY: 503}


def wait_said(seconds: int) -> str:
    """A time to wait, rounded up to what people count."""
    if seconds < SECONDS_OF_A_MINUTE:
        return ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": seconds}
    minutes = -(-seconds // SECONDS_OF_A_MINUTE)
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}


def refusal_said(refused: SignInRefused) -> str:
    """Why nobody was let in."""
    if refused.reason is SignInRefusal.WAIT:
        return _("There were several wrong tries. Please wait %(wait)s before the next one.") % {
            "wait": wait_said(refused.wait_seconds)
        }
    return {
        SignInRefusal.NOT_RIGHT: _("The e-mail address or the password is not right."),
        SignInRefusal.BUSY: _("Very many people are signing in at this moment. Please try again in a few seconds."),
        SignInRefusal.CHALLENGE_OVER: _("The second step took too long. Please begin again."),
    }[refused.reason]


def password_problem_said(reason: PasswordProblemReason) -> str:
    """Why a password is not taken."""
    return {
        PasswordProblemReason.TOO_SHORT: _("A password needs at least %(number)s characters.") % {"number": SHORTEST},
        PasswordProblemReason.TOO_LONG: _("A password may have %(number)s characters at most.") % {"number": LONGEST},
        PasswordProblemReason.COMMON: _("Very many people use this password, so it is among the first that are tried."),
        PasswordProblemReason.TOO_SIMPLE: _("This password is one row of the keyboard or few different characters."),
        PasswordProblemReason.ABOUT_YOU: _(
            "Your name, your address or the shop’s name is easy to guess as a password."
        ),
    }[reason]


def change_refusal_said(reason: ChangeRefusal) -> str:
    """Why an act of somebody signed in was refused."""
    return {
        ChangeRefusal.NOT_FRESH: _("Please give your password again first."),
        ChangeRefusal.NOT_AN_EMAIL: _("This does not look like an e-mail address."),
        ChangeRefusal.SAME: _("This is the address on file already."),
        ChangeRefusal.TOO_MANY: _("That was asked for several times just now. Please try again later."),
        ChangeRefusal.NOT_RIGHT: _("That code does not fit. Take the newest one from your app or key."),
        ChangeRefusal.NOT_BEGUN: _("That took too long. Please begin again."),
        ChangeRefusal.NOT_THERE: _("That is not there any more."),
        ChangeRefusal.LAST_FACTOR: _("The last second factor cannot be removed here."),
    }[reason]
