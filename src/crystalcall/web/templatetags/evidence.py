"""Filters of the evidence page."""

from django import template

from crystalcall.hall.templatetags.figures import language
from crystalcall.privacy.clauses.figures import Line
from crystalcall.web.evidence_words import line_words

register = template.Library()


@register.filter
def shown(line: Line) -> str:
    """A figure's line in the reader's language."""
    return line_words(line, language())
