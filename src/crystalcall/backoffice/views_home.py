"""The first page: what waits, list by list, as far as it is this member's business."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from crystalcall.backoffice.doors import DeskRequest, desk_page
from crystalcall.hall.fragments import fragment
from crystalcall.plumbing import clock, waiting
from crystalcall.rules.staffing import Right

ROBOTS = "User-agent: *\nDisallow: /\n"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a list, and whether it is late."""

    line: waiting.Line
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as this page shows it."""

    listed: waiting.WaitingList
    lines: tuple[ShownLine, ...]


@desk_page()
def home(request: DeskRequest) -> HttpResponse:
    """Every list that this member may see, those with something in them first."""
    now = clock.now()
    mine = [each for each in waiting.all_lists() if request.member.may(each.right)]
    shown = [
        ShownList(each, tuple(ShownLine(line, line.is_late(now)) for line in each.look(now)[: waiting.AT_MOST]))
        for each in mine
    ]
    busy = sorted((each for each in shown if each.lines), key=lambda each: not any(line.is_late for line in each.lines))
    return fragment(
        request,
        "backoffice/home.html",
        {
            "busy": busy,
            "quiet": [each for each in shown if not each.lines],
            "may_look_up": request.member.may(Right.LOOK_UP),
        },
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view
    """Nothing here is for crawlers."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
