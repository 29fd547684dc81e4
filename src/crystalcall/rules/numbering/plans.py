"""The world's numbering plans, compiled for speed: what the digits after a plus are.

For each calling code and each length of a national number one regular expression tries, in the order in which
libphonenumber tries them, the regions that share the code and the kinds of number of each; the group that matched
names both. The answers are those of `phonenumbers` (``parse``, ``is_valid_number``, ``region_code_for_number`` and
``number_type``), as ``tests/rules/test_numbering_plans.py`` checks.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from crystalcall.rules.numbering.values import LEAST_DIGITS, LineType, Number, UnclearReason

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata, PhoneNumber
    from phonenumbers.phonemetadata import PhoneNumberDesc

# Global services that are no country: Inmarsat and the mobile satellite networks; Thuraya hides in 882 16.
_SATELLITE_PREFIXES: Final = ("870", "881", "88216")
_PREMIUM_PREFIXES: Final = ("979",)
# Until August 2019 Mexican mobiles were dialed with a 1 after the country code; many address books still hold it.
_OLD_MEXICAN_MOBILE = re.compile(r"521([0-9]{10})")

_LONGEST_CALLING_CODE: Final = 3
# What libphonenumber takes as a national number at all; longer digits are not asked about.
_MOST_NATIONAL_DIGITS: Final = 17
# Digits typed twice or with a prefix may be longer than a number, and still be one without it.
_MOST_DIGITS: Final = 64

# An expression that matches nothing.
_NOTHING: Final = "(?!)"

# The kinds in the order in which libphonenumber asks for them; the first that matches is the number's.
_KINDS: Final = (
    ("premium_rate", LineType.PREMIUM),
    ("toll_free", LineType.TOLL_FREE),
    ("shared_cost", LineType.OTHER),
    ("voip", LineType.OTHER),
    ("personal_number", LineType.OTHER),
    ("pager", LineType.OTHER),
    ("uan", LineType.OTHER),
    ("voicemail", LineType.OTHER),
    # A North American number may be either; it is priced as the landline it looks like.
    ("fixed_line", LineType.LANDLINE),
    ("mobile", LineType.MOBILE),
)


class Meaning(NamedTuple):
    """What a group of an expression stands for: a region, and the kind unless it is yet to be asked for."""

    region: int
    line_type: LineType | None


def international(digits: str) -> Number | UnclearReason:
    """The number that begins with its calling code (ASCII digits, no plus), or why there is none."""
    if len(digits) < LEAST_DIGITS:
        return _short_reason(digits)
    if digits.startswith("521") and _OLD_MEXICAN_MOBILE.fullmatch(digits):
        digits = "52" + digits[3:]
    code = _calling_code(digits)
    if code is None:
        return UnclearReason.UNKNOWN_COUNTRY
    return plan_of(code).read(digits[len(code) :])


def _short_reason(digits: str) -> UnclearReason:
    """Few digits are too short, unless they already begin with a code that no country has."""
    begins_with_code = any(digits[:length] in calling_codes() for length in range(1, _LONGEST_CALLING_CODE + 1))
    enough_to_tell = len(digits) >= _LONGEST_CALLING_CODE
    return UnclearReason.UNKNOWN_COUNTRY if enough_to_tell and not begins_with_code else UnclearReason.TOO_SHORT


def _calling_code(digits: str) -> str | None:
    """The calling code that digits begin with; no code is the beginning of another."""
    codes = calling_codes()
    for length in range(1, _LONGEST_CALLING_CODE + 1):
        if digits[:length] in codes:
            return digits[:length]
    return None


@cache
def calling_codes() -> dict[str, tuple[str, ...]]:
    """Every calling code with its regions, the main one first; "001" stands for services of no country."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return {str(code): tuple(regions) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}


@cache
def plan_of(code: str) -> "NumberingPlan":
    """The plan of a calling code, made at its first use in this process."""
    return NumberingPlan(code, calling_codes()[code])


