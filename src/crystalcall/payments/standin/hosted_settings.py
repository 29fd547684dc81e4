"""hostedPaymentSettings: the names, what stands inside each, and what the form makes of them.

An unknown name is refused unless a switch says otherwise. Whether the real gateway refuses it is not known; here it
catches typing errors.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crystalcall.payments.standin.switches import Switches

BOOLEAN = "boolean"
TEXT = "text"

SETTINGS: dict[str, dict[str, str]] = {
    "hostedPaymentReturnOptions": {
        "showReceipt": BOOLEAN,
        "url": TEXT,
        "urlText": TEXT,
        "cancelUrl": TEXT,
        "cancelUrlText": TEXT,
    },
    "hostedPaymentButtonOptions": {"text": TEXT},
    "hostedPaymentStyleOptions": {"bgColor": TEXT},
    "hostedPaymentPaymentOptions": {
        "cardCodeRequired": BOOLEAN,
        "showCreditCard": BOOLEAN,
        "showBankAccount": BOOLEAN,
        "customerProfileId": BOOLEAN,
    },
    "hostedPaymentSecurityOptions": {"captcha": BOOLEAN},
    "hostedPaymentShippingAddressOptions": {"show": BOOLEAN, "required": BOOLEAN},
    "hostedPaymentBillingAddressOptions": {"show": BOOLEAN, "required": BOOLEAN},
    "hostedPaymentCustomerOptions": {
        "showEmail": BOOLEAN,
        "requiredEmail": BOOLEAN,
        "addPaymentProfile": BOOLEAN,
    },
    "hostedPaymentOrderOptions": {"show": BOOLEAN, "merchantName": TEXT},
    "hostedPaymentIFrameCommunicatorUrl": {"url": TEXT},
    "hostedPaymentVisaCheckoutOptions": {},
}
IGNORED = frozenset({"hostedPaymentVisaCheckoutOptions"})
URL_KEYS = ("url", "cancelUrl")
LONGEST_URL = 2000


class HostedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the form does, with the gateway's defaults."""

    show_receipt: bool = True
    url: str = ""
    url_text: str = "Continue"
    cancel_url: str = ""
    cancel_url_text: str = "Cancel"
    button_text: str = "Pay"
    card_code_required: bool = False
    address_shown: bool = True
    address_required: bool = False
    order_shown: bool = True
    merchant_name: str = ""
    offers_saving: bool = False
    communicator_url: str = ""

    @property
    def framed(self) -> bool:
        """Whether the form talks to a page of the store's own in a frame, instead of leading back by itself."""
        return bool(self.communicator_url)


@dataclass(frozen=True, slots=True)
class SettingFault:
    """Why the settings are refused; the text goes into E00013."""

    text: str


def read_settings(settings: list[dict[str, Any]], switches: Switches) -> HostedOptions | SettingFault:
    """The options of the form, or the first fault found."""
    values: dict[str, dict[str, Any]] = {}
    for setting in settings:
        name = setting.get("settingName", "")
        if name not in SETTINGS and not switches.refuse_unknown_settings:
            continue
        outcome = _read_value(name, setting.get("settingValue", ""))
        if isinstance(outcome, SettingFault):
            return outcome
        values[name] = outcome
    options = _options(values)
    addresses = (options.url, options.cancel_url, options.communicator_url)
    if switches.https_only_urls and any(url and not url.startswith("https://") for url in addresses):
        return SettingFault("return, cancel and communicator addresses must be https.")
    return options


def _read_value(name: str, text: str) -> dict[str, Any] | SettingFault:
    if name not in SETTINGS:
        return SettingFault(f"settingName {name[:60]!r} is invalid.")
    if name in IGNORED:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        return SettingFault(f"settingValue of {name} is invalid: it must be the text of a JSON object.")
    for key, inner in value.items():
        if fault := _key_fault(SETTINGS[name], key, inner):
            return SettingFault(f"settingValue of {name} is invalid: {fault}.")
    return value


def _key_fault(keys: dict[str, str], key: str, inner: object) -> str:
    """What is wrong with one key inside a settingValue; empty when nothing is."""
    kind = keys.get(key)
    if kind is None:
        return f"it has no {key[:60]!r}"
    if kind == BOOLEAN:
        # The text "true" is not enough: the real gateway refuses it too (sdk-python#69).
        return "" if isinstance(inner, bool) else f"{key} must be a JSON boolean"
    if not isinstance(inner, str):
        return f"{key} must be text"
    fault = url_fault(inner) if key in URL_KEYS else ""
    return f"{key} {fault}" if fault else ""


def url_fault(url: str) -> str:
    """What is wrong with an address to return to; empty when nothing is."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= LONGEST_URL
        good = good and parts.port != 0 and not parts.username
    except ValueError:
        good = False
    if not good or not url.isascii() or any(ord(character) <= ord(" ") for character in url):
        return "must be an http or https address"
    if "&" in url:
        # The real form breaks on it (AuthorizeNet/sdk-java#162); here it is said.
        return "must not contain '&'"
    return ""


def _options(values: dict[str, dict[str, Any]]) -> HostedOptions:
    back = values.get("hostedPaymentReturnOptions", {})
    address = values.get("hostedPaymentBillingAddressOptions", {})
    order = values.get("hostedPaymentOrderOptions", {})
    defaults = HostedOptions()
    return HostedOptions(
        # Without an address to go to there is nothing but the receipt.
        show_receipt=back.get("showReceipt", True) or not back.get("url"),
        url=back.get("url", ""),
        url_text=back.get("urlText") or defaults.url_text,
        cancel_url=back.get("cancelUrl", ""),
        cancel_url_text=back.get("cancelUrlText") or defaults.cancel_url_text,
        button_text=values.get("hostedPaymentButtonOptions", {}).get("text") or defaults.button_text,
        card_code_required=values.get("hostedPaymentPaymentOptions", {}).get("cardCodeRequired", False),
        address_shown=address.get("show", True),
        address_required=address.get("required", False) and address.get("show", True),
        order_shown=order.get("show", True),
        merchant_name=order.get("merchantName", ""),
        offers_saving=values.get("hostedPaymentCustomerOptions", {}).get("addPaymentProfile", False),
        communicator_url=values.get("hostedPaymentIFrameCommunicatorUrl", {}).get("url", ""),
    )
