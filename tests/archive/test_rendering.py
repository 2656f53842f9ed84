"""Rendering: what Markdown becomes, and several hundred attacks that must become nothing."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest

from archive.articles.rendering import ATTRIBUTES, SCHEMES, TAGS, VALUES, render

SCRIPTS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
    "java\nscript:alert(1)", "javascript&colon;alert(1)", "javascript&#58;alert(1)",
    "&#106;avascript:alert(1)", "&#x6A&#x61vascript:alert(1)", "\x01javascript:alert(1)",
    "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=a>",
    "file:///etc/passwd", "livescript:x", "blob:x", "javascript://%0aalert(1)", "about:blank",
    "jar:x", "view-source:x", "filesystem:x", "ms-its:x", "javascript\x00:alert(1)",
]  # fmt: skip
PLACES = [
    "[x]({})", "[x](<{}>)", "![x]({})", "![x](<{}>)", "[x][r]\n\n[r]: {}", "[x][r]\n\n[r]: <{}>",
    "<{}>", '<a href="{}">x</a>', "<img src={}>", "<iframe src='{}'></iframe>",
    "| a |\n|---|\n| [x]({}) |", "- [ ] [x]({})", "# [x]({})", "x[^1]\n\n[^1]: [y]({})",
    "> [x]({})", '[x](http://a "{}")', "[[{}]]", "[[x|{}]]", "[[{}|x]]", "[![x]({})](http://a)",
]  # fmt: skip
TAGS_OF_ATTACKS = [
    "script", "img", "svg", "iframe", "object", "embed", "math", "style", "link", "meta", "base",
    "form", "input", "button", "video", "audio", "details", "body", "marquee", "template",
    "noscript", "textarea", "title", "xmp", "plaintext", "frameset", "isindex", "keygen",
]  # fmt: skip
HANDLERS = ["onerror", "onload", "onclick", "onfocus", "ontoggle", "onmouseover"]
BY_HAND = [
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>", "<?php echo 1 ?>", "<!DOCTYPE html><script>",
    "```html\n<script>alert(1)</script>\n```", "```\"><script>alert(1)</script>\nx\n```",
    "```js onload=alert(1)\nx\n```", "    <script>alert(1)</script>", "`<script>alert(1)</script>`",
    "![\" onerror=alert(1) x=\"](x)", "![x](x \"\\\" onerror=alert(1)\")",
    "[x](x '\" onclick=alert(1)')", "[\"><script>](x)", "[^\"><script>]: x\n\n[^\"><script>]",
    "# \"><img src=x onerror=alert(1)>", "# <svg/onload=alert(1)>", "- [ ] <svg/onload=alert(1)>",
    "- [x\"onclick=alert(1)] a", "| <script> |\n|:---:|\n| onclick=alert(1) |",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "\\<script>alert(1)\\</script>",
    "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<a href=x onclick=a\n>x</a>",
    "{:onclick=alert(1)}", "[x]{onclick=alert(1)}", "<https://a\"onclick=alert(1)>",
    "<a@b.c\"onclick=x>",
]  # fmt: skip
ATTACKS = [
    *(place.format(script) for place, script in itertools.product(PLACES, SCRIPTS)),
    *(f"<{tag} {on}=alert(1) style='x:expression(1)'>x</{tag}>"
      for tag, on in itertools.product(TAGS_OF_ATTACKS, HANDLERS)),
    *BY_HAND,
]  # fmt: skip


def scheme(address: str) -> str:
    """The scheme as a browser reads it (WHATWG URL: controls at the ends and line ends go)."""
    seen = re.sub(r"[\t\n\r]", "", address).lstrip("".join(map(chr, range(33))))
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", seen)
    return found[1].lower() if found else ""


class Reader(HTMLParser):
    """Notes everything in a document that is not on the allow-list."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.bad.append(tag)
        for name, value in attrs:
            allowed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
            values = VALUES.get(tag, {}).get(name, set())
            if name not in allowed and value not in values:
                self.bad.append(f"{tag} {name}")
            if name in ("href", "src") and scheme(value) not in {*SCHEMES, ""}:
                self.bad.append(f"{name}={value}")

    def handle_comment(self, data):
        self.bad.append(f"comment {data}")

    def handle_decl(self, decl):
        self.bad.append(f"declaration {decl}")

    def handle_pi(self, data):
        self.bad.append(f"instruction {data}")

    def unknown_decl(self, data):
        self.bad.append(f"declaration {data}")


