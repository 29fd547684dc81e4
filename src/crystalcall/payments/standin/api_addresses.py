"""The requests about shipping addresses of customer profiles."""

from dataclasses import replace
from typing import Any

from crystalcall.payments.standin import codes, profiles
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.keeping_cards import cleaned
from crystalcall.payments.standin.profiles import Address
from crystalcall.payments.standin.reply import Reply, is_true, text_at

DUPLICATE = codes.DUPLICATE_RECORD.saying("A duplicate customer shipping address already exists.")


def create_address(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """One address more in a profile."""
    profile_id = text_at(body, "customerProfileId")
    with desk.state.writing():
        if profiles.find(desk.state, profile_id) is None:
            return Reply(message=codes.NOT_FOUND)
        there = profiles.addresses_of(desk.state, profile_id)
        asked = cleaned(body["address"])
        if same := next((one for one in there if one.address == asked), None):
            return Reply({"customerProfileId": profile_id, "customerAddressId": same.address_id}, DUPLICATE)
        if len(there) >= profiles.MOST_ADDRESSES:
            return Reply(message=codes.TOO_MANY_ADDRESSES)
        made = Address(
            address_id=profiles.new_id(),
            customer_profile_id=profile_id,
            address=asked,
            is_default=is_true(body, "defaultShippingAddress"),
        )
        profiles.save_address(desk.state, made)
    return Reply({"customerProfileId": profile_id, "customerAddressId": made.address_id})


def _find(desk: StandinDesk, body: dict[str, Any], address_id: str) -> Address | None:
    return profiles.find_address(desk.state, text_at(body, "customerProfileId"), address_id)


def get_address(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """One address; without its number the default one."""
    found = _find(desk, body, text_at(body, "customerAddressId"))
    if found is None:
        return Reply(message=codes.NOT_FOUND)
    shown = found.address | {"customerAddressId": found.address_id}
    return Reply(({"defaultShippingAddress": True} if found.is_default else {}) | {"address": shown})


def update_address(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Replace an address."""
    with desk.state.writing():
        before = _find(desk, body, text_at(body, "address", "customerAddressId"))
        if before is None:
            return Reply(message=codes.NOT_FOUND)
        default = before.is_default or is_true(body, "defaultShippingAddress")
        profiles.save_address(desk.state, replace(before, address=cleaned(body["address"]), is_default=default))
    return Reply()


def delete_address(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Delete one address."""
    with desk.state.writing():
        found = _find(desk, body, text_at(body, "customerAddressId"))
        if found is None:
            return Reply(message=codes.NOT_FOUND)
        profiles.remove_address(desk.state, found)
    return Reply()
