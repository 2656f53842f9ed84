"""The pages people open all day: they fit, they are accessible, the browser has no complaint."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.system.test_sign_on import sign_in

SHOTS = os.environ.get("HM_SCREENSHOTS")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 380, "height": 800}
LOOKS = (("light", WIDE), ("light", NARROW), ("dark", NARROW), ("dark", WIDE))

PAGES = [
    ("tech", "nexus", "/"),
    ("tech", "nexus", "/companies"),
    ("tech", "nexus", "/companies/C-1001"),
    ("tech", "nexus", "/contacts"),
    ("tech", "nexus", "/account"),
    ("acme", "nexus", "/"),
    ("admin", "nexus", "/admin/"),
    ("admin", "nexus", "/admin/directory/company/"),
    ("admin", "nexus", "/admin/accounts/user/add/"),
    ("admin", "treasury", "/settings"),
    ("admin", "treasury", "/settings/business"),
    ("admin", "treasury", "/settings/taxes"),
    ("admin", "treasury", "/settings/webhooks"),
    ("tech", "treasury", "/"),
    ("tech", "treasury", "/companies"),
    ("billing", "treasury", "/"),
    ("billing", "treasury", "/clients"),
    ("billing", "treasury", "/agreements"),
    ("billing", "treasury", "/catalogue"),
    ("billing", "treasury", "/catalogue/plans"),
    ("billing", "treasury", "/billing"),
    ("billing", "treasury", "/reports"),
    ("billing", "treasury", "/reports/profitability"),
    ("billing", "treasury", "/usage/devices"),
    ("billing", "treasury", "/usage/time"),
    ("billing", "treasury", "/usage/import"),
    ("billing", "treasury", "/invoices"),
    ("acme", "treasury", "/invoices"),
    ("acme", "treasury", "/statement"),
    ("billing", "treasury", "/payments"),
    ("billing", "treasury", "/payments/new"),
    ("billing", "treasury", "/receivables"),
    ("billing", "treasury", "/receivables/reminders"),
    ("tech", "archive", "/"),
    ("tech", "archive", "/search?q=backup"),
    ("acme", "archive", "/companies"),
    ("tech", "archive", "/no-such-page"),
    ("tech", "newcomer", "/"),
    ("tech", "newcomer", "/items/new"),
]

# The frame of the admin is the theme's own; what these rules name cannot be changed from outside.
ADMIN_FRAME = ["landmark-one-main", "landmark-unique", "region", "list", "heading-order"]


def name_of(service: str, path: str, who: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{service}{path.lower()}-{who}").strip("-")


def look(page: Page, name: str, *, rules_off: Sequence[str] = ()) -> None:
    """Hold a page against what must be true of every page, in both sizes and both themes.

    It fits in both sizes. Accessibility is looked at narrow in light and wide in dark: that shows
    both structures and both sets of colours.
    """
    options = {
        "rules": {rule: {"enabled": False} for rule in rules_off},
        "resultTypes": ["violations"],  # all is looked at, what is good is not described
    }
    for theme, size in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size(size)
        shot = f"{name}-{theme}-{size['width']}"
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{shot}.png", full_page=True)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{shot} is {width} pixels wide"
        if (theme, size) in (("light", NARROW), ("dark", WIDE)):
            found = Axe().run(page, options=options)
            assert found.violations_count == 0, f"{shot}: {found.generate_report()}"


def test_pages_fit_and_are_accessible(stack, browser: Browser):
    for who in dict.fromkeys(who for who, _, _ in PAGES):
        context = browser.new_context(viewport=WIDE)
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error, seen=problems: seen.append(str(error)))
        page.on(
            "console", lambda m, seen=problems: seen.append(m.text) if m.type == "error" else None
        )
        signed_in: set[str] = set()
        for _, service, path in [row for row in PAGES if row[0] == who]:
            url = stack.urls[service]
            if service not in signed_in:
                sign_in(page, url, who)
                signed_in.add(service)
            page.goto(url + path)
            off = ADMIN_FRAME if path.startswith("/admin/") else []
            look(page, name_of(service, path, who), rules_off=off)
        context.close()
        assert [text for text in problems if "status of 404" not in text] == [], who


def test_the_sign_in_page_fits_and_is_accessible(stack, browser: Browser):
    page = browser.new_page()
    for service in stack.urls:
        page.goto(stack.urls[service] + "/auth/login")
        look(page, f"{service}-sign-in")
    page.close()


def test_the_companies_page_works_without_javascript(stack, browser: Browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, stack.urls["nexus"], "tech")
    page.goto(stack.urls["nexus"] + "/companies")
    box = page.get_by_role("main").get_by_role("searchbox")
    box.fill("globex")
    box.press("Enter")
    assert page.get_by_role("link", name="Globex Logistics").count() >= 1
    assert page.get_by_role("main").get_by_text("Acme Manufacturing").count() == 0
    context.close()