class NumberingPlan:
    """The numbers under one calling code.

    Expressions are compiled when a number of their length is first asked for. Two threads may compile the same one at
    the same time; they get the same.
    """

    __slots__ = (
        "_code",
        "_countries",
        "_kinds",
        "_meanings",
        "_metadata",
        "_prefix",
        "_reasons",
        "_regions",
        "_rule",
        "_strippable",
        "_viable",
    )

    def __init__(self, code: str, regions: tuple[str, ...]) -> None:
        from phonenumbers import REGION_CODE_FOR_NON_GEO_ENTITY as NO_COUNTRY
        from phonenumbers import PhoneNumber, ValidationResult, is_possible_number_with_reason

        self._code = code
        self._countries = tuple(None if region == NO_COUNTRY else region for region in regions)
        self._metadata = tuple(_metadata_of(code, region) for region in regions)
        prefix = self._metadata[0].national_prefix_for_parsing
        self._prefix = re.compile(prefix) if prefix else None
        self._rule = self._metadata[0].national_prefix_transform_rule or ""
        self._viable = re.compile(_pattern_of(self._metadata[0].general_desc))
        # Whether digits are too few or too many is a question of their length alone: asked once for each.
        samples = {n: PhoneNumber(country_code=int(code), national_number=int("1" * n)) for n in range(1, _MOST_DIGITS)}
        self._reasons = {n: _reason_invalid(sample) for n, sample in samples.items()}
        right = (ValidationResult.IS_POSSIBLE, ValidationResult.TOO_LONG)
        self._strippable = frozenset(n for n, each in samples.items() if is_possible_number_with_reason(each) in right)
        self._regions: dict[int, re.Pattern[str]] = {}
        self._kinds: dict[tuple[int, int], re.Pattern[str]] = {}
        # Names stand for the same in every expression, whichever thread compiles it.
        self._meanings: dict[str | None, Meaning] = {
            f"r{region}{name}": Meaning(region, line_type)
            for region in range(len(regions))
            for name, line_type in (("", None), *_KINDS)
        }

    def read(self, national: str) -> Number | UnclearReason:
        """The number of these digits after the calling code."""
        if self._prefix is not None:
            national = self._without_prefix(national, self._prefix)
        length = len(national)
        if length > _MOST_NATIONAL_DIGITS:
            return UnclearReason.TOO_LONG
        expression = self._regions.get(length) or self._region_expression(length)
        found = expression.fullmatch(national)
        if found is None:
            return self._reasons[length]
        region, line_type = self._meanings[found.lastgroup]
        if line_type is None:
            line_type = self._kind_of(region, national)
            if line_type is None:
                return self._reasons[length]
        digits = self._code + national
        if digits.startswith(_SATELLITE_PREFIXES):
            # Before its kind is asked: libphonenumber calls satellites mobile.
            line_type = LineType.SATELLITE
        elif line_type is LineType.PREMIUM or digits.startswith(_PREMIUM_PREFIXES):
            return UnclearReason.PREMIUM
        return Number("+" + digits, digits, self._countries[region], line_type)

    def _without_prefix(self, national: str, prefix: re.Pattern[str]) -> str:
        """The number without the prefix that is dialed inside the country, where what remains can be a number."""
        found = prefix.match(national)
        if found is None:
            return national
        # A rule rewrites what its groups caught (an Argentine 15 becomes a 9); without, the prefix is cut off.
        rewritten = self._rule and found.groups()[-1] is not None
        stripped = prefix.sub(self._rule, national, count=1) if rewritten else national[found.end() :]
        if self._viable.fullmatch(national) and not self._viable.fullmatch(stripped):
            return national
        return stripped if len(stripped) in self._strippable else national

    def _region_expression(self, length: int) -> re.Pattern[str]:
        """Which region a number of so many digits belongs to; where that takes its kind, the kind as well."""
        alternatives = []
        for region, metadata in enumerate(self._metadata):
            if metadata.leading_digits is None or len(self._metadata) == 1:
                alternatives.append(_kinds_of(region, metadata, length))
            else:
                alternatives.append(rf"(?P<r{region}>(?:{metadata.leading_digits})\d*)")
        expression = self._regions[length] = re.compile("|".join(alternatives))
        return expression

    def _kind_of(self, region: int, national: str) -> LineType | None:
        """The kind of a number whose leading digits have told its region; None if it is of no kind."""
        key = region, len(national)
        expression = self._kinds.get(key)
        if expression is None:
            expression = self._kinds[key] = re.compile(_kinds_of(region, self._metadata[region], len(national)))
        found = expression.fullmatch(national)
        return None if found is None else self._meanings[found.lastgroup].line_type


def _metadata_of(code: str, region: str) -> "PhoneMetadata":
    """What libphonenumber knows of the numbers of a region."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if metadata is None:
        raise LookupError(f"libphonenumber lists region {region} under +{code} and does not know it")
    return metadata


def _kinds_of(region: int, metadata: "PhoneMetadata", length: int) -> str:
    """An alternative for each kind of number that has this length in the region, each a group with a name."""
    alternatives = []
    for name, _ in _KINDS:
        kind = getattr(metadata, name)
        if _allows(kind, length):
            alternatives.append(f"(?P<r{region}{name}>{_pattern_of(kind)})")
    if not alternatives or not _allows(metadata.general_desc, length):
        return _NOTHING
    return rf"(?=(?:{_pattern_of(metadata.general_desc)})\Z)(?:{'|'.join(alternatives)})"


def _allows(kind: "PhoneNumberDesc | None", length: int) -> bool:
    """Whether numbers of the kind have this length; no lengths stand for those of all numbers of the region."""
    if kind is None or not kind.national_number_pattern:
        return False
    return not kind.possible_length or length in kind.possible_length


def _pattern_of(kind: "PhoneNumberDesc | None") -> str:
    """The expression of the numbers of a kind."""
    return (kind and kind.national_number_pattern) or _NOTHING


def _reason_invalid(parsed: "PhoneNumber") -> UnclearReason:
    """Why a number of a known country is none."""
    import phonenumbers

    outcome = phonenumbers.is_possible_number_with_reason(parsed)
    if outcome == phonenumbers.ValidationResult.INVALID_LENGTH:
        # Between the lengths of its kinds of number (Russia has 10 and 14 digits): judged as the usual kind.
        outcome = phonenumbers.is_possible_number_for_type_with_reason(parsed, phonenumbers.PhoneNumberType.FIXED_LINE)
    if outcome in (phonenumbers.ValidationResult.TOO_SHORT, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return UnclearReason.TOO_SHORT
    if outcome == phonenumbers.ValidationResult.TOO_LONG:
        return UnclearReason.TOO_LONG
    return UnclearReason.IMPOSSIBLE
