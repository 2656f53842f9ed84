"""Writing in Archive as people do it: files, links, preview, drafts, two at once, comments."""

from __future__ import annotations

import base64
import re
import time

import requests
from playwright.sync_api import Browser, Page, Route, expect

from tests.system.test_pages import WIDE, look
from tests.system.test_sign_on import sign_in

# A picture of 2 by 2 pixels, as the clipboard gives one.
PIXELS = (
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8sEKGgYGBiYGBgYGBAQAVbgG42wI2"
    "SQAAAABJRU5ErkJggg=="
)
YESTERDAY = """
from datetime import timedelta
from django.db.models import F
from archive.discussion.models import Digest
Digest.objects.update(told_until=F("told_until") - timedelta(days=1))
"""
PASTE = """
([selector, content, name]) => {
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, {type: "image/png"}));
  const area = document.querySelector(selector);
  const options = {clipboardData: data, bubbles: true, cancelable: true};
  area.dispatchEvent(new ClipboardEvent("paste", options));
}
"""


def somebody(browser: Browser, url: str, name: str, **options) -> Page:
    context = browser.new_context(viewport=WIDE, **options)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
    sign_in(page, url, name)
    return page


def writing_on_while_a_file_is_sent(page: Page) -> None:
    """What is typed meanwhile goes on where it was, and two files stay two words."""
    area, held = page.get_by_label("Text", exact=True), []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/attachments/upload", hold)
    area.press("Control+End")
    page.evaluate(PASTE, ["#id_source", PIXELS, "slow.png"])
    expect(area).to_have_value(re.compile(r"\) \[Sending slow\.png …\]$"))
    area.press_sequentially("\n\nAfter")
    area.press("ArrowLeft")
    held.pop().continue_()
    expect(area).to_have_value(re.compile(r"\) !\[slow\.png\]\([^ ()]+\)\n\nAfter$"))
    area.press_sequentially("-")
    expect(area).to_have_value(re.compile(r"\n\nAfte-r$"))
    page.evaluate(PASTE, ["#id_source", PIXELS, "late.png"])
    page.get_by_label("Title").focus()
    held.pop().continue_()
    expect(area).to_have_value(re.compile(r"!\[late\.png\]"))
    expect(page.get_by_label("Title")).to_be_focused()
    page.unroute("**/attachments/upload")


