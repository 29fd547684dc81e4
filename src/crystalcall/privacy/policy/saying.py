"""What a version of the policy changes, in words of the active language: the same in banner, page and mail."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crystalcall.privacy.categories import words_for
from crystalcall.privacy.policy.differences import PracticeChanges
from crystalcall.privacy.policy.values import NewUse, Recipient
from crystalcall.privacy.providers import PROVIDERS, SHARED
from crystalcall.privacy.purposes import FACTS
from crystalcall.privacy.retention_classes import CLASSES

_PURPOSES = {purpose.value: facts.words for purpose, facts in FACTS.items()}


@dataclass(frozen=True, slots=True)
class Said:
    """Changes of one kind: a heading, and a line for each. `is_more` where the shop may do more than before."""

    heading: str
    lines: tuple[str, ...]
    is_more: bool


def changes_said(changes: PracticeChanges) -> tuple[Said, ...]:
    """Everything that changes in practice, what the shop may do more first; empty where only words change."""
    return tuple(said for said in (*_more(changes), *_less(changes)) if said.lines)


def new_uses_said(uses: Sequence[NewUse]) -> tuple[str, ...]:
    """What waits for somebody's word, a line for each purpose of each kind of data and each recipient."""
    kinds: dict[str, list[str]] = {}
    gifts: dict[tuple[str, str], list[str]] = {}
    for use in uses:
        if use.provider:
            gifts.setdefault((use.provider, use.field), []).append(use.purpose)
        elif use.category:
            kinds.setdefault(use.category, []).append(use.purpose)
    bare = [use.purpose for use in uses if not use.category and not use.provider]
    collected = tuple((category, tuple(purposes)) for category, purposes in kinds.items())
    given: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (provider, name), purposes in gifts.items():
        given.setdefault((provider, tuple(purposes)), []).append(name)
    return (
        *_uses(bare, collected),
        *(
            _("%(who)s gets: %(what)s") % {"who": _capital(provider_said(who)), "what": _given(names, purposes)}
            for (who, purposes), names in given.items()
        ),
    )


def purposes_said(purposes: Iterable[str]) -> tuple[str, ...]:
    """Purposes in words; one that the program no longer knows by its key."""
    return tuple(str(_PURPOSES.get(purpose, purpose)) for purpose in purposes)


def category_said(category: str) -> str:
    """A kind of data in words."""
    return str(words_for(category)) or category


def retention_said(classes: Iterable[str]) -> tuple[str, ...]:
    """Classes of retention in words."""
    return tuple(str(CLASSES[each].words) if each in CLASSES else each for each in classes)


def provider_said(key: str, name: str = "") -> str:
    """A provider in words."""
    known = PROVIDERS.get(key)
    return str(known.words) if known is not None else name or key


def fields_said(fields: Iterable[str]) -> tuple[str, ...]:
    """Fields that leave, in words: what everybody gives first, what few ever have last."""
    usual = {field: place for place, field in enumerate(SHARED)}
    ordered = sorted(fields, key=lambda field: (usual.get(field, len(usual)), field))
    return tuple(str(SHARED[field].words) if field in SHARED else field for field in ordered)


def _more(changes: PracticeChanges) -> Iterator[Said]:
    yield Said(_("New uses of data"), tuple(_uses(changes.uses_new, changes.collected_new)), is_more=True)
    yield Said(_("Kept longer, or by one more rule"), tuple(_kept(changes.kept_longer)), is_more=True)
    yield Said(_("Who gets data for the first time"), tuple(_recipients(changes.recipients_new)), is_more=True)
    yield Said(_("Who gets more"), tuple(_recipients(changes.recipients_more)), is_more=True)
    yield Said(_("Least age"), _figures(changes.minimum_age), is_more=changes.minimum_age[1] < changes.minimum_age[0])


def _less(changes: PracticeChanges) -> Iterator[Said]:
    gone = tuple(each for each in changes.uses_gone if not any(each in uses for _key, uses in changes.collected_less))
    yield Said(_("Uses that end"), tuple(_uses(gone, changes.collected_less)), is_more=False)
    yield Said(_("No longer collected"), tuple(category_said(each) for each in changes.collected_gone), is_more=False)
    yield Said(_("No longer kept by this rule"), tuple(_kept(changes.kept_shorter)), is_more=False)
    yield Said(_("Who gets less"), tuple(_recipients(changes.recipients_less)), is_more=False)
    gone_names = tuple(_capital(provider_said(each.key, each.name)) for each in changes.recipients_gone)
    yield Said(_("Who gets nothing any more"), gone_names, is_more=False)
    yield Said(_("Days of notice"), _figures(changes.notice_days), is_more=False)


def _uses(purposes: Iterable[str], collected: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """Kinds of data that serve the same purposes on one line; a purpose that no kind of data is named with alone."""
    found: dict[tuple[str, ...], list[str]] = {}
    for category, served in collected:
        found.setdefault(served, []).append(category_said(category))
    covered = {purpose for served in found for purpose in served}
    yield from purposes_said(each for each in purposes if each not in covered)
    for served, kinds in found.items():
        yield f"{', '.join(kinds)}: {'; '.join(purposes_said(served))}"


def _kept(kept: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for category, classes in kept:
        yield f"{category_said(category)}: {'; '.join(retention_said(classes))}"


def _recipients(recipients: Iterable[Recipient]) -> Iterator[str]:
    for each in recipients:
        yield f"{_capital(provider_said(each.key, each.name))}: {_given(each.fields, each.purposes)}"


def _given(fields: Iterable[str], purposes: Iterable[str]) -> str:
    return f"{'; '.join(fields_said(fields))} — {'; '.join(purposes_said(purposes))}"


def _figures(figures: tuple[int, int]) -> tuple[str, ...]:
    before, after = figures
    return () if before == after else (f"{before} → {after}",)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
