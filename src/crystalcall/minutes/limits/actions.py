"""What can be done to limits and to the list of ranges; each action joins the caller's transaction."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from crystalcall.minutes.limits.locks import lock_limits, lock_shop_risk
from crystalcall.minutes.limits.models import NOTE_LENGTH, AccountLimits, RiskRange
from crystalcall.minutes.limits.queries import guards, limits_of, own_of
from crystalcall.minutes.limits.risk import forget_ranges
from crystalcall.minutes.limits.risk_file import read_risk_file
from crystalcall.minutes.limits.values import (
    BadLimits,
    BadRiskFile,
    BadRiskPrefix,
    CarriedOver,
    CountriesDiffer,
    LimitChanges,
    OwnLimits,
    RiskImported,
    RiskRangeAdded,
    RiskRangeRemoved,
)
from crystalcall.plumbing.settings import current
from crystalcall.rules.limits import (
    MOST_CALL_SECONDS,
    MOST_CALLS_AT_ONCE,
    MOST_CAP_MICROS,
    NOTHING_CARRIED,
    DayFacts,
    Standing,
    carried_with,
    read_risk_prefix,
    stricter,
)

INSERT_BATCH: Final = 1000

# Field by field: the least and the most that a limit may be.
_BOUNDS: Final = {
    "max_calls": (1, MOST_CALLS_AT_ONCE),
    "day_cap_micros": (0, MOST_CAP_MICROS),
    "call_cap_micros": (1, MOST_CAP_MICROS),
    "call_cap_seconds": (1, MOST_CALL_SECONDS),
}


def change_limits(account_id: UUID, changes: LimitChanges, *, now: datetime) -> OwnLimits | BadLimits:
    """Set what is named for this account, leave the rest; None takes a limit away. Gives all that is set now.

    A running call keeps what it was granted; its next extension knows the new limits.
    """
    if problem := _problem(changes):
        return problem
    with transaction.atomic():
        row = _row_of(account_id, now)
        _write(row, replace(own_of(row), **_plain(changes)), now)
        return own_of(row)


def clear_limits(account_id: UUID, *, now: datetime) -> OwnLimits:
    """Take away every limit of this account's own; what came with another card's credit still counts for its day."""
    with transaction.atomic():
        row = lock_limits(account_id).get(account_id)
        if row is not None:
            _write(row, OwnLimits(), now)
    return OwnLimits()


def carry_over(
    source_id: UUID, target_id: UUID, *, source_facts: DayFacts, target_facts: DayFacts, now: datetime
) -> CarriedOver | CountriesDiffer:
    """Have the limits follow credit that moves: in each point the target gets the stricter of the two cards'.

    It also counts as much as used today as the source has (see `rules.limits.carried_with`). The caller holds both
    accounts' locks, so that no call comes between the facts and this.
    """
    with transaction.atomic():
        rows = lock_limits(source_id, target_id)
        effective = limits_of({source_id, target_id}, now)
        carried = carried_with(
            Standing(effective[source_id], source_facts), Standing(effective[target_id], target_facts), guards()
        )
        before = own_of(rows[target_id]) if target_id in rows else OwnLimits()
        after = _stricter_of(own_of(rows[source_id]), before) if source_id in rows else before
        if after is None:
            return CountriesDiffer()
        if after != before or carried != effective[target_id].carried:
            row = rows.get(target_id) or _row_of(target_id, now)
            row.carried_spent_micros, row.carried_calls = carried.spent_micros, carried.calls_last_hour
            row.carried_risk_calls = carried.risk_calls
            row.carried_at = None if carried == NOTHING_CARRIED else now
            _write(row, after, now)
        return CarriedOver(after, became_stricter=after != before)


def guard_shop_risk() -> None:
    """Let nobody else count the shop's calls to ranges of risk until the caller's transaction ends.

    For a batch that is about to grant such a call: take it after every other lock, count, then decide.
    """
    lock_shop_risk()


def add_risk_range(prefix: str, *, note: str = "", now: datetime) -> RiskRangeAdded | BadRiskPrefix:
    """Put a range on the list, or give one that is on it a new note."""
    digits = read_risk_prefix(prefix)
    if digits is None:
        return BadRiskPrefix(prefix)
    with transaction.atomic():
        _row, was_new = RiskRange.objects.update_or_create(
            prefix=digits, defaults={"note": note.strip()[:NOTE_LENGTH]}, create_defaults=_new_range(digits, note, now)
        )
        _changed()
    return RiskRangeAdded(digits, was_new)


def remove_risk_range(prefix: str) -> RiskRangeRemoved | BadRiskPrefix:
    """Take a range off the list; repeating changes nothing."""
    digits = read_risk_prefix(prefix)
    if digits is None:
        return BadRiskPrefix(prefix)
    with transaction.atomic():
        deleted, _ = RiskRange.objects.filter(prefix=digits).delete()
        _changed()
    return RiskRangeRemoved(digits, was_listed=deleted == 1)


def import_risk_ranges(lines: Iterable[str], *, replace_all: bool, now: datetime) -> RiskImported | BadRiskFile:
    """Put every range of a CSV file (columns `prefix` and `note`) on the list; with `replace_all`, take the others off.

    All or nothing: a file with one line that cannot be read changes nothing.
    """
    wanted = read_risk_file(lines)
    if isinstance(wanted, BadRiskFile):
        return wanted
    with transaction.atomic():
        known = set(RiskRange.objects.select_for_update().order_by("pk").values_list("prefix", flat=True))
        new = [RiskRange(**_new_range(prefix, note, now)) for prefix, note in wanted.items() if prefix not in known]
        RiskRange.objects.bulk_create(new, batch_size=INSERT_BATCH, ignore_conflicts=True)
        gone = sorted(known - wanted.keys()) if replace_all else []
        for start in range(0, len(gone), INSERT_BATCH):
            RiskRange.objects.filter(prefix__in=gone[start : start + INSERT_BATCH]).delete()
        _changed()
    return RiskImported(added=len(new), known=len(wanted) - len(new), removed=len(gone))


def _problem(changes: LimitChanges) -> BadLimits | None:
    for field, (least, most) in _BOUNDS.items():
        value = _plain(changes).get(field)
        if value is not None and not least <= value <= most:
            return BadLimits(field, f"it is {value}, and must be between {least} and {most}")
    countries = changes.get("allowed_countries")
    if countries is None:
        return None
    unknown = sorted(set(countries) - _known_countries())
    if unknown:
        return BadLimits("allowed_countries", f"no country has the code {', '.join(unknown)}")
    return None if countries else BadLimits("allowed_countries", "an empty list would allow no call at all")


def _known_countries() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)


def _plain(changes: LimitChanges) -> dict[str, Any]:
    return dict(changes)


def _row_of(account_id: UUID, now: datetime) -> AccountLimits:
    """The account's row, locked; made where there was none, so that two writers at once meet at it."""
    AccountLimits.objects.bulk_create([AccountLimits(ledger_account_id=account_id, set_at=now)], ignore_conflicts=True)
    return lock_limits(account_id)[account_id]


