"""A demo really started for the walks, and a browser that reaches nothing but this machine."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Route, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from demos import Demo, free_base_port, start_demo, stop, wait_until_running  # noqa: E402 - the line above finds it

PICTURES = HERE.parents[1] / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """One demo for all walks, on a data folder and ports of its own."""
    place = tmp_path_factory.mktemp("demo")
    running = start_demo(place / "var", free_base_port(), place / "output.txt")
    try:
        wait_until_running(running)
        yield running
    finally:
        stop(running)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
    yield browser
    browser.close()


def stay_here(route: Route) -> None:
    """Let a request to this machine pass and stop any other."""
    if httpx.URL(route.request.url).host in {"127.0.0.1", "localhost"}:
        route.continue_()
    else:
        route.abort()


@pytest.fixture
def context(browser, demo) -> Iterator[BrowserContext]:
    """A visitor without JavaScript, on a screen of ordinary size."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    context.route("**/*", stay_here)
    yield context
    context.close()


@pytest.fixture
def page(context) -> Page:
    return context.new_page()


@pytest.fixture
def picture():
    """Keep a picture for the README, where CRYSTALCALL_PICTURES=1 asks for it."""

    def keep(shown: Page | Locator, name: str) -> None:
        if os.environ.get("CRYSTALCALL_PICTURES"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            shown.screenshot(path=PICTURES / f"{name}.png")

    return keep
