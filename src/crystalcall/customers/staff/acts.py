"""Which acts the audit log knows: a closed list that rooms add to at their start."""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.customers.staff.values import Act
from crystalcall.rules.staffing import Right

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]{0,40}")

OWN: Final = (
    Act("staff.added", _("added a member of staff")),
    Act("staff.disabled", _("disabled a member of staff"), needs_reason=True),
    Act("staff.enabled", _("let a member of staff back in")),
    Act("staff.roles_changed", _("changed a member’s roles")),
    Act("staff.factor_reset", _("took a member’s second factor away"), needs_reason=True),
    Act("staff.set_up_again", _("gave a member a new set-up address"), needs_reason=True),
    Act("staff.set_up", _("set up their own sign-in")),
    Act("staff.log_read", _("read the audit log"), Right.SEE_AUDIT),
    Act("staff.proposed", _("proposed something that takes two"), needs_reason=True),
    Act("staff.amended", _("changed their own proposal"), needs_reason=True),
    Act("staff.withdrawn", _("withdrew their own proposal")),
    Act("staff.approved", _("approved a proposal, and it was done")),
    Act("staff.failed", _("approved a proposal that could not be done")),
    Act("staff.did_alone", _("did something that takes one up to a limit"), needs_reason=True),
)
"""What this room itself writes down."""


class UnknownActError(Exception):
    """An act that no room registered, or one registered twice, differently: a mistake in the program."""


_acts: Final[dict[str, Act]] = {}


def register(*acts: Act) -> None:
    """Add acts of a room, each named "room.act"; called in AppConfig.ready. Errors: UnknownActError."""
    for act in acts:
        known = _acts.get(act.name)
        if not _NAME.fullmatch(act.name):
            raise UnknownActError(f"{act.name!r} is no name of an act.")
        if known is not None and (known.right, known.needs_reason) != (act.right, act.needs_reason):
            raise UnknownActError(f"The act {act.name} is registered twice, differently.")
        _acts[act.name] = act


def act_named(name: str) -> Act:
    """The act of this name. Errors: UnknownActError."""
    if name not in _acts:
        raise UnknownActError(f"No room registered the act {name!r}.")
    return _acts[name]


def registered() -> tuple[Act, ...]:
    """Every act, by name."""
    return tuple(_acts[name] for name in sorted(_acts))


def words(name: str) -> Any:
    """What readers are told of an act; its name where no room registers it any more."""
    return _acts[name].words if name in _acts else name
