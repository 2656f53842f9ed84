"""All services together, as `./hm demo` starts them, and a real browser in front of them."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]


def more_projects() -> str:
    """Write a new module and return its folder, before the launcher looks for services."""
    folder = tempfile.mkdtemp(prefix="hm-system-module-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "deploy.local.new_module", "newcomer"]
    command += ["--title", "New comer", "--icon", "life-buoy"]
    command += ["--to", folder, "--hm-auth-url", ROOT.as_uri()]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder


os.environ["HM_MORE_PROJECTS"] = more_projects()

from deploy.local.stack import Stack  # noqa: E402 - it finds what is there when it is imported
from tests.system.people import Person  # noqa: E402


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Every service on free ports with the demo data, and beside them a module just generated."""
    with Stack(demo=True) as running:
        yield running


@pytest.fixture
def person(stack: Stack):
    """Make a person with an HTTP client of their own: ``person("tech")``."""

    def make(username: str, password: str = "hivematrix-demo") -> Person:
        return Person(stack, username, password)

    return make


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def launch(playwright: Playwright, *flags: str, **options: Any) -> Browser:
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=[
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            *flags,
        ],
        **options,
    )


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def browser_with_memory(playwright: Playwright) -> Iterator[Browser]:
    """Keep whole pages for Back and Forward as people's browsers do; Playwright switches it off."""
    browser = launch(
        playwright,
        "--enable-features=BackForwardCache",
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that fails the test on any script error or refused resource."""
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.problems = problems  # type: ignore[attr-defined]
    return page
