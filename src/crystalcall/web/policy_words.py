"""The policy as pages say it: Markdown as HTML, keys as words, and what a new version changes in a sentence."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markdown_it import MarkdownIt

from crystalcall.privacy import policy
from crystalcall.privacy.announcing.clockwork import zone
from crystalcall.privacy.policy.differences import practice_changes
from crystalcall.privacy.policy.library import UnfitPolicyError
from crystalcall.privacy.policy.queries import remembered_announcement
from crystalcall.privacy.policy.saying import (
    Said,
    category_said,
    changes_said,
    fields_said,
    provider_said,
    purposes_said,
    retention_said,
)
from crystalcall.privacy.policy.values import Practices, Recipient, Version

# HTML in a text is shown as it is typed, never taken for markup (ASVS 5.0, 1.2.1).
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class PolicyNews:
    """What every page says from an announcement on: when the version comes, and what it would allow the shop to do."""

    number: int
    due_at: datetime
    more: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class RecipientSaid:
    """Somebody who gets data, with the fields and the purposes in words, and the day from which the contract counts."""

    name: str
    fields: tuple[str, ...]
    purposes: tuple[str, ...]
    contract_from: date


@dataclass(frozen=True, slots=True)
class KindSaid:
    """A kind of data that some version says is collected: what for, and how long it is kept."""

    name: str
    purposes: tuple[str, ...]
    retention: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PracticesSaid:
    """What some version says is done, in words."""

    kinds: tuple[KindSaid, ...]
    recipients: tuple[RecipientSaid, ...]
    cookies: tuple[str, ...]
    minimum_age: int
    notice_days: int


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
        return PolicyNews(coming.number, coming.due_at, _more(policy.in_force(now), coming))
    except UnfitPolicyError:
        # A text that was changed in the database must not take the pages with it; the next start says so.
        return remembered_policy_news(now)


def remembered_policy_news(now: datetime) -> PolicyNews | None:
    """The same without asking the database, as this process knew it last; for pages that must stand without one."""
    known = remembered_announcement(now)
    if known is None:
        return None
    waiting, standing, coming = known
    more = () if standing is None or coming is None else _more(standing, coming)
    return PolicyNews(waiting.version, waiting.due_at, more)


def _more(standing: Version, coming: Version) -> tuple[Said, ...]:
    changes = practice_changes(standing.practices, coming.practices)
    return tuple(said for said in changes_said(changes) if said.is_more)


def day_said(moment: datetime) -> date:
    """The day of a moment in the store's zone, in whose midnights versions come into force."""
    return moment.astimezone(zone()).date()


def recipient_said(recipient: Recipient) -> RecipientSaid:
    """A recipient of some version in words."""
    return RecipientSaid(
        name=provider_said(recipient.key, recipient.name),
        fields=fields_said(recipient.fields),
        purposes=purposes_said(recipient.purposes),
        contract_from=recipient.contract_from,
    )


def practices_said(practices: Practices) -> PracticesSaid:
    """The practices of some version in words."""
    return PracticesSaid(
        kinds=tuple(
            KindSaid(category_said(each.category), purposes_said(each.purposes), retention_said(each.retention))
            for each in practices.collected
        ),
        recipients=tuple(recipient_said(each) for each in practices.providers),
        cookies=practices.cookies,
        minimum_age=practices.minimum_age,
        notice_days=practices.notice_days,
    )


def state_said(version: Version, in_force_number: int) -> str:
    """Where a version stands, in a word."""
    if version.number == in_force_number:
        return _("in force")
    if version.withdrawn_at is not None:
        return pgettext("version of the policy", "withdrawn")
    return _("announced") if version.in_force_at is None and version.due_at is not None else _("replaced")
