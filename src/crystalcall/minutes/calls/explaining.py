"""The proof of a call in words: how its charge came about, for the one who paid it, a sentence a step.

Every figure is one of the proof's; the prices of the stretches come from the same walk that made the charge. Nothing
here names the called number: the place and the prefix say what was priced.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from babel.dates import get_day_names
from babel.numbers import NumberPattern, parse_pattern
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from crystalcall.minutes.calls.values import CallProof
from crystalcall.plumbing.settings import current
from crystalcall.rules.calls import RUNNING_STATES
from crystalcall.rules.fairness import FairnessReason
from crystalcall.rules.money import MICROS_PER_DOLLAR
from crystalcall.rules.rating import SECONDS_PER_MINUTE, Part, itemize

_NBSP: Final = "\N{NO-BREAK SPACE}"
_MICROS_PER_CENT: Final = 10_000
_SECONDS_PER_HOUR: Final = 3600
_REMEMBERED: Final = 8192
# Read once: a page of calls says hundreds of figures, and reading a pattern takes as long as saying one by it.
_WHOLE, _EXACT_DOLLARS, _EXACT_CENTS = (parse_pattern(each) for each in ("#,##0", "#,##0.00####", "#,##0.####"))
_SECONDS_PER_DAY: Final = 24 * _SECONDS_PER_HOUR


def explain(proof: CallProof, language: str) -> tuple[str, ...]:
    """The charge of a call in whole sentences, in "en" or "ru"; what is not known in a language is said in English.

    A call that is still running has no charge yet: its sentences say where it goes and how long it may last.
    """
    with override(language):
        return tuple(_told(proof, language))


def _told(proof: CallProof, language: str) -> Iterator[str]:
    if proof.state not in RUNNING_STATES and not proof.used_seconds:
        yield _("The call was not answered, so it costs nothing.")
        return
    yield from _rate(proof, language)
    if proof.state in RUNNING_STATES:
        yield _("The call is still in progress and may last %(time)s in all.") % {
            "time": _duration(proof.granted_seconds, language)
        }
        return
    yield _("You talked for %(used)s.") % {"used": _duration(proof.used_seconds, language)}
    if proof.billable_seconds:
        yield from _counted(proof, language)
        yield from _priced(proof, language)
    elif proof.fairness is None and proof.used_seconds <= proof.terms.free_up_to_seconds:
        yield _("Calls of up to %(time)s are free at this rate.") % {
            "time": _duration(proof.terms.free_up_to_seconds, language)
        }
    if proof.fairness is not None:
        yield _forgiven(proof, proof.fairness, language)
    yield from _sum(proof, language)


def _rate(proof: CallProof, language: str) -> Iterator[str]:
    """Which line of which price list priced the call."""
    yield _(
        "This is a call to %(place)s: version %(version)s of the price list has it under the prefix +%(prefix)s."
    ) % {
        "place": proof.destination.name(language),
        "version": _count(proof.deck_version, language),
        "prefix": proof.prefix,
    }
    if proof.guaranteed:
        yield _("That is the price of the day you bought, which we keep for you.")


def _counted(proof: CallProof, language: str) -> Iterator[str]:
    """From the time talked to the time that is paid for."""
    terms = proof.terms
    said = {
        "billed": _duration(proof.billable_seconds, language),
        "first": _duration(terms.first_increment_seconds, language),
        "next": _duration(terms.next_increment_seconds, language),
        "count": _count(proof.increments, language),
    }
    if terms.first_increment_seconds == terms.next_increment_seconds:
        counted = ngettext(
            "Time is counted in whole increments of %(first)s: %(count)s increment, %(billed)s.",
            "Time is counted in whole increments of %(first)s: %(count)s increments, %(billed)s.",
            proof.increments,
        )
    else:
        counted = ngettext(
            "The first increment has %(first)s, each further one %(next)s: %(count)s increment, %(billed)s.",
            "The first increment has %(first)s, each further one %(next)s: %(count)s increments, %(billed)s.",
            proof.increments,
        )
    yield counted % said
    if proof.overrun_seconds:
        yield _("The call was cut %(time)s too late; that is our loss and is not counted.") % {
            "time": _duration(proof.overrun_seconds, language)
        }


def _priced(proof: CallProof, language: str) -> Iterator[str]:
    """From the time that is paid for to what pays it."""
    parts = itemize(
        proof.billable_seconds,
        proof.terms,
        week_second=proof.week_second,
        allowance_seconds=proof.allowance_seconds,
    )
    if proof.terms.bands:
        yield _week(proof, language)
    money = [part for part in parts if not part.paid_by_allowance]
    if proof.allowance_seconds:
        yield _allowance(proof, language, has_money=bool(money))
    if len(parts) == 1 and money:
        yield _("A minute costs %(price)s.") % {"price": _price(money[0].minute_price_micros, language)}
    else:
        for part in money:
            yield _("From %(start)s after the answer: %(time)s at %(price)s a minute.") % {
                "start": _duration(part.from_seconds, language),
                "time": _duration(part.seconds, language),
                "price": _price(part.minute_price_micros, language),
            }
    if proof.fee_micros:
        yield _("A connection fee of %(fee)s is added once.") % {"fee": _price(proof.fee_micros, language)}
    if _is_minimum(proof, money):
        yield _("At this rate no call costs less than %(minimum)s.") % {
            "minimum": _dollars(proof.terms.minimum_charge_micros, language)
        }


def _week(proof: CallProof, language: str) -> str:
    """When the call was answered, by the clock that its prices go by."""
    day, rest = divmod(proof.week_second, _SECONDS_PER_DAY)
    hours, rest = divmod(rest, _SECONDS_PER_HOUR)
    return _(
        "The price depends on the time of the week; the answer came at this time: %(day)s, %(time)s (%(zone)s)."
    ) % {
        "day": get_day_names("wide", context="stand-alone", locale=_locale(language))[day],
        "time": f"{hours:02}:{rest // SECONDS_PER_MINUTE:02}",
        "zone": proof.terms.time_zone or current().store_time_zone,
    }


def _allowance(proof: CallProof, language: str, *, has_money: bool) -> str:
    """What the minutes of a bundle paid."""
    said = {"time": _duration(proof.allowance_seconds, language)}
    if has_money:
        return _("Your minutes pay the first %(time)s; your credit pays the rest.") % said
    return _("Your minutes pay all of it: %(time)s. There is no connection fee on minutes.") % said


def _is_minimum(proof: CallProof, money: list[Part]) -> bool:
    """Whether the charge was raised to the least that a call costs."""
    minimum = proof.terms.minimum_charge_micros
    if proof.fairness is not None or proof.charge_micros != minimum:
        return False
    micro_minutes = sum(part.seconds * part.minute_price_micros for part in money)
    return proof.fee_micros * SECONDS_PER_MINUTE + micro_minutes <= (minimum - 1) * SECONDS_PER_MINUTE


def _forgiven(proof: CallProof, reason: FairnessReason, language: str) -> str:
    """What is not charged, and why."""
    said = {"amount": _dollars(proof.forgiven_micros, language)}
    if reason is FairnessReason.DROPPED_CALL and proof.billable_seconds:
        if not proof.forgiven_micros:
            return _("The line dropped: your minutes got the increment back in which that happened.")
        return (
            _(
                "The line dropped: the increment in which that happened is not charged, nor is a fee or minimum. "
                "That is %(amount)s less."
            )
            % said
        )
    if not proof.forgiven_micros:
        return {
            FairnessReason.SHORT_CALL: _("A call as short as this is not charged, and your minutes stay whole."),
            FairnessReason.FAILED_CALL: _("The call failed, so it is not charged, and your minutes stay whole."),
            FairnessReason.DROPPED_CALL: _("The line dropped, so this is not charged, and your minutes stay whole."),
        }[reason]
    return {
        FairnessReason.SHORT_CALL: _("A call as short as this is not charged: %(amount)s less."),
        FairnessReason.FAILED_CALL: _("The call failed, so it is not charged: %(amount)s less."),
        FairnessReason.DROPPED_CALL: _("The line dropped, so this is not charged: %(amount)s less."),
    }[reason] % said


def _sum(proof: CallProof, language: str) -> Iterator[str]:
    """The charge, and what it did to the credit."""
    said = {
        "charge": _dollars(proof.charge_micros, language),
        "before": _dollars(proof.balance_before_micros, language),
        "after": _dollars(proof.balance_after_micros, language),
    }
    if proof.charge_micros:
        yield _("The call costs %(charge)s. Your credit was %(before)s before it and %(after)s after it.") % said
    else:
        yield _("The call costs no money. Your credit stays at %(after)s.") % said


# --- figures ----------------------------------------------------------------------------------------------------------


@cache
def _locale(language: str) -> Locale:
    return Locale("ru") if language == "ru" else Locale("en", "US")


@lru_cache(maxsize=_REMEMBERED)
def _figure(amount: Decimal, pattern: NumberPattern, language: str) -> str:
    """Exactly as it is, with the language's signs; a figure alone says nothing about anybody, so it is remembered."""
    return str(pattern.apply(amount, _locale(language), decimal_quantization=False))


