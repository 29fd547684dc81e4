"""The lines of a bill: what each stretch of a call cost, as a proof of the charge."""

from crystalcall.rules.rating.terms import Part, RateTerms, RatingError
from crystalcall.rules.rating.timeline import paid_runs, week_second_of


def itemize(
    used_seconds: int, terms: RateTerms, *, week_second: int = 0, allowance_seconds: int = 0
) -> tuple[Part, ...]:
    """The stretches of a call at one price each, in the order of time; none where nothing is charged.

    With the connect fee (where a part is paid with money) the parts paid with money are the charge: their seconds
    times their prices, divided by sixty and rounded up once; or the minimum charge, where that is more.

    Raises:
        RatingError: a negative duration or allowance, a second outside the week.
    """
    if used_seconds < 0 or allowance_seconds < 0:
        raise RatingError(f"nothing lasts {min(used_seconds, allowance_seconds)} seconds")
    if used_seconds <= terms.free_up_to_seconds:
        return ()
    parts: list[Part] = []
    second = week_second_of(0, terms, (week_second,))
    for (start, count, length, price), covered in paid_runs(terms, second, allowance_seconds):
        if start >= used_seconds:
            break
        needed = -((start - used_seconds) // length)
        needed = needed if count is None else min(needed, count)
        part = Part(start, needed * length, needed, price, covered)
        last = parts[-1] if parts else None
        if last is not None and (last.minute_price_micros, last.paid_by_allowance) == (price, covered):
            joined = last.seconds + part.seconds, last.increments + needed
            parts[-1] = Part(last.from_seconds, *joined, price, covered)
        else:
            parts.append(part)
    return tuple(parts)
