"""Registering: received, confirmed by a mailed link, and only then a customer.

The same answer and the same work for an address that is registered already: the difference is made by whoever writes
the mail (ASVS 5.0, 6.3.8).
"""

import json
import uuid
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.actions import record_guest
from crystalcall.customers.contact_details import ContactDetails, ContactProblems, read_contact
from crystalcall.customers.signing_in import age, links, sources
from crystalcall.customers.signing_in.addresses import address_index
from crystalcall.customers.signing_in.hashing import Busy, check_password, hash_password
from crystalcall.customers.signing_in.judging import password_problem
from crystalcall.customers.signing_in.locks import lock_registrations
from crystalcall.customers.signing_in.models import Credential, MailedLink, Registration
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.standing import issue
from crystalcall.customers.signing_in.tidying import forget_registrations
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    LinkKind,
    LinkRefusal,
    LinkRefused,
    NewCustomer,
    PasswordProblem,
    Registered,
    RegistrationRefusal,
    RegistrationRefused,
    SignInRefusal,
    SignInRefused,
)
from crystalcall.privacy.keys.actions import ensure
from crystalcall.privacy.keys.sealing import seal_field
from crystalcall.privacy.policy.queries import current_number

HOUR_SECONDS: Final = 3600


@noted("registration")
@sensitive_variables("new", "password_hash")
def register(
    new: NewCustomer, age_pass: str, source: str = "", *, now: datetime
) -> Registered | PasswordProblem | ContactProblems | RegistrationRefused:
    """Receive a registration; a mail follows, to a new address with a link, to a known one with an explanation.

    Nothing is kept of a registration that is refused; the pass is used up by one that is received.
    """
    refusal = _refusal(age_pass, source, now)
    if refusal is not None:
        return refusal
    details = read_contact(new.name, new.email, new.telephone, new.language)
    if isinstance(details, ContactProblems):
        return details
    problem = password_problem(new.password, (details.name, details.email))
    if problem is not None:
        return problem
    password_hash = hash_password(new.password)
    if isinstance(password_hash, Busy):
        return RegistrationRefused(RegistrationRefusal.BUSY, password_hash.wait_seconds)
    if not age.use(age_pass, now):
        return RegistrationRefused(RegistrationRefusal.NO_AGE_PASS)
    sources.count(source, sources.Act.LINK, now)
    _receive(details, password_hash, now)
    return Registered()


@noted("registration_confirmed")
@sensitive_variables("password")
def confirm_registration(
    secret: str, password: str, thumbprint: str, *, now: datetime
) -> Issued | LinkRefused | SignInRefused:
    """Make the registration a customer, and sign them in. The password is typed once more.

    So whoever registered somebody else's address gains nothing when its owner presses the link.
    """
    link = links.look(secret, LinkKind.CONFIRM, now=now)
    if isinstance(link, LinkRefused):
        return link
    if link.registration is None or not links.use_try(link):
        return LinkRefused(LinkRefusal.USED_UP)
    checked = check_password(link.registration.password_hash, password)
    if isinstance(checked, Busy):
        links.give_back_try(link)
        return SignInRefused(SignInRefusal.BUSY, checked.wait_seconds)
    if not checked.is_right:
        return SignInRefused(SignInRefusal.NOT_RIGHT)
    return _confirm(link, link.registration, thumbprint, now)


def _refusal(age_pass: str, source: str, now: datetime) -> RegistrationRefused | None:
    wait = sources.wait_seconds(source, sources.Act.LINK, now)
    if wait:
        return RegistrationRefused(RegistrationRefusal.TOO_MANY, wait)
    if links.too_many_for_all(now):
        return RegistrationRefused(RegistrationRefusal.TOO_MANY, HOUR_SECONDS)
    return None if age.holds(age_pass, now) else RegistrationRefused(RegistrationRefusal.NO_AGE_PASS)


@sensitive_variables("details", "password_hash")
def _receive(details: ContactDetails, password_hash: str, now: datetime) -> None:
    registration_id = uuid.uuid4()
    ensure((registration_id,), now=now)
    index = address_index(Audience.CUSTOMER, details.email)
    text = json.dumps({"name": details.name, "email": details.email, "telephone": details.telephone or ""})
    with transaction.atomic():
        registration = Registration.objects.create(
            id=registration_id,
            address_index=index,
            sealed_details=seal_field(links.DETAILS, registration_id, text),
            password_hash=password_hash,
            language=details.language,
            created_at=now,
            policy_version=current_number(),
        )
        # An address that had its share of mails gets none; the registration is forgotten like any unconfirmed one.
        links.want(LinkKind.CONFIRM, Audience.CUSTOMER, index, now, registration=registration)


def _confirm(link: MailedLink, registration: Registration, thumbprint: str, now: datetime) -> Issued | LinkRefused:
    details = links.details_of(registration)
    index = bytes(registration.address_index)
    if details is None:
        return LinkRefused(LinkRefusal.UNKNOWN)
    try:
        with transaction.atomic():
            lock_registrations(index)
            if not links.spend(link):
                return LinkRefused(LinkRefusal.UNKNOWN)
            credential = Credential.objects.create(
                principal_id=record_guest(
                    details["name"], details["email"], details["telephone"] or None, registration.language, now=now
                ),
                audience=Audience.CUSTOMER.value,
                address_index=index,
                password_hash=registration.password_hash,
                created_at=now,
                password_changed_at=now,
                policy_version=current_number(),
            )
            # Others that wait for the same address will never be confirmed.
            forget_registrations(Registration.objects.filter(address_index=index), now=now)
            return issue(credential, thumbprint, now, has_second_factor=False)
    except IntegrityError:
        # The address became somebody's while this link waited.
        return LinkRefused(LinkRefusal.UNKNOWN)
