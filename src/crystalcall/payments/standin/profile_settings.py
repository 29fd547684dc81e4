"""hostedProfileSettings: plain strings here, unlike the payment form's (shared/reference/authorize-net.md 6)."""

from collections.abc import Callable
from typing import Any

import msgspec

from crystalcall.payments.standin.hosted_settings import SettingFault, url_fault
from crystalcall.payments.standin.reply import text_at
from crystalcall.payments.standin.switches import Switches

PREFIX = "hostedProfile"
LONGEST_TEXT = 50


class ProfileOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages do, with the gateway's defaults."""

    return_url: str = ""
    return_url_text: str = "Continue"
    communicator_url: str = ""
    border: bool = True
    heading_color: str = ""
    address_required: bool = False
    code_required: bool = False
    address_shown: bool = True
    manages: str = "showAll"
    payment: str = "showAll"
    save_text: str = "Save"
    validation_mode: str = "none"

    @property
    def framed(self) -> bool:
        """Whether the page talks to a page of the store's own in a frame."""
        return bool(self.communicator_url)


def _url(text: str) -> str:
    return url_fault(text)


def _word(*allowed: str) -> Callable[[str], str]:
    return lambda text: "" if text in allowed else f"must be one of {', '.join(allowed)}"


def _short(text: str) -> str:
    return "" if len(text) <= LONGEST_TEXT else f"must have at most {LONGEST_TEXT} characters"


_BOOLEAN = _word("true", "false")
_SETTINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "ReturnUrl": ("return_url", _url),
    "ReturnUrlText": ("return_url_text", _short),
    "IFrameCommunicatorUrl": ("communicator_url", _url),
    "PageBorderVisible": ("border", _BOOLEAN),
    "HeadingBgColor": ("heading_color", _short),
    "BillingAddressRequired": ("address_required", _BOOLEAN),
    "CardCodeRequired": ("code_required", _BOOLEAN),
    "BillingAddressOptions": ("address_shown", _word("showBillingAddress", "showNone")),
    "ManageOptions": ("manages", _word("showAll", "showPayment", "showShipping")),
    "PaymentOptions": ("payment", _word("showAll", "showCreditCard", "showBankAccount")),
    "SaveButtonText": ("save_text", _short),
    "ValidationMode": ("validation_mode", _word("none", "testMode", "liveMode")),
}


def read_profile_settings(settings: list[dict[str, Any]], switches: Switches) -> ProfileOptions | SettingFault:
    """The options of the pages, or the first fault found."""
    values: dict[str, str] = {}
    for setting in settings:
        name, text = text_at(setting, "settingName"), text_at(setting, "settingValue")
        known = _SETTINGS.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        if known is None:
            if switches.refuse_unknown_settings:
                return SettingFault(f"settingName {name[:60]!r} is invalid.")
            continue
        field, fault_of = known
        if fault := fault_of(text):
            return SettingFault(f"settingValue of {name} is invalid: it {fault}.")
        values[field] = text
    addresses = (values.get("return_url", ""), values.get("communicator_url", ""))
    if switches.https_only_urls and any(url and not url.startswith("https://") for url in addresses):
        return SettingFault("return and communicator addresses must be https.")
    return ProfileOptions(**_typed(values))


def _typed(values: dict[str, str]) -> dict[str, Any]:
    """The texts as what they mean."""
    meant: dict[str, Any] = dict(values)
    for field in ("border", "address_required", "code_required"):
        if field in meant:
            meant[field] = meant[field] == "true"
    if "address_shown" in meant:
        meant["address_shown"] = meant["address_shown"] == "showBillingAddress"
    return meant