def test_two_people_write_and_a_client_reads(stack, browser: Browser, person):
    url = stack.urls["archive"]
    tech = somebody(browser, url, "tech")
    tech.goto(url + "/spaces/acme-manufacturing/new")
    tech.get_by_label("Title").fill("Label printer in the warehouse")
    area = tech.get_by_label("Text", exact=True)
    area.press_sequentially("Turn it **off** and on.\n\nSee [[")
    tech.get_by_role("listbox", name="Suggestions").get_by_role("option").first.click()
    expect(area).to_have_value(re.compile(r"See \[\[[^\[\]]+\]\]$"))
    area.press("End")
    area.press_sequentially("\n\n")
    tech.evaluate(PASTE, ["#id_source", PIXELS, "label.png"])
    expect(area).to_have_value(re.compile(r"!\[label\.png\]\(/attachments/[0-9a-f-]{36}\)"))
    shown = tech.get_by_role("region", name="Preview")
    expect(shown.locator("strong")).to_have_text("off")
    expect(shown.get_by_role("img", name="label.png")).to_be_visible()
    assert shown.get_by_role("img").evaluate("(each) => each.naturalWidth") == 2
    writing_on_while_a_file_is_sent(tech)
    tech.get_by_label("Who may read it").select_option("client")
    expect(tech.get_by_text("Draft kept")).to_be_visible()
    tech.reload()  # as after a crash: what was typed is offered
    tech.get_by_role("link", name="Continue the draft").click()
    expect(tech.get_by_label("Title")).to_have_value("Label printer in the warehouse")
    look(tech, "archive-editor")
    tech.set_viewport_size(WIDE)
    tech.get_by_role("button", name="Save").click()
    tech.wait_for_url("**/label-printer-in-the-warehouse")
    address = tech.url
    tech.get_by_text("More", exact=True).click()
    tech.get_by_role("button", name="Watch").click()
    picture = tech.get_by_role("img", name="label.png").get_attribute("src")

    admin = somebody(browser, url, "admin")
    admin.goto(address + "/edit")
    tech.goto(address + "/edit")
    expect(tech.get_by_text("has this article open for editing, too")).to_be_visible()
    admin.get_by_label("Text", exact=True).press("Control+Home")
    admin.get_by_label("Text", exact=True).press_sequentially("First look at the paper.\n\n")
    admin.keyboard.press("Control+s")
    admin.wait_for_url(address)
    tech.get_by_label("Text", exact=True).press("Control+End")
    tech.get_by_label("Text", exact=True).press_sequentially("\n\nThen call us.")
    tech.get_by_role("button", name="Save").click()
    expect(tech.get_by_role("heading", name="Two edits at once")).to_be_visible()
    tech.get_by_role("button", name="Save").click()
    expect(tech.get_by_role("article")).to_contain_text("First look at the paper.")
    expect(tech.get_by_role("article")).to_contain_text("Then call us.")

    acme = somebody(browser, url, "acme")
    acme.goto(url + "/search?q=wharehouse+printer")
    acme.get_by_role("link", name="Label printer in the warehouse").first.click()
    expect(acme.get_by_role("img", name="label.png")).to_be_visible()
    acme.get_by_role("button", name="Yes").click()
    acme.get_by_label("Say what is missing or wrong").fill("Where is the paper?")
    acme.get_by_role("button", name="Comment").click()
    expect(acme.locator(".ar-comment")).to_contain_text("Where is the paper?")
    stack.manage("archive", "shell", "-v", "0", "-c", YESTERDAY)
    mailed = stack.manage("archive", "send_digests")
    assert "1 digests were mailed." in mailed
    assert "on Label printer in the warehouse: Where is the paper?" in mailed
    tech.reload()
    expect(tech.get_by_text("It helped 1 of 1.")).to_be_visible()
    for who, name in ((tech, "staff"), (acme, "client")):
        look(who, f"archive-article-{name}")
    # The browser itself tells of the answer 409, which is the page that merges.
    problems = [text for each in (tech, admin, acme) for text in each.problems]
    assert [text for text in problems if "409" not in text] == []

    the_feed_tells_its_reader(stack, acme, address)
    the_outsider_finds_nothing(person, address.removeprefix(url), picture)


def the_feed_tells_its_reader(stack, acme: Page, address: str) -> None:
    """A client makes an API token in Nexus, and a feed reader signs in with nothing else."""
    archive = stack.urls["archive"]
    acme.goto(archive + "/spaces/acme-manufacturing")
    acme.get_by_text("More", exact=True).click()
    acme.get_by_role("link", name="Feed").click()
    feed = acme.locator(".hm-copy code").inner_text()
    assert feed == archive + "/feed.atom?space=acme-manufacturing"
    look(acme, "archive-subscribe", rules_off=[])
    acme.get_by_role("link", name="your account").click()
    acme.get_by_role("link", name="New API token").click()
    look(acme, "nexus-api-token-new", rules_off=[])
    acme.get_by_label("What is it for?").fill("Feed reader")
    acme.get_by_role("button", name="Make it").click()
    api_token = acme.locator(".hm-copy code").inner_text()
    look(acme, "nexus-api-token", rules_off=[])
    reader = requests.Session()
    answer = reader.get(feed, auth=("anybody", api_token), timeout=10)
    assert answer.status_code == 200, answer.text
    assert f"<id>{archive}/feed.atom?space=acme-manufacturing</id>" in answer.text
    assert f'href="{address}"' in answer.text
    assert "Turn it off and on." in answer.text
    assert not reader.cookies
    acme.goto(stack.urls["nexus"] + "/account")
    acme.get_by_role("link", name="Revoke Feed reader").click()
    acme.get_by_role("button", name="Revoke").click()
    expect(acme.get_by_text("Feed reader is revoked.")).to_be_visible()
    refused = requests.post(
        stack.urls["nexus"] + "/api/token/", json={"api_token": api_token}, timeout=10
    )
    assert refused.json()["code"] == "invalid_api_token"


