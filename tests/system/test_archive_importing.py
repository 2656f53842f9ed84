"""Importing thousands of files as people do it: look, begin, watch; and a worker that is killed."""

from __future__ import annotations

import io
import re
import zipfile

from playwright.sync_api import Browser, Page, expect

from tests.system.test_archive_writing import bearer, somebody
from tests.system.test_pages import look

MANY = 150
LONG_AGO = """
from datetime import timedelta
from django.db.models import F
from archive.exchange.models import Import
Import.objects.filter(state="importing").update(heard_at=F("heard_at") - timedelta(minutes=2))
"""


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(MANY):
            archive.writestr(f"cabling/{number}.md", f"# Cable {number}\n" + "In the duct. " * 50)
    return out.getvalue()


def test_an_import_goes_on_after_its_worker_was_killed(stack, browser: Browser, person):
    url = stack.urls["archive"]
    page = somebody(browser, url, "tech")
    page.goto(url + "/spaces/runbooks")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Import").click()
    file = {"name": "cabling.zip", "mimeType": "application/zip", "buffer": zipped()}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    expect(page.get_by_role("link", name=f"New {MANY}")).to_be_visible()
    look(page, "archive-import-preview")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text(re.compile(r"Importing article \d+ of 150"))).to_be_visible()
    stack.kill("archive-worker")
    stack.manage("archive", "shell", "-v", "0", "-c", LONG_AGO)
    expect(page.get_by_text("It was interrupted at article")).to_be_visible()
    look(page, "archive-import-interrupted")
    stack.stop("archive")
    stack.start("archive")  # with its worker
    start_again(page)
    expect(page.get_by_role("link", name="Open the space")).to_be_visible(timeout=60_000)
    look(page, "archive-import-done")
    page.get_by_role("link", name=re.compile(r"^New \d")).click()
    page.get_by_role("link", name="Open the space").click()
    expect(page.get_by_role("link", name=re.compile("^Cable "))).to_have_count(MANY)
    page.goto(url + "/spaces/runbooks/import")
    look(page, "archive-imports")
    revisions = [each["version"] for each in cables(person("tech"))]
    assert revisions == [1] * MANY


def start_again(page: Page) -> None:
    page.reload()
    page.get_by_role("button", name="Start again").click()


def cables(who) -> list[dict[str, object]]:
    """Return the articles that were imported, from the API."""
    who.sign_in("archive")
    answer = who.get("archive", "/api/articles/", params={"limit": "500"}, headers=bearer(who))
    return [each for each in answer.json()["results"] if each["name"].startswith("Cable ")]
