"""The checkout's form as a value: what was typed, and what is wrong with it. Nothing here is kept anywhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from crystalcall.shop.orders.values import PlacingProblem
from crystalcall.shop.orders.wording import problem_text

PERSONAL_FIELDS = ("name", "email", "telephone")
# Longer than any field takes, so that the sentence about length can be said; a flood is not repeated on the page.
TYPED_LIMIT_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class CheckoutForm:
    """What the buyer typed, and a sentence for each field that needs another look.

    `total_micros` is the total that was on the page when it was typed; None where the form did not carry it.
    """

    placing_key: str
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    price_notices: bool = False
    policy_notices: bool = False
    total_micros: int | None = None
    wrong: tuple[PlacingProblem, ...] = ()

    @property
    def errors(self) -> dict[str, str]:
        """A sentence for each field with a problem."""
        return {problem.field: problem_text(problem) for problem in self.wrong if problem.field in PERSONAL_FIELDS}

    @property
    def other_errors(self) -> tuple[str, ...]:
        """Sentences about the form or the cart as a whole."""
        return tuple(problem_text(problem) for problem in self.wrong if problem.field not in PERSONAL_FIELDS)

    def with_problems(self, problems: Iterable[PlacingProblem]) -> "CheckoutForm":
        """The same form, with what is wrong."""
        return replace(self, wrong=tuple(problems))

    def with_key(self, placing_key: str) -> "CheckoutForm":
        """The same form under a fresh key; the total is taken from the page it will stand on."""
        return replace(self, placing_key=placing_key, total_micros=None)


def read_form(posted: QueryDict) -> CheckoutForm:
    """The form as it was sent; whatever is missing or absurd is empty."""

    def typed(name: str) -> str:
        return str(posted.get(name) or "")[:TYPED_LIMIT_CHARACTERS].replace("\x00", "")

    total = typed("total")
    return CheckoutForm(
        placing_key=typed("placing_key"),
        name=typed("name"),
        email=typed("email"),
        telephone=typed("telephone"),
        price_notices=bool(typed("price_notices")),
        policy_notices=bool(typed("policy_notices")),
        total_micros=int(total) if total.isascii() and total.isdigit() and len(total) < 16 else None,  # noqa: PLR2004  # more digits than any order's total
    )