def test_the_attacks_are_many():
    assert len(set(ATTACKS)) > 500


def test_no_attack_leaves_anything_outside_the_allow_list():
    for attack in ATTACKS:
        html = render(attack, "help").html
        reader = Reader()
        reader.feed(html)
        reader.close()
        assert not reader.bad, (attack, html)


def test_the_reader_sees_what_is_bad():
    reader = Reader()
    reader.feed("<p onclick=x><a href='javascript:x'>y</a><script></script><!-- z -->")
    assert len(reader.bad) >= 4


def test_raw_html_is_text_and_loses_nothing():
    assert "&lt;b onclick=x&gt;y&lt;/b&gt;" in render("<b onclick=x>y</b>").html
    assert "&lt;script&gt;z&lt;/script&gt;" in render("<script>z</script>").html


def test_the_usual_marks():
    html = render(
        "**b** *i* ~~s~~ `c`\n\n- [x] done\n- [ ] open\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\nx[^1]\n\n[^1]: Note.\n"
    ).html
    parts = ["<strong>b</strong>", "<em>i</em>", "<s>s</s>", "<code>c</code>", 'type="checkbox"']
    for part in [*parts, 'class="ar-right"', 'class="footnote', "Note."]:
        assert part in html, part
    assert "style=" not in html


def test_headings_go_below_the_title_and_have_anchors_of_their_own():
    rendered = render("# Main\n\n## Main\n\n###### `deep` *one*\n")
    assert [(h.level, h.anchor, h.text) for h in rendered.headings] == [
        (2, "s-main", "Main"), (3, "s-main-2", "Main"), (6, "s-deep-one", "deep one"),
    ]  # fmt: skip
    assert '<h2 id="s-main">Main</h2>' in rendered.html


def test_a_text_that_begins_with_second_level_headings_skips_no_level():
    assert [h.level for h in render("## A\n\n### B\n\n## C\n").headings] == [2, 3, 2]


def test_what_scrolls_can_be_reached_by_the_keyboard():
    for source in ("```\nx\n```", "    x", "| a |\n|---|\n| 1 |"):
        assert 'tabindex="0"' in render(source).html


def test_code_is_coloured_by_classes():
    assert '<span class="k">def</span>' in render("```python\ndef x(): pass\n```").html
    assert render("```nonsense\n<a>\n```").html.count("&lt;a&gt;") == 1


@pytest.mark.parametrize(
    "source", ["", "\n", "\x00", "\ud7ff", "[" * 3000, "> " * 300 + "x", "*" * 5000]
)
def test_strange_texts_render(source):
    render(source)


@pytest.mark.parametrize("kind", ["note", "Tip", "IMPORTANT", "warning", "caution"])
def test_a_quotation_that_begins_with_a_kind_is_a_callout(kind):
    html = render(f"> [!{kind}]\n> Take *care*.\n>\n> Twice.\n").html
    assert html.startswith(f'<blockquote class="ar-callout ar-{kind.lower()}">')
    assert f"<strong>{kind.capitalize()}</strong><br>\nTake <em>care</em>." in html
    assert "<p>Twice.</p>" in html
    assert "[!" not in html


@pytest.mark.parametrize(
    "source", ["> [!EVIL]\n> x", "> [!NOTE] x", "> see [!NOTE]\n> x", "[!NOTE]\nx", "> - [!NOTE]"]
)
def test_other_quotations_stay_quotations(source):
    assert "ar-callout" not in render(source).html


def test_a_callout_without_words_is_its_title():
    assert "<strong>Note</strong>" in render("> [!NOTE]").html


def test_a_done_task_is_shown_as_done():
    html = render("- [x] done\n- [ ] open\n").html
    boxes = re.findall(r"<input[^>]*>", html)
    assert [" checked" in box for box in boxes] == [True, False]
