"""Nine hundred attempts at running a script, in a browser, wherever people type or send files.

Pages are opened without their Content-Security-Policy, so that the allow-list of the renderer and
the escaping of the templates are tested without their second fence; those of writing also with it.
"""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from archive.articles.models import Article
from archive.attachments import operations as attachments
from archive.discussion import operations as discussion
from archive.discussion.models import LONGEST
from archive.drafts import operations as drafts
from archive.spaces.operations import create_space
from hm_auth.permissions import Level
from tests.archive.attacks import texts, words
from tests.archive.conftest import person, write
from tests.system.conftest import launch

NAME = "<img src=x onerror=hit('name')>"
MARKED = "HM-CANARY"
# Told to the page before anything of it runs: what an attack calls, and whatever else it may reach.
CANARY = """
window.hits = [];
window.hit = (number) => { window.hits.push(String(number)); };
window.alert = window.confirm = window.prompt = window.hit;
"""
# Wakes what waits for a pointer, the focus or an animation, then parses the page once more, as
# the preview of the editor does: what changes its meaning when it is parsed again shows itself.
PROVOKE = """
() => {
  const events = ["mouseover", "pointerover", "focus", "error", "load", "toggle", "beforetoggle",
    "animationstart", "canplay", "wheel", "start", "begin", "pageshow"];
  const wake = () => document.querySelectorAll("main *").forEach((each) =>
    events.forEach((name) => each.dispatchEvent(new Event(name))));
  wake();
  const main = document.querySelector("main");
  if (main) { main.innerHTML = main.innerHTML; wake(); }
}
"""
# What the page became, as the browser understood it.
DANGEROUS = """
() => {
  const found = [];
  const own = new Set(["http:", "https:", "mailto:", "tel:"]);
  const inside = "script,iframe,object,embed,base,meta,link,style,svg script,animate,math,"
    + "template,noscript,frame,applet";
  const main = document.querySelector("main") || document.body;
  main.querySelectorAll(inside).forEach((each) => found.push(each.outerHTML.slice(0, 200)));
  main.querySelectorAll("*").forEach((each) => {
    for (const name of each.getAttributeNames()) {
      const runs = /^on|^style$|^srcdoc$|^hx-on|^data-hx/.test(name);
      if (runs) found.push(name + " on " + each.outerHTML.slice(0, 200));
    }
    for (const name of ["href", "src", "action", "formaction"]) {
      const value = each.getAttribute(name);
      const leads = value && new URL(value, location.href).protocol;
      if (value && !own.has(leads)) found.push(name + "=" + value);
    }
  });
  return found;
}
"""


@pytest.fixture
def hostile(transactional_db, settings):
    """A space of nothing but attacks, and who looks at it."""
    settings.STORAGES = dict(settings.STORAGES)
    writer = person(Level.TECHNICIAN, name=NAME)
    reader = person(Level.ADMIN, name="Reader")
    space = create_space(name=words(100, 1)[0], kind="shared")
    tags = tuple(words(40, 20))
    source = "\n\n".join(texts()).replace("\x00", "")  # the form refuses a NUL
    body = write(space, writer, "Body", source, visibility="client", tags=tags)
    for number, title in enumerate(words(180, 60)):
        write(space, writer, title, f"{MARKED} {words(150, 60)[number]}", visibility="client")
    parts, said = [], 0
    for text in texts():
        if said + len(text) > LONGEST - 200:
            discussion.comment(article=body, text="\n".join(parts), by=writer.user)
            parts, said = [], 0
        parts.append(text.replace("\x00", ""))
        said += len(text) + 1
    for name in words(140, 60):
        attachments.attach(name=name, content=ContentFile(b"x"), by=writer.user, article=body)
    for number, content in enumerate(files().values()):
        attachments.attach(
            name=f"{number}.html", content=ContentFile(content), by=writer.user, article=body
        )
    drafts.heartbeat(article=body, by=writer.user)
    return body, reader


def files() -> dict[str, bytes]:
    """Return files that a browser would run as a page, a drawing or a script if it were let."""
    made = io.BytesIO()
    Image.new("RGB", (2, 2)).save(made, "GIF")
    gif = made.getvalue()
    html = b"<!doctype html><body><script>top.hit('file')</script><img src=x onerror=top.hit('f')>"
    return {
        "html": html,
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='top.hit(1)'>"
        b"<script>top.hit(2)</script></svg>",
        "xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>top.hit(3)</script></html>",
        "script": b"window.hit('script')",
        "gif": gif + b";" + html,
        "gif and script": b"GIF89a/*" + gif[8:] + b"*/=1;window.hit('polyglot')",
        "pdf": b"%PDF-1.4\n" + html,
        "bom": b"\xff\xfe" + html.decode().encode("utf-16-le"),
    }


