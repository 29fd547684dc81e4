"""Slows down whoever fills in the form on people's data again and again, and nobody else (clause C02; ASVS 5.0, 2.4.1).

Whoever shares an address with a flooder waits some minutes, or writes a letter. What protects a mailbox from mails is
counted apart, whoever asks.
"""

from typing import Final

from django.http import HttpRequest

from crystalcall.plumbing import clock, sources

FORM: Final = "privacy_form"
MOST: Final = 30
"""So many forms from one source as long as `plumbing.sources` remembers it."""


def wait_seconds(request: HttpRequest) -> int:
    """Count a form from there: 0 where it may be taken, else after how many seconds another may."""
    source, now = sources.source_of(request), clock.now()
    wait = sources.wait_seconds(source, FORM, MOST, now)
    if not wait:
        sources.count(source, FORM, MOST, now)
    return wait
