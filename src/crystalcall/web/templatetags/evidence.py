"""Filters of the evidence page."""

from django import template

from crystalcall.privacy.clauses.figures import Line
from crystalcall.web.evidence_words import line_words
from crystalcall.web.templatetags.crystal import language

register = template.Library()


@register.filter
def shown(line: Line) -> str:
    """A figure's line in the reader's language."""
    return line_words(line, language())
