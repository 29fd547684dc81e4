"""Opening the store's policy, announcing a version, taking it back, bringing it into force, explaining the clock."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from crystalcall.plumbing.announcements import announce as announce_fact
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy.announcing import clockwork
from crystalcall.privacy.announcing.clockwork import zone
from crystalcall.privacy.announcing.events import PolicyAnnounced, PolicyWithdrawn
from crystalcall.privacy.announcing.proof import Signed, explanation, prove, prove_explanation
from crystalcall.privacy.officers import queries as officers
from crystalcall.privacy.officers.key_file import OfficerKeys
from crystalcall.privacy.policy import facts, library, shelf
from crystalcall.privacy.policy.examining import complaints_about
from crystalcall.privacy.policy.known import know, locked_known_until
from crystalcall.privacy.policy.library import Draft, UnfitPolicyError
from crystalcall.privacy.policy.queries import forget_remembered
from crystalcall.privacy.policy.values import (
    Announced,
    Explained,
    FactKind,
    PolicyFactView,
    PolicyRefusal,
    Refused,
    Version,
    Withdrawn,
)
from crystalcall.rules.privacy import notice

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A version that may be announced, and the one in force, which it follows."""

    draft: Draft
    standing: Version


def open_store(*, now: datetime) -> bool:
    """Write down that the first version is in force from today, with its hash, and keep its text; harmless to repeat.

    It also keeps what was published before texts were kept, where the very same still lies in the folder.
    """
    with transaction.atomic():
        locked_known_until(now)
        is_new = _open(now)
        _keep_published()
    return is_new


def announce(wished: date | None, *, now: datetime) -> Announced | Refused:
    """Announce the newest version that nobody announced yet; the program alone says when it was.

    Its texts and practices are kept from now on: what is served is what was announced, whatever becomes of the folder.
    It comes into force at the wished day's midnight, ten full days from now at the earliest; a sooner day is refused.
    """
    with transaction.atomic():
        refusal = _clock_refusal(locked_known_until(now), now)
        if refusal is not None:
            return refusal
        _open(now)
        waiting = facts.standing(facts.all_facts()).waiting
        if waiting is not None:
            return Refused(
                PolicyRefusal.ONE_WAITS,
                f"Version {waiting.version} is announced already; one waits at a time. "
                "`crystalcall policy withdraw` takes it back.",
            )
        found = proposed()
        return found if isinstance(found, Refused) else _announce(found, wished, now=now)


def proposed() -> Proposed | Refused:
    """The newest version in the folder, examined beside the one in force, or why it cannot be announced."""
    known = facts.all_facts()
    try:
        draft = library.newest()
        number, content = facts.standing(known).chain[-1] if known else (facts.FIRST, "")
        standing = shelf.version(number, content) if known else library.first().version
    except UnfitPolicyError as problem:
        return Refused(PolicyRefusal.UNFIT, str(problem))
    version = draft.version
    if version.number <= number:
        return Refused(
            PolicyRefusal.NOTHING_NEW,
            f"Version {number} is in force, and no newer one lies in {library.folder()}.",
        )
    if (refusal := _number_refusal(version, {fact.version: fact.content_sha256 for fact in known})) is not None:
        return refusal
    complaints = complaints_about(version, standing)
    return Refused(PolicyRefusal.UNFIT, " ".join(complaints)) if complaints else Proposed(draft, standing)


def _number_refusal(version: Version, known: Mapping[int, str]) -> Refused | None:
    """A version says one thing for ever, also one that was taken back; and numbers follow one another."""
    number, last = version.number, max(known, default=facts.FIRST)
    if number in known and known[number] != version.content_sha256:
        return Refused(
            PolicyRefusal.OTHER_WORDS,
            f"Version {number} was announced before, with another text, which stays readable. "
            f"Call this one {last + 1}: its folder is {last + 1:04d}.",
        )
    if number > last + 1:
        return Refused(
            PolicyRefusal.OTHER_NUMBER, f"Version {number} does not follow version {last}; call it {last + 1}."
        )
    return None


def _announce(found: Proposed, wished: date | None, *, now: datetime) -> Announced | Refused:
    version = found.draft.version
    # The promise that stands today says how long the notice is; a new version may lengthen it, never shorten it.
    days = max(found.standing.practices.notice_days, version.practices.notice_days)
    earliest = notice.earliest_in_force(now, days, zone())
    if wished is not None and notice.midnight(wished, zone()) < earliest:
        return Refused(
            PolicyRefusal.TOO_SOON,
            f"{wished:%Y-%m-%d} is too soon: the policy promises {days} full days between announcement and force, so "
            f"the earliest day is {earliest.astimezone(zone()):%Y-%m-%d}.",
        )
    due_at = notice.in_force_at(now, wished, days, zone())
    shelf.keep(found.draft)
    _append(PolicyFactView(version.number, FactKind.ANNOUNCED, version.content_sha256, now, due_at, now))
    announce_fact(PolicyAnnounced(version.number, facts.seconds(now)))
    return Announced(version.number, now, due_at)


