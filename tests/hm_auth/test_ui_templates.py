"""The strict Content-Security-Policy holds: no template of any service carries inline code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "hm_auth", *ROOT.glob("*_project"), ROOT / "deploy/module_template")
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.glob("**/templates/**/*.html"))

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE)
DATA_SCRIPT = re.compile(r'<script[^>]*type="application/json"', re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", re.IGNORECASE)
SCRIPT_ADDRESS = re.compile(r"""["']\s*javascript:""", re.IGNORECASE)
ELSEWHERE = re.compile(r"<(script|link|img|iframe)[^>]*(src|href)=.(https?:)?//", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_code_and_loads_nothing_from_elsewhere(path):
    text = path.read_text(encoding="utf-8")
    # A mail is no page: programs that show it know no other style than inline. And a page that
    # somebody saves has nothing beside it.
    styles = () if path.name in ("mail.html", "download.html") else (INLINE_STYLE,)
    for pattern in (*styles, HANDLER, SCRIPT_ADDRESS, ELSEWHERE):
        assert not pattern.search(text), f"{pattern.pattern} in {path}"
    assert len(INLINE_SCRIPT.findall(text)) == len(DATA_SCRIPT.findall(text))


def test_the_check_looks_at_something():
    assert len(TEMPLATES) > 20
    assert INLINE_STYLE.search('<p style="color: red">')
    assert HANDLER.search('<a href="/" onclick="x()">')
    assert INLINE_SCRIPT.search("<script>alert(1)</script>")


@pytest.mark.parametrize("name", ["400.html", "500.html", "403_csrf.html"])
def test_a_page_for_when_all_else_failed_needs_no_context(name):
    html = get_template(name).render()
    assert "<h1>" in html
    assert 'href="/"' in html


@pytest.mark.parametrize(
    "name", ["403.html", "404.html", "hm/unavailable.html", "hm/forbidden.html"]
)
def test_a_refusal_is_shown_to_strangers_too(name, rf):
    html = get_template(name).render({"hm": {"service_name": "Sample"}}, rf.get("/somewhere"))
    assert "<h1>" in html
    assert "Sign out" not in html


def test_every_static_file_of_the_base_exists():
    base = ROOT / "hm_auth/ui/templates/hm"
    text = "".join((base / "parts" / name).read_text() for name in ("styles.html", "scripts.html"))
    names = re.findall(r"""{% static ['"]([^'"]+)['"] %}""", text)
    assert len(names) >= 8
    assert [name for name in names if finders.find(name) is None] == []


def test_colours_are_named_in_one_file_only():
    folder = ROOT / "hm_auth/ui/static/hm"
    for path in (folder / "shell.css", folder / "parts.css"):
        colours = re.findall(r"#[0-9a-f]{3,8}\b(?!-)", path.read_text(), re.IGNORECASE)
        assert [colour for colour in colours if colour != "#000"] == [], path
