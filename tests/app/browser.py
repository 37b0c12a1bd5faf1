"""A real browser for tests: a Chromium that is installed here, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

VARIABLE = "CONCORD_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A machine that does other things as well takes its time.
_MILLISECONDS = 60_000


def chromium() -> str:
    """Path of the browser: $CONCORD_CHROMIUM, else what is installed.

    Without one the test is skipped and says why; in CI (variable CI) it fails, for there it has to run.
    """
    found = os.environ.get(VARIABLE) or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found and Path(found).is_file():
        return found
    reason = f"no Chromium here: 'make browser' installs Debian's, or name one in ${VARIABLE}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless browser that is closed at the end."""
    expect.set_options(timeout=_MILLISECONDS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield running
        finally:
            running.close()


def open_page(running: Browser, hosts: set[str]) -> Page:
    """A new page; the hosts that it asks for anything are added to ``hosts``."""
    page = running.new_page(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page.set_default_timeout(_MILLISECONDS)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
    return page


def settle(page: Page) -> None:
    """Wait until the app has drawn everything that the last click asked for."""
    idle = page.locator("[data-testid='stApp'][data-test-script-state='notRunning']")
    idle.wait_for()
    # What was clicked reaches the server in a moment, and only then does the app begin to work on it.
    page.wait_for_timeout(400)
    idle.wait_for()


def click(page: Page, name: str) -> None:
    """Press a button by its label."""
    page.get_by_role("button", name=name, exact=True).first.click()
    settle(page)


def fill(page: Page, label: str, text: str) -> None:
    """Type into the field with this label, and leave it."""
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.blur()
    settle(page)


def tick_row(page: Page, number: int, table: int = 0) -> None:
    """Tick a row of a table; rows count from 0. A table is drawn as a picture, so it goes by place."""
    grid = page.get_by_test_id("stDataFrame").nth(table)
    grid.click(position={"x": 18, "y": 35 * (number + 1) + 17})
    settle(page)


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page where CONCORD_SCREENSHOTS says; without it, none."""
    folder = os.environ.get("CONCORD_SCREENSHOTS")
    if not folder:
        return
    settle(page)
    height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
    page.set_viewport_size({"width": 1440, "height": max(700, min(1600, height + 20))})
    page.wait_for_timeout(1500)
    settle(page)
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(folder) / f"{name}.png")
    page.set_viewport_size({"width": 1440, "height": 900})
