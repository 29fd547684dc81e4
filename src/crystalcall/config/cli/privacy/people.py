"""How commands name a person (an order's number or an e-mail address) and an officer, and say what is kept, masked."""

from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.cards_words import money, refuse
from crystalcall.config.cli.privacy.acting import acting_officer
from crystalcall.config.cli.privacy.officers import refuse as refuse_officer
from crystalcall.config.cli.saying import Lines, joined

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.privacy.keepers import Person
    from crystalcall.privacy.officers.values import OfficerInfo

WHO = click.argument("who", metavar="ORDER|EMAIL")
OFFICER_OPTION = acting_officer("officer_name")
YES_OPTION = click.option("--yes", is_flag=True, help="Do not ask again.")


def person_of(who: str, *, whole_mailbox: bool = False, as_json: bool = False) -> "Person":
    """The person with this address, or the buyer of this order, or the end of the command.

    An order's number names that purchase alone, since anybody can order with somebody else's address; where a child is
    to be protected, `whole_mailbox` names everything that has the same address.
    """
    from crystalcall.privacy import keepers

    is_address = "@" in who
    mailbox = keepers.mailbox(who) if is_address else None
    found = keepers.find(mailbox=mailbox, order_number=None if is_address else who.strip().upper())
    if not found:
        refuse("nobody", "Nobody (any more) has this order or address.", as_json=as_json)
    return keepers.whole(found) if whole_mailbox else found


def officer_of(name: str) -> "OfficerInfo":
    """The officer of this name who serves, or the end of the command."""
    from crystalcall.privacy.officers.queries import officer
    from crystalcall.privacy.officers.values import OfficerRefusal

    found = officer(name)
    if found is None:
        refuse_officer(OfficerRefusal.UNKNOWN, name)
    if not found.is_active:
        refuse_officer(OfficerRefusal.RETIRED, name)
    return found


def summary(person: "Person") -> Lines:
    """What is kept of a person in figures, and what is on their cards; nothing that tells who it is."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy import keepers
    from crystalcall.privacy.keepers import NameKind

    counts = {
        "orders": len(person.of(NameKind.ORDER)),
        "cards": len(person.of(NameKind.CARD)),
        "requests": len(person.of(NameKind.REQUEST)),
    }
    held = [each for keeper in keepers.all_keepers() for each in keeper.holdings(person, now=now())]
    lines = [", ".join(f"{number} {word}" for word, number in counts.items())]
    lines += [f"card {each.card}: {money(each.balance_micros)}" for each in held]
    return joined(lines)
