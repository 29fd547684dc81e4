"""What a request says of an order and of people, cleaned, so that reports can say it again. Nothing of a card."""

from typing import Any

from crystalcall.payments.standin.reply import clean, clean_text, text_at

DEFAULT_WINDOW_SECONDS = 120
LONGEST_WINDOW_SECONDS = 28_800
MOST_LINES = 30
_GROUPS = ("billTo", "shipTo", "tax", "duty", "shipping")
_TEXTS = ("poNumber", "customerIP", "taxExempt")


def parts_of(request: dict[str, Any]) -> dict[str, Any]:
    """Addresses, amounts, lines and fields of a transactionRequest, as reports will show them."""
    parts: dict[str, Any] = {}
    for name in _GROUPS:
        if inner := _cleaned(request.get(name)):
            parts[name] = inner
    for name in _TEXTS:
        if text := clean_text(request, name):
            parts[name] = text
    if lines := lines_of(request):
        parts["lineItems"] = [_cleaned(line) for line in lines]
    if fields := (request.get("userFields") or {}).get("userField"):
        parts["userFields"] = [{name: clean(field.get(name, "")) for name in ("name", "value")} for field in fields]
    if kind := text_at(request, "customer", "type"):
        parts["customerType"] = kind
    later = request.get("subsequentAuthInformation") or {}
    return parts | {
        name: text for name in ("originalNetworkTransId", "originalAuthAmount") if (text := text_at(later, name))
    }


def _cleaned(group: object) -> dict[str, str]:
    if not isinstance(group, dict):
        return {}
    return {name: clean(text) for name, text in group.items() if isinstance(text, str) and text}


def lines_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The line items of a request."""
    lines: list[dict[str, Any]] = (request.get("lineItems") or {}).get("lineItem", [])
    return lines


def settings_of(request: dict[str, Any]) -> dict[str, str]:
    """The transactionSettings by name; of a doubled one the last."""
    settings = (request.get("transactionSettings") or {}).get("setting", [])
    return {text_at(setting, "settingName"): text_at(setting, "settingValue") for setting in settings}


def window_of(request: dict[str, Any]) -> tuple[int, bool]:
    """The duplicate window in seconds (0 switches it off) and whether it was named."""
    named = settings_of(request).get("duplicateWindow")
    if named is None:
        return DEFAULT_WINDOW_SECONDS, False
    try:
        return min(max(int(named), 0), LONGEST_WINDOW_SECONDS), True
    except ValueError:
        return DEFAULT_WINDOW_SECONDS, False


def is_test(request: dict[str, Any]) -> bool:
    """Whether the request asks to be a test: answered, and nothing stored."""
    return settings_of(request).get("testRequest", "").strip().lower() in {"true", "1"}