def withdraw(*, now: datetime) -> Withdrawn | Refused:
    """Take back the announced version: what is in force stays in force, and a later announcement waits anew.

    What was announced stays readable, marked as withdrawn, and whoever was mailed about it is mailed again.
    """
    with transaction.atomic():
        locked_known_until(now)
        waiting = facts.standing(facts.all_facts()).waiting
        if waiting is None:
            return Refused(PolicyRefusal.NONE_WAITS, "No version is announced; there is nothing to take back.")
        _append(replace(waiting, kind=FactKind.WITHDRAWN, at=max(now, waiting.announced_at)))
        announce_fact(PolicyWithdrawn(waiting.version, facts.seconds(waiting.announced_at)))
    return Withdrawn(waiting.version)


def beat(now: datetime) -> int:
    """Note that it is now; add what was not seen to a waiting notice; bring into force what is due; gives how many.

    Run every minute by the clock. A clock that ran backwards is noted nowhere and changes nothing.
    """
    with transaction.atomic():
        seen = clockwork.gap(locked_known_until(now), now)
        if seen.backwards:
            logger.error("%s", seen.sentence(now))
            return 0
        _open(now)
        waiting = facts.standing(facts.all_facts()).waiting
        if waiting is not None and seen.unseen:
            waiting = clockwork.postpone(waiting, seen.length, now)
            _append(waiting)
        know(max(now, seen.known_until))
        if waiting is None or now < waiting.due_at or not _matches(waiting):
            return 0
        _append(replace(waiting, kind=FactKind.IN_FORCE, at=now))
    return 1


def explain_clock(keys: OfficerKeys | None, reason: str, *, now: datetime) -> Explained | Refused:
    """Take the clock as right from now on, signed by an officer; a waiting notice grows by what was not seen.

    A notice is never shortened by this, so that nobody gains a day by explaining one. Only a shop without any officer
    takes it unsigned, and the register says so.
    """
    if not reason.strip():
        return Refused(PolicyRefusal.NO_REASON, "A reason is needed.")
    if (refusal := _officer_refusal(keys)) is not None:
        return refusal
    with transaction.atomic():
        seen = clockwork.gap(locked_known_until(now), now)
        waiting = facts.standing(facts.all_facts()).waiting
        if not seen.needs_explanation(waiting):
            return Refused(
                PolicyRefusal.CLOCK_AGREES, "The clock agrees with what the program knows; nothing to explain."
            )
        due_at = None
        if waiting is not None and seen.unseen:
            later = clockwork.postpone(waiting, seen.length, now)
            due_at = later.due_at
            _append(later)
        know(now)
        signed = None if keys is None else _signed(keys, reason, seen.known_until, now)
        prove_explanation(signed, reason=reason, known_until=seen.known_until, now=now)
    return Explained(seen.known_until, due_at)


def _officer_refusal(keys: OfficerKeys | None) -> Refused | None:
    """Why these keys explain nothing; without any, whether an officer stands who could sign."""
    if keys is None:
        if not officers.active():
            return None
        return Refused(PolicyRefusal.UNSIGNED, "An officer must sign this: name the own key file by --key-file.")
    named = officers.officer(keys.name)
    if named is None or not named.is_active:
        return Refused(PolicyRefusal.NO_OFFICER, f"{keys.name} is no officer of this shop, or serves no more.")
    if named.fingerprint != keys.public.fingerprint:
        return Refused(PolicyRefusal.NO_OFFICER, f"These are not the keys with which {keys.name} was appointed.")
    return None


def _signed(keys: OfficerKeys, reason: str, known_until: datetime, now: datetime) -> Signed:
    nonce = random_token()
    statement = explanation(reason=reason, nonce=nonce, known_until=known_until, now=now)
    signature = keys.sign(officers.approval_message(statement))
    return Signed(keys.public.fingerprint, statement, signature.hex(), nonce)


def _open(now: datetime) -> bool:
    if facts.all_facts():
        return False
    first = library.first()
    shelf.keep(first)
    _append(
        PolicyFactView(first.version.number, FactKind.OPENED, first.version.content_sha256, now, now, now),
    )
    return True


def _keep_published() -> None:
    kept = shelf.kept_hashes()
    wanted = {fact.version: fact.content_sha256 for fact in facts.all_facts() if fact.version not in kept}
    for draft in library.lying(wanted):
        if draft.version.content_sha256 == wanted[draft.version.number]:
            shelf.keep(draft)


def _append(fact: PolicyFactView) -> None:
    facts.record(fact)
    prove(fact)
    forget_remembered()
    transaction.on_commit(forget_remembered)


def _clock_refusal(known_until: datetime, now: datetime) -> Refused | None:
    seen = clockwork.gap(known_until, now)
    waiting = facts.standing(facts.all_facts()).waiting
    if seen.needs_explanation(waiting):
        return Refused(PolicyRefusal.CLOCK_UNEXPLAINED, seen.sentence(now))
    return None


def _matches(waiting: PolicyFactView) -> bool:
    """Whether the text that is kept is the one that was announced; another one never comes into force."""
    complaint = shelf.complaint(waiting.version, waiting.content_sha256)
    if complaint:
        logger.error("%s It does not come into force.", complaint)
    return not complaint
