"""Import and export: the same space again, hostile files, formats, reports, who may."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import socket
import stat
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.conf import settings as settings_of
from django.core.files.base import ContentFile
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive.articles.models import Article, Revision
from archive.attachments.models import Attachment
from archive.attachments.operations import attach
from archive.exchange import apart, files, importing, planning
from archive.exchange.documents import Unreadable, read
from archive.exchange.exporting import write_zip
from archive.spaces.operations import create_space
from tests.archive.conftest import PNG, write

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=80)
titles = st.text(st.sampled_from("abäß 中文дיعא👑 12:#'-&"), min_size=1, max_size=20).filter(
    str.strip
)
sources = st.builds(
    lambda text, links: text.replace("](", "") + links,
    texts,
    st.sampled_from(
        ["", "\n[a](#s-x)", "\n[a](https://x.example/y.md)", "\n---\nx: y\n---\n", "\n![](p.png)"]
    ),
)
names = st.sampled_from(["a.png", "a b (1).png", "ä#?%.pdf", "x.md", "中.txt", "<&>.svg"])
attached = st.lists(st.tuples(names, st.binary(min_size=1, max_size=3)), max_size=3)
trees = st.lists(
    st.tuples(titles, sources, st.integers(0, 9), st.booleans(), st.integers(0, 9),
              st.lists(st.sampled_from(["vpn", "net work", "ä"]), unique=True), attached),
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


def as_zip(space) -> bytes:
    out = io.BytesIO()
    rows = Article.objects.filter(space=space)
    write_zip(out, space, rows, Attachment.objects.current().filter(article__in=rows))
    return out.getvalue()


def content_of(space):
    """Everything of a space; its files by the hash of their bytes."""
    rows = Article.objects.filter(space=space).select_related("parent")
    files = {
        str(file.pk): f"{file.article.slug}/{file.name}/{file.digest}"
        for file in Attachment.objects.filter(article__in=rows).select_related("article")
    }
    return {
        row.slug: (
            row.title, row.source.replace(f"/articles/{space.slug}/", "/articles/*/"), row.tags,
            row.visibility, row.kind, row.position, row.pinned, row.parent and row.parent.slug,
            row.review_on, row.created_at, row.updated_at,
        )
        for row in rows
    }, sorted(files.values()), files  # fmt: skip


def without_ids(space):
    texts, files, names = content_of(space)
    named = {
        slug: (facts[0], re.sub(r"/attachments/([0-9a-f-]{36})",
                                lambda found: names.get(found[1], found[0]), facts[1]), *facts[2:])
        for slug, facts in texts.items()
    }  # fmt: skip
    return named, files


@settings(max_examples=25, deadline=None, derandomize=True, database=None,
          phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
@given(tree=trees)
def test_export_then_import_gives_the_same_space(technician, shared, tree):
    space = create_space(name="From", kind="shared")
    made, links = [], []
    for title, source, above, opened, target, tags, attachments in tree:
        link = (
            f"\n[see](/articles/{space.slug}/{made[target % len(made)].slug}#s-a)" if made else ""
        )
        # A text may show a file of another article, too.
        link += f"\n![p](/attachments/{links[target % len(links)]})" if links else ""
        parent = made[above % len(made)].pk if made and above % 2 else None
        article = write(
            space, technician, title.strip(), source + link, tags=tuple(sorted(tags)),
            parent_id=parent, visibility="client" if opened else "internal",
        )  # fmt: skip
        Article.objects.filter(pk=article.pk).update(
            review_on=date(2027, 2, above + 1), created_at=datetime(2020, 1, 1, tzinfo=UTC)
        )
        made.append(article)
        links += [
            attach(name=name, content=ContentFile(content), by=technician.user, article=article).pk
            for name, content in dict.fromkeys(attachments)
        ]
    zipped = as_zip(space)
    other = create_space(name="To", kind="shared")
    preview = bring(other, technician, zipped, dry=True)
    report = bring(other, technician, zipped)
    assert preview == report
    assert {row.done for row in report} <= {"new", "attached"}, report
    assert without_ids(other) == without_ids(space)
    again = {row.done for row in bring(other, technician, zipped)}
    assert again == {"unchanged"}
    assert as_zip(other) == zipped


def test_a_deep_tree_and_articles_named_index_come_back_as_they_were(technician, shared):
    space, above = create_space(name="From", kind="shared"), None
    for number in range(30):
        title = "Index" if number == 3 else f"{number}{' long' * 15}"
        above = write(space, technician, title, parent_id=above.pk if above else None)
    write(space, technician, "1", "[up](/articles/from/index)", parent_id=above.parent_id)
    write(space, technician, "Readme")
    zipped = as_zip(space)
    assert max(map(len, zipfile.ZipFile(io.BytesIO(zipped)).namelist())) < 255
    bring(shared, technician, zipped)
    assert without_ids(shared) == without_ids(space)
    assert as_zip(shared) == zipped


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
        "x" * 1001,
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


HOSTILE_FACTS = [
    # an instant that is in the year before the first, in UTC, which nothing could read again
    'created: "0001-01-01T00:00:00+14:00"\nupdated: "0001-01-01T00:00:00+14:00"',
    "created: 0001-01-01T00:00:00+14:00\nupdated: 9999-12-31T23:59:59-14:00",
    # what a text column does not take
    'tags: ["a\\0b", "\\ud800", "\\u2028"]\nfiles: [{path: p.png, name: "a\\0\\ud800.png"}]',
    'title: "a\\0b\\ud800"\nslug: "\\ud800"\nkind: "\\0"\nvisibility: "\\0"',
    # other types and sizes than meant
    "position: 99999999999999999999999\nreview_on: 2020-01-01T00:00:00Z\nkind: [a]\npinned: {}",
    "position: .inf\ntags: [1, null, {a: b}, [c], !!binary aGk=]\nvisibility: {a: b}\ntitle: .nan",
    "position: -1\nreview_on: 0001-01-01\ntags: !!set {a, b}\nfiles: {a: b}\ntitle: " + "9" * 5000,
    "files: [{path: ../../etc/passwd, name: ../../x}, {path: p.png, name: %s}]" % ("x" * 999),
]


@pytest.mark.parametrize("facts", HOSTILE_FACTS)
def test_hostile_front_matter_makes_an_article_that_every_page_can_show(technician, shared, facts):
    text = f"---\n{facts}\n---\n\nText\n".encode()
    report = importing.run(
        space=shared, files={"a.md": text, "p.png": PNG}, left_out={}, by=technician.user
    )
    assert report[0].done == "new", report
    address = f"/articles/help/{Article.objects.get().slug}"
    for page in (address, f"{address}/history", "/spaces/help", "/recent", "/feed.atom", "/"):
        assert technician.browser.get(page).status_code == 200, page


def test_a_directory_of_half_a_million_members_is_not_read():
    directory = files.MEMBER.ljust(46, b"\0") * (files.MOST_ENTRIES + 1)
    with pytest.raises(files.Refused, match="more than 5000 files"):
        files.of_zip(directory + packed(a=b"x"))


def docx_of(xml: str) -> bytes:
    start, end = DOCX.split(b"<w:p>")[0], b"</w:body></w:document>"
    return packed(**{**WORD, "word/document.xml": start + xml.encode() + end})


SWOLLEN = {
    "runs.docx": docx_of("<w:r/>" * 500_000),
    "attributes.docx": docx_of("<w:p " + "".join(f"a{n}='' " for n in range(500_000)) + "/>"),
    "many.html": b"<b>x</b>" * 100_000,
    "unfinished.html": b"<a " * 40_000,  # each looked for its end in all the rest
    "sections.html": b"<![CDATA[" * 40_000,
    # each paragraph begins with all that were bold before it
    "bold.html": "".join(f"<p><b class=a{n}>x" for n in range(20_000)).encode(),
}


@pytest.mark.parametrize("path", SWOLLEN)
def test_a_document_that_would_take_the_machine_is_left_out(path, monkeypatch):
    monkeypatch.setattr(apart, "LONGEST", 2)
    with pytest.raises(Unreadable, match=r"more than|more time or memory"):
        apart.read(path, SWOLLEN[path])


def test_what_is_read_in_a_process_of_its_own_is_the_same(monkeypatch):
    page = b'<title>T</title><p>One &eacute; <b>two</b><img src="data:image/png;base64,eA==">'
    samples = {"a/b.html": page, "c.docx": packed(**WORD), "e.docx": b"x"}
    for path, content in samples.items():
        results = []
        for quick in (10**9, -1):
            monkeypatch.setattr(apart, "QUICK_STEPS", quick)
            monkeypatch.setattr(apart, "QUICK_DOCX", quick)
            try:
                results.append(apart.read(path, content))
            except Unreadable as error:
                results.append(str(error))
        assert results[0] == results[1], path


def test_comments_of_a_page_are_not_looked_for_one_by_one():
    assert read("a.html", b"<p>A<!-- <p>B --> C<!-- D").source == "A C\n"
    assert read("a.html", b"<!--" * 40_000).source.strip() == ""


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


def get(browser, address):
    """Return status and content; a stream that is read to its end is closed."""
    answer = browser.get(address)
    return answer.status_code, answer.getvalue()


@pytest.mark.parametrize("who", ["admin", "technician", "billing", "acme", "globex"])
def test_exports_are_the_staffs(request, articles, who):
    browser = request.getfixturevalue(who).browser
    staff = who in ("admin", "technician", "billing")
    article = "/articles/acme/zebra-printer/"
    for address in ("/spaces/acme/export.zip", article + "article.md", article + "article.zip"):
        wanted = 200 if staff else 403 if who == "acme" else 404
        assert get(browser, address)[0] == wanted, address
    if staff:
        content = get(browser, "/spaces/acme/export.zip")[1]
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert names == ["zebra-firewall.md", "zebra-printer.md"]  # not what is in the trash


def test_the_commands_do_the_same(articles, technician, tmp_path, capsys):
    call_command("export_space", "acme", tmp_path / "a.zip")
    call_command("import_articles", "help", tmp_path / "a.zip", "--as", "technician")
    assert capsys.readouterr().out.count("new") == 2
    assert Article.objects.filter(space__slug="help", slug="zebra-printer").exists()


HUGE = (  # a PNG that says it has 10 thousand million pixels
    PNG[:16] + (100_000).to_bytes(4, "big") * 2 + PNG[24:29]
)


def files_of(space):
    rows = Attachment.objects.filter(article__space=space).select_related("article")
    return sorted((row.article.title, row.name, row.is_picture) for row in rows)


def test_what_texts_show_and_link_to_is_attached_once(technician, internal):
    zipped = packed(**{
        "a.md": b"# A\n![p](img/p%20(1).png) [m](manual.pdf) ![s](<img/s x.svg>)\n\n"
                b"[r]: img/p%20(1).png",
        "sub/b.html": b"<h1>B</h1><p><img src='../img/p (1).png?width=3'>"
                      b"<img src='data:image/png;base64," + base64.b64encode(PNG) + b"'></p>",
        "img/p (1).png": PNG, "img/s x.svg": b"<svg onload='alert(1)'/>", "manual.pdf": b"%PDF-",
        "img/unused.png": PNG, "img/empty.png": b"", "c.md": b"![](img/empty.png)",
    })  # fmt: skip
    report = {row.path: row for row in bring(internal, technician, zipped, dry=True)}
    assert not Article.objects.exists()
    assert not Attachment.objects.exists()
    assert {row.path: row.done for row in bring(internal, technician, zipped)} == {
        path: row.done for path, row in report.items()
    }
    assert files_of(internal) == [
        ("A", "manual.pdf", False), ("A", "p (1).png", True), ("A", "s x.svg", False),
        ("B", "p (1).png", True), ("B", "picture-1.png", True),
    ]  # fmt: skip
    assert Attachment.objects.filter(name__endswith=".png").values("digest").distinct().count() == 1
    assert report["img/unused.png"].done == report["img/empty.png"].done == "left out"
    assert "empty" in report["img/empty.png"].why
    assert (report["a.md"].files, report["a.md"].why) == (3, "")
    text = Article.objects.get(title="A").source
    assert re.fullmatch(
        r"# A\n!\[p\]\((\S{49})\) \[m\]\(/attachments/\S{36}\) \[s\]\(/attachments/\S{36}\)"
        r"\n\n\[r\]: \1", text,
    ), text  # fmt: skip
    assert {row.done for row in bring(internal, technician, zipped)} == {"unchanged", "left out"}
    assert Attachment.objects.count() == 5
    assert Revision.objects.count() == 3


def test_a_docx_brings_its_pictures_and_reads_nothing_outside(technician, internal):
    def picture(attribute):
        return (
            b'<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip '
            + attribute + b'/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
            b"</w:drawing></w:r>"
        )  # fmt: skip

    spaces = b"".join(
        b' xmlns:%s="%s"' % pair for pair in (
            (b"w", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
            (b"wp", b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
            (b"a", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
            (b"pic", b"http://schemas.openxmlformats.org/drawingml/2006/picture"),
            (b"r", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
        )
    )  # fmt: skip
    document = (
        b"<w:document" + spaces + b"><w:body><w:p>" + picture(b'r:embed="r1"')
        + picture(b'r:link="r2"') + picture(b'r:link="r3"') + b"</w:p></w:body></w:document>"
    )  # fmt: skip
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="%s" Target="media/a.png"/>'
        b'<Relationship Id="r2" Type="%s" Target="file:///etc/passwd" TargetMode="External"/>'
        b'<Relationship Id="r3" Type="%s" Target="http://127.0.0.1:1/x.png" TargetMode="External"/>'
        b"</Relationships>" % (kind, kind, kind)
    )
    types = TYPES.replace(b"/>", b'><Default Extension="png" ContentType="image/png"/></Types>')
    docx = packed(**{
        "word/document.xml": document, "word/_rels/document.xml.rels": relations,
        "word/media/a.png": PNG, "[Content_Types].xml": types,
    })  # fmt: skip
    (row,) = bring(internal, technician, packed(**{"How.docx": docx}))
    assert files_of(internal) == [("How", "picture-1.png", True)]
    assert "outside of the file" in row.why
    assert "passwd" not in Article.objects.get().source


def test_pictures_elsewhere_are_named_and_never_fetched(technician, internal, monkeypatch):
    def opened(*_arguments):
        raise AssertionError("a socket was opened")

    page = b"<h1>X</h1><img src='http://127.0.0.1:1/p.png'><img src='//127.0.0.1:1/q.png'>"
    zipped = packed(**{"x.html": page, "y.md": b"![](http://127.0.0.1:1/p.png)"})
    with monkeypatch.context() as patch:
        found, left_out = files.of_zip(zipped)
        patch.setattr(socket, "getaddrinfo", opened)
        patch.setattr(socket.socket, "bind", opened)
        # PostgreSQL's library has its own sockets, so everything else may be forbidden.
        patch.setattr(socket, "create_connection", opened)
        patch.setattr(socket.socket, "connect", opened)
        report = importing.run(space=internal, files=found, left_out=left_out, by=technician.user)
    assert all("not fetched: 1" in row.why for row in report)
    assert not Attachment.objects.exists()


def test_a_picture_of_too_many_pixels_is_kept_as_a_download(technician, internal):
    zipped = packed(**{"a.md": b"![h](h.png)", "h.png": HUGE})
    bring(internal, technician, zipped)
    assert files_of(internal) == [("a", "h.png", False)]
    assert Article.objects.get().source.startswith("[h](/attachments/")


def test_what_is_packed_in_packed_files_counts_together(technician, internal, monkeypatch):
    monkeypatch.setattr(planning, "MOST_BYTES", len(PNG))
    page = b"<h1>X</h1><img src='data:image/png;base64," + base64.b64encode(PNG) + b"'>"
    bring(internal, technician, packed(**{"x.html": page}))
    with pytest.raises(files.Refused, match="together"):
        bring(internal, technician, packed(**{"x.html": page, "y.html": page}))


@pytest.mark.parametrize(
    "place", ["../p.png", "/etc/passwd", "..%2f..%2fetc/passwd", "p.png/../../p.png"]
)
def test_a_link_that_leads_outside_stays_a_link(technician, internal, place):
    source = f"![p]({place})"
    bring(internal, technician, packed(**{"a.md": source.encode()}))
    assert Article.objects.get().source == source


def test_an_html_file_needs_nothing_else(technician, acme, globex, acme_space, articles):
    png = attach(
        name="p.png", content=ContentFile(PNG), by=technician.user, article=articles["acme"]
    )
    hidden = attach(
        name="q.png", content=ContentFile(PNG), by=technician.user,
        article=articles["acme_internal"],
    )  # fmt: skip
    source = (
        f"# One\n![p](/attachments/{png.pk}) ![q](/attachments/{hidden.pk})\n# Two\n"
        "[w](/articles/acme/zebra-printer) ![r](https://x.example/r.png) <script>alert(1)</script>"
    )
    shown = write(acme_space, technician, "<b>Shown</b>", source, visibility="client")
    address = f"/articles/acme/{shown.slug}/article.html"
    page = acme.browser.get(address)
    text = page.content.decode()
    assert page["Content-Disposition"] == f'attachment; filename="{shown.slug}.html"'
    assert text.count('<img src="data:image/png;base64,') == 1
    assert f'<img src="{settings_of.PUBLIC_URL}/attachments/{hidden.pk}"' in text
    assert f'href="{settings_of.PUBLIC_URL}/articles/acme/zebra-printer"' in text
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "<b>Shown" not in text
    assert "Theo" not in text
    assert "Theo" in technician.browser.get(address).content.decode()
    assert globex.browser.get(address).status_code == 404


def test_the_page_for_paper_has_all_that_a_reader_of_paper_needs(technician, acme, articles):
    article = write(
        articles["acme"].space, technician, "VPN", "# One\n[w](https://x.example)\n# Two",
        visibility="client",
    )  # fmt: skip
    page = acme.browser.get(f"/articles/acme/{article.slug}/print").content.decode()
    for wanted in ("Acme", "VPN", "Version", "Contents", "#s-two", f"/articles/{article.pk}"):
        assert wanted in page, wanted
    assert "Theo" not in page
    assert "article.zip" not in page
    assert "article.zip" in technician.browser.get("/articles/acme/vpn/print").content.decode()