def the_outsider_finds_nothing(person, path: str, picture: str) -> None:
    """Page, history, files, search, lists, export and API: like what does not exist."""
    outsider, staff = person("globex"), person("tech")
    outsider.sign_in("archive")
    space = "/spaces/acme-manufacturing"
    ways = ("", "/history", "/compare?old=1&new=2", "/edit", "/move", "/files", "/comment",
            "/run", "/article.md")  # fmt: skip
    hidden = [path + way for way in ways]
    hidden += [picture, picture + "/thumbnail", space, space + "/export.zip", space + "/trash"]
    hidden += ["/go/acme-manufacturing/Label printer in the warehouse"]
    hidden += [f"/{page}?space=acme-manufacturing" for page in ("feed.atom", "subscribe")]
    for each in hidden:
        assert outsider.get("archive", each).status_code == 404, each
    for way in ("/star", "/watch", "/helpful", "/comment", "/edit", "/delete", "/presence"):
        assert outsider.post("archive", path + way, {"text": "x"}).status_code == 404, way
    words = "?q=label+printer+warehouse"
    lists = ("/", "/recent", "/feed.atom", "/reading", "/watching", "/search" + words)
    for each in (*lists, "/api/search" + words):
        found = outsider.get("archive", each, headers=bearer(outsider))
        assert found.status_code == 200, each
        assert "Label printer" not in found.text, each

    company = {"company": "9396e6f7-dba4-5731-bf01-01218701fbdb", "limit": "500"}
    rows = staff.get("archive", "/api/articles/", params=company, headers=bearer(staff)).json()
    written = next(row["id"] for row in rows["results"] if row["url"].endswith(path))
    token = bearer(outsider)
    for each in ("/", "/revisions/"):
        answer = outsider.get("archive", f"/api/articles/{written}{each}", headers=token)
        assert answer.status_code in (403, 404), each  # 403 whichever article it is
        unknown = f"/api/articles/{company['company']}{each}"
        assert answer.status_code == outsider.get("archive", unknown, headers=token).status_code
    listed = outsider.get("archive", "/api/articles/", params=company, headers=token).json()
    assert listed["results"] == []


def bearer(who) -> dict[str, str]:
    return {"Authorization": f"Bearer {who.tokens()['access']}"}


def test_who_was_signed_out_while_writing_loses_nothing(stack, browser: Browser):
    url = stack.urls["archive"]
    tech = somebody(browser, url, "tech")
    tech.goto(url + "/spaces/handbook/new")
    tech.get_by_label("Title").fill("Written while signed out")
    tech.get_by_label("Text", exact=True).fill("A long text.")
    tech.context.clear_cookies(name="archive_session")
    tech.get_by_role("button", name="Save").click()
    expect(tech.get_by_role("alert").get_by_text("nothing is lost")).to_be_visible()
    with tech.context.expect_page() as opened:
        tech.get_by_role("link", name="Sign in in another tab").click()
    opened.value.wait_for_load_state()
    sign_in(opened.value, url, "tech")
    tech.context.set_offline(True)
    tech.get_by_role("button", name="Save").click()
    expect(tech.get_by_text("The service does not answer; nothing is lost.")).to_be_visible()
    tech.context.set_offline(False)
    tech.get_by_role("button", name="Save").click()
    expect(tech.get_by_role("article")).to_have_text("A long text.")
    expect(tech.get_by_label("Say what is missing or wrong")).to_be_visible()


def test_the_editor_works_without_javascript(stack, browser: Browser):
    url = stack.urls["archive"]
    page = somebody(browser, url, "tech", java_script_enabled=False)
    page.goto(url + "/spaces/acme-manufacturing/new")
    page.get_by_label("Title").fill("Written without scripts")
    page.get_by_label("Text", exact=True).fill("Plain **words**.")
    expect(page.get_by_role("toolbar")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("article").locator("strong")).to_have_text("words")
    page.get_by_text("More", exact=True).click()  # a menu that needs no script
    page.get_by_role("link", name="Files").click()
    plan = {"name": "plan.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXELS)}
    notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Kaleidoscope"}
    page.get_by_label("Files").set_input_files([plan, notes])
    page.get_by_role("button", name="Add files").click()
    expect(page.get_by_role("link", name="plan.png")).to_be_visible()
    page.get_by_role("button", name="Take off plan.png").click()
    expect(page.get_by_role("button", name="Put back plan.png")).to_be_visible()
    until = time.monotonic() + 15  # the worker reads the words of files
    while time.monotonic() < until and not page.get_by_text("Written without scripts").count():
        page.goto(url + "/search?q=kaleidoscope")
    expect(page.get_by_text("Written without scripts")).to_be_visible()