def sign_in(context: BrowserContext, url: str, reader) -> Page:
    key = reader.browser.cookies["archive_session"].value
    context.add_cookies([{"name": "archive_session", "value": key, "url": url}])
    context.add_init_script(CANARY)
    # Nothing may be asked of anybody else, whatever the vectors name.
    context.route(lambda address: not address.startswith(url), lambda route: route.abort())
    page = context.new_page()
    page.dialogs = []
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    return page


def look(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate(DANGEROUS) == [], address
    page.evaluate(PROVOKE)
    page.wait_for_timeout(20)
    assert page.evaluate("window.hits") == [], address
    assert page.dialogs == [], address
    assert page.url == address


def addresses(body: Article) -> list[str]:
    here = [body.space.slug, body.slug]
    found = [
        reverse("article", args=here), reverse("article-edit", args=here),
        reverse("history", args=here), reverse("compare", args=here) + "?old=1&new=1",
        reverse("article-files", args=here), reverse("comment-new", args=here),
        reverse("space", args=[body.space.slug]), "/", "/recent", f"/search?q={MARKED}",
        reverse("orphans"), reverse("broken-links"), reverse("wanted"),
    ]  # fmt: skip
    return found + [f"/search?q={quote(text)}" for text in words(150, 6)]


def test_none_of_nine_hundred_attacks_runs(hostile, live_server):
    body, reader = hostile
    sources = [
        reverse("attachment", args=[row.pk])
        for row in body.attachments.filter(name__endswith=".html")
    ]
    pages = addresses(body)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for fence in (True, False):
            context = browser.new_context(bypass_csp=not fence)
            page = sign_in(context, live_server.url, reader)
            for address in pages[:2] if fence else pages:
                look(page, live_server.url + address)
            _preview(
                page, live_server.url + reverse("article-edit", args=[body.space.slug, body.slug])
            )
            if not fence:
                _files(page, live_server.url, sources)
            context.close()
        _control(browser.new_context())
        browser.close()


def _preview(page: Page, address: str) -> None:
    """The preview is put into the page by a script: it is parsed as innerHTML."""
    page.goto(address)
    page.wait_for_selector(".ar-preview .ar-text > :nth-child(100)")
    page.wait_for_selector("text=has this article open")
    assert page.evaluate(DANGEROUS) == []
    page.locator("#id_source").press_sequentially("\n[[img")
    page.wait_for_selector(".ar-complete li")
    assert page.evaluate("window.hits") == []
    assert (
        page.evaluate("document.querySelector('.ar-complete').querySelectorAll('img,svg').length")
        == 0
    )


def _files(page: Page, url: str, sources: list[str]) -> None:
    """A file opened, framed, embedded or included as a script does nothing."""
    assert len(sources) >= len(files())
    for source in sources:
        page.goto(url + "/watching")
        page.evaluate(
            """(source) => { for (const [tag, name] of [["iframe", "src"], ["object", "data"],
                ["embed", "src"], ["img", "src"], ["script", "src"], ["link", "href"]]) {
                 const made = document.createElement(tag); made[name] = source;
                 if (tag === "link") made.rel = "stylesheet";
                 document.body.append(made); } }""",
            source,
        )
        page.wait_for_timeout(50)
        assert page.evaluate("window.hits") == [], source
        try:
            page.goto(url + source)
        except PlaywrightError as error:
            assert "Download is starting" in str(error)  # noqa: PT017 - what most of them must do
        else:  # a picture, shown as one
            assert page.evaluate("document.contentType").startswith("image/"), source
            assert page.evaluate("window.hits") == [], source
    assert page.dialogs == []


def _control(context: BrowserContext) -> None:
    """Without any fence these attacks do run: they and the canary are good for something."""
    context.add_init_script(CANARY)
    page = context.new_page()
    page.set_content("<main></main>")
    ran = page.evaluate(
        """async (texts) => {
             for (const text of texts) {
               const made = document.createElement("div");
               made.innerHTML = text;
               document.querySelector("main").append(made);
             }
             await new Promise((done) => setTimeout(done, 200));
             const names = ["click", "mouseover", "pointerover", "focus", "wheel"];
             document.querySelectorAll("main *").forEach((each) =>
               names.forEach((name) => each.dispatchEvent(new Event(name))));
             return new Set(window.hits).size; }""",
        [text for text in texts() if "location" not in text and "base" not in text],
    )
    assert ran > 60, f"only {ran} of them run in a page without defences"
    context.close()
