"""The policy as pages say it: Markdown as HTML, keys as words, and what a new version changes in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from crystalcall.privacy import policy
from crystalcall.privacy.categories import words_for
from crystalcall.privacy.policy.differences import practice_changes
from crystalcall.privacy.policy.library import UnfitPolicyError
from crystalcall.privacy.policy.queries import remembered_announcement
from crystalcall.privacy.policy.values import Recipient, Version
from crystalcall.privacy.providers import PROVIDERS, SHARED
from crystalcall.privacy.purposes import FACTS, Purpose

# HTML in a text is shown as it is typed, never taken for markup (ASVS 5.0, 1.2.1).
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class PolicyNews:
    """What every page says from an announcement on: when the version comes, and what it would use data for."""

    number: int
    due_at: datetime
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecipientSaid:
    """Somebody who gets data, with the fields and the purposes in words, and the day from which the contract counts."""

    name: str
    fields: tuple[str, ...]
    purposes: tuple[str, ...]
    contract_from: date


@lru_cache(maxsize=512)
def html(markdown: str) -> SafeString:
    """A text of the policy as HTML: paragraphs, lists, emphasis and links, and nothing else."""
    rendered = _markdown.render(markdown).replace('<a href="http', '<a rel="noreferrer" href="http')
    return mark_safe(str(rendered))  # noqa: S308 - markdown-it escapes what it does not make itself


def policy_news(now: datetime) -> PolicyNews | None:
    """The announcement for every page, or None while nothing is announced."""
    try:
        coming = policy.announced(now)
        if coming is None or coming.due_at is None:
            return None
        changes = practice_changes(policy.in_force(now).practices, coming.practices)
    except UnfitPolicyError:
        # Files that vanish under a running shop must not take its pages with them; the next start says so.
        return remembered_policy_news(now)
    return PolicyNews(coming.number, coming.due_at, purposes_said(changes.uses_new))


def remembered_policy_news(now: datetime) -> PolicyNews | None:
    """The same without asking the database, as this process knew it last; for pages that must stand without one."""
    coming = remembered_announcement(now)
    return None if coming is None else PolicyNews(coming.version, coming.due_at, ())


def purposes_said(purposes: Iterable[str]) -> tuple[str, ...]:
    """Purposes in words of the language in force; one that the program no longer knows by its key."""
    known = {purpose.value: str(facts.words) for purpose, facts in FACTS.items()}
    return tuple(known.get(purpose, purpose) for purpose in purposes)


def category_said(category: str) -> str:
    """A kind of data in words."""
    return str(words_for(category)) or category


def by_purposes(
    collected: Iterable[tuple[str, tuple[str, ...]]],
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Kinds of data that serve the same purposes, together: the purposes and the kinds, in words."""
    found: dict[tuple[str, ...], list[str]] = {}
    for category, purposes in collected:
        found.setdefault(purposes, []).append(category_said(category))
    return tuple((purposes_said(purposes), tuple(kinds)) for purposes, kinds in found.items())


def recipient_said(recipient: Recipient) -> RecipientSaid:
    """A recipient of some version in words."""
    known = PROVIDERS.get(recipient.key)
    return RecipientSaid(
        name=str(known.words) if known is not None else recipient.name,
        fields=tuple(str(SHARED[field].words) if field in SHARED else field for field in recipient.fields),
        purposes=purposes_said(recipient.purposes),
        contract_from=recipient.contract_from,
    )


def uses_said(purposes: Iterable[Purpose]) -> tuple[str, ...]:
    """The same for purposes of the closed list."""
    return tuple(str(FACTS[purpose].words) for purpose in purposes)


def state_said(version: Version, in_force_number: int) -> str:
    """Where a version stands, in a word."""
    if version.number == in_force_number:
        return _("in force")
    return _("announced") if version.in_force_at is None and version.due_at is not None else _("replaced")