def _count(number: int, language: str) -> str:
    return _figure(Decimal(number), _WHOLE, language)


def _dollars(micros: int, language: str) -> str:
    """An amount to the last micro, cents always: "$0.45", "$9.979", «0,45 $»."""
    figure = _figure(Decimal(micros) / MICROS_PER_DOLLAR, _EXACT_DOLLARS, language)
    return f"{figure}{_NBSP}$" if language == "ru" else f"${figure}"


def _price(micros: int, language: str) -> str:
    """A small price in cents, as price lists say it: "2.1¢", «2,1 ¢»; from a dollar on in dollars."""
    if micros >= MICROS_PER_DOLLAR:
        return _dollars(micros, language)
    figure = _figure(Decimal(micros) / _MICROS_PER_CENT, _EXACT_CENTS, language)
    return f"{figure}{_NBSP}¢" if language == "ru" else f"{figure}¢"


def _duration(seconds: int, language: str) -> str:
    """A length of time to the second: "12 min 30 s", «12 мин 30 с», "45 s"."""
    minute, second = ("мин", "с") if language == "ru" else ("min", "s")
    whole, rest = divmod(seconds, SECONDS_PER_MINUTE)
    said = [f"{_count(whole, language)}{_NBSP}{minute}"] if whole else []
    if rest or not whole:
        said.append(f"{rest}{_NBSP}{second}")
    return _NBSP.join(said)
