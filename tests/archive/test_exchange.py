"""Import and export: the same space again, hostile files, formats, reports, who may."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.articles.models import Article, Revision
from archive.exchange import files, importing
from archive.exchange.documents import Unreadable, read
from archive.exchange.exporting import as_zip
from archive.spaces.operations import create_space
from tests.archive.conftest import write

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=80)
titles = st.text(st.sampled_from("abcäöß 中 123:#'-"), min_size=1, max_size=20).filter(str.strip)
sources = st.builds(
    lambda text, links: text.replace("](", "") + links,
    texts,
    st.sampled_from(
        ["", "\n[a](#s-x)", "\n[a](https://x.example/y.md)", "\n---\nx: y\n---\n", "\n![](p.png)"]
    ),
)
trees = st.lists(
    st.tuples(titles, sources, st.integers(0, 9), st.booleans(), st.integers(0, 9),
              st.lists(st.sampled_from(["vpn", "net work", "ä"]), unique=True)),
    min_size=1, max_size=6,
)  # fmt: skip


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


DOCX = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>Call the office</w:t></w:r></w:p></w:body></w:document>"
)
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = {"word/document.xml": DOCX, "[Content_Types].xml": TYPES}


def bring(space, by, content: bytes, *, dry=False):
    found, left_out = files.of_zip(content)
    return importing.run(space=space, files=found, left_out=left_out, by=by.user, dry=dry)


def content_of(space):
    rows = Article.objects.filter(space=space).select_related("parent")
    return {
        row.slug: (
            row.title, row.source.replace(f"/articles/{space.slug}/", "/articles/*/"), row.tags,
            row.visibility, row.kind, row.position, row.pinned, row.parent and row.parent.slug,
        )
        for row in rows
    }  # fmt: skip


@settings(max_examples=25, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(tree=trees)
def test_export_then_import_gives_the_same_space(technician, shared, tree):
    space = create_space(name="From", kind="shared")
    made = []
    for title, source, above, opened, target, tags in tree:
        link = (
            f"\n[see](/articles/{space.slug}/{made[target % len(made)].slug}#s-a)" if made else ""
        )
        parent = made[above % len(made)].pk if made and above % 2 else None
        made.append(write(
            space, technician, title.strip(), source + link, tags=tuple(sorted(tags)),
            parent_id=parent, visibility="client" if opened else "internal",
        ))  # fmt: skip
    zipped = as_zip(space, Article.objects.filter(space=space))
    other = create_space(name="To", kind="shared")
    assert {row.done for row in bring(other, technician, zipped)} == {"new"}
    assert content_of(other) == content_of(space)
    assert {row.done for row in bring(other, technician, zipped)} == {"unchanged"}
    assert as_zip(other, Article.objects.filter(space=other)) == zipped


@pytest.mark.parametrize(
    "name",
    [
        "../x.md",
        "a/../../x.md",
        "/etc/x.md",
        "..\\x.md",
        "C:/x.md",
        "a\\b.md",
        "a\nb.md",
        "x" * 301,
    ],
)
def test_a_path_that_leads_outside_is_left_out(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, left_out = files.of_zip(packed(**{name: b"# X", "ok.md": b"# OK"}))
    assert list(found) == ["ok.md"]
    assert len(left_out) == 1
    assert not list(tmp_path.iterdir())


def test_links_bombs_and_broken_files_are_refused(monkeypatch, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert files.of_zip(out.getvalue()) == ({}, {"link.md": "a link"})
    bomb = packed(a=b"\0" * (files.MOST_OF_ONE + 1))
    assert files.of_zip(bomb) == ({}, {"a": "larger than 20 MiB"})
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    with pytest.raises(files.Refused, match="together"):
        files.of_zip(packed(a=b"x" * 600, b=b"x" * 600))
    monkeypatch.setattr(files, "MOST_FILES", 2)
    with pytest.raises(files.Refused, match="more than"):
        files.of_zip(packed(a=b"", b=b"", c=b""))
    good = packed(a=b"x" * 100)
    for broken in (b"", b"PK", good[:-10], b"x" * 50, good[:40] + b"\xff" * 5 + good[45:]):
        with pytest.raises(files.Refused):
            files.of_zip(broken)
    (tmp_path / "a.md").write_text("# A")
    (tmp_path / "b.md").symlink_to("/etc/passwd")
    assert files.of_folder(tmp_path) == ({"a.md": b"# A"}, {"b.md": "a link"})


def test_a_file_without_a_name_is_left_out():
    found, left_out = files.of_zip(packed(ab=b"x").replace(b"ab", b"\0b"))
    assert found == {}
    assert list(left_out) == [""]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_file_is_refused_and_never_an_error(damage):
    whole, inside = bytearray(packed(**WORD)), bytearray(DOCX)
    for at, value in damage:
        whole[at % len(whole)] = value
        inside[at % len(inside)] = value
    for content in (bytes(whole), packed(**{**WORD, "word/document.xml": bytes(inside)})):
        with contextlib.suppress(files.Refused):
            files.of_zip(content)
        with contextlib.suppress(Unreadable):
            read("x.docx", content)


def test_a_size_that_the_zip_lies_about_does_not_help():
    good = bytearray(packed(a=b"x" * 5000))
    at = good.rindex(b"PK\x01\x02") + 24
    good[at : at + 4] = (10).to_bytes(4, "little")
    try:
        found, _ = files.of_zip(bytes(good))
    except files.Refused:
        found = {}
    assert sum(map(len, found.values())) <= 5000


@pytest.mark.parametrize(
    ("content", "source"),
    [
        ("é".encode(), "é"), ("é".encode("utf-8-sig"), "é"), ("é".encode("utf-16"), "é"),
        ("é".encode("cp1252"), "é"), (b"a\r\nb", "a\nb"),
        (b"---\na: [\n---\nx", "---\na: [\n---\nx"),
        (b"---\na: &x [*x]\n---\nx", "---\na: &x [*x]\n---\nx"),
    ],
)  # fmt: skip
def test_encodings_and_odd_front_matter_are_read(content, source):
    assert read("x.md", content).source == source


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("x.docx", packed(**{**WORD, "word/document.xml": b" " * (files.MOST_OF_ONE + 1)})),
("x.md", b"a\0b"), ("x.docx", b"no"), ("x.docx", packed(a=b"x")),
     ("x.docx", packed(**{"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}))],
)  # fmt: skip
def test_what_is_no_document_says_so(path, content):
    with pytest.raises(Unreadable):
        read(path, content)


@pytest.mark.parametrize("place", ["main-content", "document-content"])
def test_html_of_other_products_becomes_markdown_without_its_scripts(place):
    page = f"""<html><head><title>T</title><script>alert(1)</script></head><body><nav>Menu</nav>
        <div id="{place}"><h1>VPN</h1><h2>Set up</h2><p onclick="x()">Do <b>this</b></p>
        <ul><li>one</li></ul><a href="javascript:alert(1)">bad</a><a href="b.html">good</a>
        <script>alert(2)</script></div></body></html>"""
    found = read("x.html", page.encode())
    assert found.title == "VPN"
    assert "## Set up" in found.source
    assert "**this**" in found.source
    assert "[good](b.html)" in found.source
    assert "alert" not in found.source
    assert "Menu" not in found.source


def test_a_docx_becomes_an_article():
    assert "Call the office" in read("How to call.docx", packed(**WORD)).source


def test_links_between_files_and_folders_become_links_and_a_tree(technician, internal):
    zipped = packed(**{
        "guide.md": b"# Guide\n[setup](guide/set%20up.md#s-x) [out](https://x.example/guide/a.md)",
        "guide/set up.md": b"# Set up\n[back](../guide.md) [none](gone.md)",
        "pic.png": b"x", "other/index.html": b"<h1>Other</h1>", "other/leaf.md": b"# Leaf",
    })  # fmt: skip
    report = {row.path: row.done for row in bring(internal, technician, zipped)}
    assert report["pic.png"] == "left out"
    rows = {row.title: row for row in Article.objects.select_related("parent")}
    assert "(/articles/handbook/set-up#s-x)" in rows["Guide"].source
    assert "(https://x.example/guide/a.md)" in rows["Guide"].source
    assert "(/articles/handbook/guide)" in rows["Set up"].source
    assert rows["Set up"].parent == rows["Guide"]
    assert rows["Leaf"].parent == rows["Other"]
    assert {row.visibility for row in rows.values()} == {"internal"}


def test_the_page_previews_then_imports_and_reports(technician, billing, acme, acme_space):
    zipped = packed(**{"a.md": b"# VPN\nText"})
    address = "/spaces/acme/import"

    def post(person, **more):
        return person.browser.post(address, {"file": SimpleUploadedFile("a.zip", zipped), **more})

    assert "new" in post(technician, dry="on").content.decode()
    assert not Article.objects.exists()
    assert "What was done" in post(technician).content.decode()
    assert "unchanged" in post(technician).content.decode()
    assert Revision.objects.count() == 1
    bad = technician.browser.post(address, {"file": SimpleUploadedFile("a.zip", b"no")})
    assert "not a ZIP" in bad.content.decode()
    assert post(billing).status_code == 403
    assert post(acme).status_code == 403


@pytest.mark.parametrize("who", ["admin", "technician", "billing", "acme", "globex"])
def test_exports_are_the_staffs(request, articles, who):
    browser = request.getfixturevalue(who).browser
    staff = who in ("admin", "technician", "billing")
    for address in ("/spaces/acme/export.zip", "/articles/acme/zebra-printer/article.md"):
        wanted = 200 if staff else 403 if who == "acme" else 404
        assert browser.get(address).status_code == wanted, address
    if staff:
        content = browser.get("/spaces/acme/export.zip").content
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert names == ["zebra-firewall.md", "zebra-printer.md"]  # not what is in the trash


def test_the_commands_do_the_same(articles, technician, tmp_path, capsys):
    call_command("export_space", "acme", tmp_path / "a.zip")
    call_command("import_articles", "help", tmp_path / "a.zip", "--as", "technician")
    assert capsys.readouterr().out.count("new") == 2
    assert Article.objects.filter(space__slug="help", slug="zebra-printer").exists()
