"""Verbs of signing in; each refuses as a value, and a refusal changes nothing but a count."""

from crystalcall.customers.signing_in.actions.asking import grant_try, request_reset, request_try
from crystalcall.customers.signing_in.actions.credentials import add_credential, remove_credential
from crystalcall.customers.signing_in.actions.email_changes import confirm_email_change, request_email_change
from crystalcall.customers.signing_in.actions.enrolling import enroll, enter_without_factor, remove_factors
from crystalcall.customers.signing_in.actions.entering import finish_second_factor, reauthenticate, sign_in
from crystalcall.customers.signing_in.actions.passwords import change_password, reset
from crystalcall.customers.signing_in.actions.registering import confirm_registration, register
from crystalcall.customers.signing_in.actions.second_factors import (
    passkey_add,
    passkey_options,
    passkey_remove,
    recovery_codes,
    totp_begin,
    totp_confirm,
    totp_remove,
)
from crystalcall.customers.signing_in.actions.sign_ins import end, end_all, end_others, extend, sign_out
from crystalcall.customers.signing_in.age import age_pass, age_question
from crystalcall.customers.signing_in.judging import password_problem, password_strength
from crystalcall.customers.signing_in.links import look_at_link
from crystalcall.customers.signing_in.links import write as write_link
from crystalcall.customers.signing_in.tidying import tidy

__all__ = [
    "add_credential",
    "age_pass",
    "age_question",
    "change_password",
    "confirm_email_change",
    "confirm_registration",
    "end",
    "end_all",
    "end_others",
    "enroll",
    "enter_without_factor",
    "extend",
    "finish_second_factor",
    "grant_try",
    "look_at_link",
    "passkey_add",
    "passkey_options",
    "passkey_remove",
    "password_problem",
    "password_strength",
    "reauthenticate",
    "recovery_codes",
    "register",
    "remove_credential",
    "remove_factors",
    "request_email_change",
    "request_reset",
    "request_try",
    "reset",
    "sign_in",
    "sign_out",
    "tidy",
    "totp_begin",
    "totp_confirm",
    "totp_remove",
    "write_link",
]