def _write(row: AccountLimits, own: OwnLimits, now: datetime) -> None:
    row.max_calls, row.day_cap_micros = own.max_calls, own.day_cap_micros
    row.call_cap_micros, row.call_cap_seconds = own.call_cap_micros, own.call_cap_seconds
    row.allowed_countries = None if own.allowed_countries is None else sorted(set(own.allowed_countries))
    row.premium_allowed, row.satellite_allowed = own.premium_allowed, own.satellite_allowed
    row.set_at = now
    row.save()


def _stricter_of(one: OwnLimits, other: OwnLimits) -> OwnLimits | None:
    """The other with all that is stricter in the one; None where no country is allowed by both."""
    countries = one.allowed_countries if other.allowed_countries is None else other.allowed_countries
    if one.allowed_countries is not None and other.allowed_countries is not None:
        countries = tuple(sorted(set(one.allowed_countries) & set(other.allowed_countries)))
        if not countries:
            return None
    usual = current().calls_per_card
    fewer = (one.max_calls or usual) < (other.max_calls or usual)
    return OwnLimits(
        # Without a wish of its own a card has the operator's number, which may be the smaller one.
        max_calls=(one.max_calls or usual) if fewer else other.max_calls,
        day_cap_micros=stricter(one.day_cap_micros, other.day_cap_micros),
        call_cap_micros=stricter(one.call_cap_micros, other.call_cap_micros),
        call_cap_seconds=stricter(one.call_cap_seconds, other.call_cap_seconds),
        allowed_countries=countries,
        premium_allowed=one.premium_allowed and other.premium_allowed,
        satellite_allowed=one.satellite_allowed and other.satellite_allowed,
    )


def _new_range(digits: str, note: str, now: datetime) -> dict[str, Any]:
    return {"prefix": digits, "note": note.strip()[:NOTE_LENGTH], "added_at": now}


def _changed() -> None:
    """This process looks again at once, and once more after the commit, when others' changes are seen too."""
    forget_ranges()
    transaction.on_commit(forget_ranges)
