"""Files of articles: who opens them, as what, in parts; sending, taking off, finding them."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image

from archive.articles import operations as articles_operations
from archive.articles.operations import Draft
from archive.articles.rendering import render
from archive.attachments import extracting, operations, reading
from archive.attachments.models import Attachment, State
from archive.attachments.rules.kinds import clean_name, markdown
from archive.attachments.rules.ranges import Span, Unsatisfiable, wanted
from archive.attachments.storing import path_of, storage
from archive.search.models import Text
from tests.archive.test_access import READS
from tests.archive.test_exchange import WORD, packed

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R
/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 46>>stream
BT /F 12 Tf 20 50 Td (Kaleidoscope warranty) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R/Size 6>>
startxref
0
%%EOF
"""


def picture(kind="PNG", size=(640, 480)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (240, 168, 28)).save(made, kind)
    return made.getvalue()


def attach(article, by, name="plan.png", content=None) -> Attachment:
    file = ContentFile(picture() if content is None else content)
    return operations.attach(name=name, content=file, by=by.user, article=article)


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture(autouse=True)
def empty_storage(settings):
    """The files of one test are no other's; Django makes a new store when the settings change."""
    settings.STORAGES = dict(settings.STORAGES)


@pytest.mark.parametrize("who", READS)
def test_a_file_is_there_for_the_readers_of_its_article_only(request, articles, technician, who):
    browser = request.getfixturevalue(who).browser
    for key, article in articles.items():
        made = attach(article, technician)
        for name in ("attachment", "attachment-thumbnail"):
            answer = browser.get(reverse(name, args=[made.pk]))
            assert answer.status_code == (200 if key in READS[who] else 404), (key, name)
        for name in ("attachment-remove", "attachment-put-back"):
            answer = browser.post(reverse(name, args=[made.pk]))
            assert answer.status_code == (302 if who in ("admin", "technician") else 403), name


def test_a_stranger_is_sent_to_the_sign_in_page(articles, technician, client):
    made = attach(articles["shared"], technician)
    assert client.get(reverse("attachment", args=[made.pk])).status_code == 302


def test_a_picture_is_shown_and_everything_else_is_a_download(articles, technician):
    shown = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
    for kind, media_type in shown.items():
        made = attach(articles["acme"], technician, "a.html", picture(kind))
        answer = technician.browser.get(reverse("attachment", args=[made.pk]))
        assert answer["Content-Type"] == media_type
        assert answer["Content-Disposition"].startswith("inline")
    for name, content in [
        ("x.html", b"<script>alert(1)</script>"), ("x.svg", b"<svg onload=alert(1)>"),
        ("x.png", b"<script>alert(1)</script>"), ("x.xml", b"<x/>"), ("x.pdf", PDF),
        ("x.bmp", picture("BMP")), ("x.js", b"alert(1)"), ("x.txt", b"hello"),
    ]:  # fmt: skip
        made = attach(articles["acme"], technician, name, content)
        answer = technician.browser.get(reverse("attachment", args=[made.pk]))
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "html" not in answer["Content-Type"]
        assert "xml" not in answer["Content-Type"].replace("openxml", "")
        assert body(answer) == content


def test_whatever_the_answer_it_is_inert_and_not_kept_for_others(articles, technician):
    made = attach(articles["acme"], technician)
    address = reverse("attachment", args=[made.pk])
    asked = [
        {},
        {"Range": "bytes=0-3"},
        {"Range": "bytes=999999-"},
        {"If-None-Match": f'"{made.digest}"'},
    ]
    for headers, status in zip(asked, (200, 206, 416, 304), strict=True):
        answer = technician.browser.get(address, headers=headers)
        assert answer.status_code == status
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_file_comes_in_parts(articles, technician):
    content = bytes(range(256)) * 1000
    made = attach(articles["acme"], technician, "a.bin", content)
    address = reverse("attachment", args=[made.pk])
    get = technician.browser.get
    answer = get(address, headers={"Range": "bytes=100-299"})
    assert (answer.status_code, body(answer)) == (206, content[100:300])
    assert answer["Content-Range"] == f"bytes 100-299/{len(content)}"
    assert answer["Content-Length"] == "200"
    assert body(get(address, headers={"Range": "bytes=-70000"})) == content[-70000:]
    other = get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (other.status_code, body(other)) == (200, content)
    head = technician.browser.head(address)
    assert (head["Content-Length"], head.content) == (str(len(content)), b"")


@pytest.mark.parametrize(
    ("header", "size", "span"),
    [("bytes=0-0", 9, Span(0, 1)), ("bytes=4-", 9, Span(4, 9)), ("bytes=-3", 9, Span(6, 9)),
     ("bytes=-30", 9, Span(0, 9)), ("bytes=2-99", 9, Span(2, 9)), ("bytes=5-4", 9, None),
     ("bytes=0-1,3-4", 9, None), ("bytes=-", 9, None), ("lines=0-1", 9, None), ("", 9, None),
     (f"bytes={'9' * 5000}-", 9, None), ("bytes=a-b", 9, None)],
)  # fmt: skip
def test_ranges_are_read_as_the_rfc_says(header, size, span):
    assert wanted(header, size) == span


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=9-", 9), ("bytes=-0", 9), ("bytes=0-", 0), ("bytes=-5", 0)]
)
def test_a_range_behind_the_end_cannot_be_had(header, size):
    with pytest.raises(Unsatisfiable):
        wanted(header, size)


def test_the_form_adds_files_and_lists_them(articles, technician, acme):
    address = reverse("article-files", args=["acme", "zebra-printer"])
    sent = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("../b.png", picture())]
    assert technician.browser.post(address, {"uploads": sent}).status_code == 302
    page = technician.browser.get(address).content.decode()
    assert "a.txt" in page
    assert "![b.png](/attachments/" in page
    read = acme.browser.get("/articles/acme/zebra-printer").content.decode()
    assert "a.txt" in read
    assert "Theo" not in read
    assert "Choose the file" not in read
    empty = technician.browser.post(address, {"uploads": [SimpleUploadedFile("e.txt", b"")]})
    assert "The file is empty." in empty.content.decode()


def test_only_writers_send_files_and_only_to_what_they_may_see(
    articles, technician, acme, globex, billing
):
    address = reverse("attachment-upload")
    for who in (acme, globex, billing):
        for article in ("", str(articles["acme"].pk)):
            file = SimpleUploadedFile("a.txt", b"x")
            answer = who.browser.post(address, {"file": file, "article": article})
            assert answer.status_code == 403
    file = SimpleUploadedFile("a.txt", b"x")
    nowhere = technician.browser.post(address, {"file": file, "article": str(uuid.uuid4())})
    assert nowhere.status_code == 404
    assert not Attachment.objects.exists()


def test_what_is_too_large_is_refused_with_its_limit(articles, technician, settings):
    settings.HM_MAX_ATTACHMENT_MB = 1
    file = SimpleUploadedFile("a.bin", b"x" * (1024 * 1024 + 1))
    answer = technician.browser.post(reverse("attachment-upload"), {"file": file})
    assert (answer.status_code, answer.json()) == (400, {"error": "The file is larger than 1 MB."})
    assert technician.browser.post(reverse("attachment-upload")).status_code == 400


def test_a_picture_pasted_into_a_new_article_becomes_its_file(
    technician, colleague, acme, acme_space
):
    file = SimpleUploadedFile("s.png", picture())
    text = technician.browser.post(reverse("attachment-upload"), {"file": file}).json()["markdown"]
    address = text.partition("(")[2].rstrip(")")
    assert technician.browser.get(address).status_code == 200
    assert colleague.browser.get(address).status_code == 404
    typed = {"title": "New", "source": f"See {text}", "visibility": "client"}
    assert technician.browser.post("/spaces/acme/new", typed).status_code == 302
    assert address in acme.browser.get("/articles/acme/new").content.decode()
    assert acme.browser.get(address).status_code == 200
    # Nobody takes a file by naming it: this one belongs to the first article and stays there.
    typed["title"] = "Thief"
    colleague.browser.post("/spaces/acme/new", typed)
    assert Attachment.objects.get().article.title == "New"


def test_what_was_taken_off_is_kept_for_old_revisions_and_can_be_put_back(
    articles, technician, acme
):
    made = attach(articles["acme"], technician)
    address = reverse("attachment", args=[made.pk])
    technician.browser.post(reverse("attachment-remove", args=[made.pk]))
    assert acme.browser.get(address).status_code == 404
    assert technician.browser.get(address).status_code == 200
    assert "plan.png" not in acme.browser.get("/articles/acme/zebra-printer").content.decode()
    technician.browser.post(reverse("attachment-put-back", args=[made.pk]))
    assert acme.browser.get(address).status_code == 200


def test_cleaning_deletes_only_what_no_article_revision_or_draft_needs(articles, technician):
    now = timezone.now()
    old = now - timedelta(days=31)
    shown = attach(articles["acme"], technician, "shown.txt", b"shown")
    gone = attach(articles["acme"], technician, "gone.txt", b"gone")
    fresh = attach(articles["acme"], technician, "fresh.txt", b"fresh")
    drafted = attach(None, technician, "drafted.txt", b"drafted")
    unsaved = attach(None, technician, "unsaved.txt", b"unsaved")
    twin = attach(articles["shared"], technician, "twin.txt", b"gone")  # the same bytes
    draft = Draft(title="Zebra printer", source=f"/attachments/{shown.pk}", visibility="client")
    articles_operations.save(
        article=articles["acme"], draft=draft, expected_version=1, by=technician.user
    )
    typed = {"title": "New", "source": f"[x](/attachments/{drafted.pk})"}
    technician.browser.post(reverse("draft-new", args=["acme"]), typed)
    for each in (shown, gone):
        operations.remove(attachment=each, now=old)
    operations.remove(attachment=fresh, now=now - timedelta(days=29))
    Attachment.objects.filter(article=None).update(created_at=old)

    assert operations.clean(now=now) == (2, 1)
    kept = set(Attachment.objects.values_list("name", flat=True))
    assert kept == {"shown.txt", "fresh.txt", "drafted.txt", "twin.txt"}
    assert not storage().exists(path_of(unsaved.digest))
    assert storage().exists(path_of(twin.digest))
    assert operations.clean(now=now) == (0, 0)


def test_the_same_bytes_lie_there_once(articles, technician):
    one, two = (attach(articles["acme"], technician, name, b"same") for name in ("a.txt", "b.txt"))
    assert one.digest == two.digest
    assert storage().listdir(one.digest[:2])[1] == [one.digest]


def test_a_thumbnail_is_small_and_a_huge_picture_is_just_a_file(articles, technician):
    made = attach(articles["acme"], technician)
    answer = technician.browser.get(reverse("attachment-thumbnail", args=[made.pk]))
    with Image.open(io.BytesIO(body(answer))) as small:
        assert (small.format, small.size) == ("WEBP", (320, 240))
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 200_000
    made = attach(articles["acme"], technician, "bomb.png", bomb.getvalue())
    assert not made.is_picture
    assert (
        technician.browser.get(reverse("attachment-thumbnail", args=[made.pk])).status_code == 404
    )


def excel() -> bytes:
    book, made = Workbook(), io.BytesIO()
    book.active.append(["Kaleidoscope", 42, None, "warranty"])
    book.save(made)
    return made.getvalue()


def word() -> bytes:
    return packed(**WORD)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [("a.pdf", PDF, "Kaleidoscope warranty"), ("a.xlsx", excel(), "Kaleidoscope 42 warranty"),
     ("a.docx", word(), "Call the office"), ("a.csv", "Käse;1".encode(), "Käse;1")],
)  # fmt: skip
def test_the_words_in_a_file_are_read(name, content, found):
    assert found in extracting.words(name.partition(".")[2], content)


def test_search_finds_the_words_and_the_name_of_a_file_for_its_readers(
    articles, technician, acme, globex, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = attach(articles["acme"], technician, "Zulu contract.pdf", PDF)
    for words, who, finds in [("zulu", acme, True), ("kaleidoscope", acme, False)]:
        page = who.browser.get(f"/search?q={words}").content.decode()
        assert ("Zebra printer" in page) == finds
    assert reading.read_waiting() == 1
    assert "Zebra printer" in acme.browser.get("/search?q=kaleidoscope").content.decode()
    assert "Zebra printer" not in globex.browser.get("/search?q=kaleidoscope").content.decode()
    operations.remove(attachment=made)
    assert "Zebra printer" not in acme.browser.get("/search?q=kaleidoscope").content.decode()
    assert not Text.objects.exists()


def test_a_file_that_cannot_be_read_stops_nothing(articles, technician):
    attach(articles["acme"], technician, "a.pdf", b"%PDF-1.4 nonsense")
    attach(articles["acme"], technician, "b.docx", b"PK no")
    attach(articles["acme"], technician, "c.txt", b"fine")
    assert reading.read_waiting() == 3
    states = dict(Attachment.objects.values_list("name", "state"))
    assert states == {"a.pdf": State.UNREADABLE, "b.docx": State.UNREADABLE, "c.txt": State.READ}
    assert reading.read_waiting() == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [("C:\\temp\\a.txt", "a.txt"), ("../../etc/passwd", "passwd"), ("a\x00b\r\n.txt", "ab.txt"),
     ("invoice\u202efdp.exe", "invoicefdp.exe"), ("", "file"), (" .. ", "file"),
     ("x" * 300 + ".pdf", "x" * 146 + ".pdf"), ("Zoë's plan.pdf", "Zoë's plan.pdf")],
)  # fmt: skip
def test_names_lose_what_deceives(name, kept):
    assert clean_name(name) == kept


def test_a_name_is_only_words_in_the_text():
    html = render(markdown("a](javascript:x)![b](y)*c*.png", "/attachments/1", picture=True)).html
    assert html == '<p><img src="/attachments/1" alt="a](javascript:x)![b](y)*c*.png"></p>\n'


def test_the_database_holds_what_a_file_must_be(articles, technician):
    made = attach(articles["acme"], technician)
    for wrong in (
        {"name": ""},
        {"digest": "x"},
        {"state": "odd"},
        {"width": 0},
        {"media_type": "text/html"},
    ):
        with pytest.raises(IntegrityError, match="attachment_"), transaction.atomic():
            Attachment.objects.filter(pk=made.pk).update(**wrong)


def test_who_added_and_took_off_files_is_written_down(articles, technician):
    made = attach(articles["acme"], technician)
    technician.browser.post(reverse("attachment-remove", args=[made.pk]))
    rows = apps.get_model("attachments", "AttachmentEvent").objects.order_by("pgh_id")
    assert [row.pgh_label for row in rows] == ["insert", "update"]
    assert rows[1].pgh_context.metadata["user"] == str(technician.user.pk)


def test_the_list_costs_few_queries(articles, technician, django_assert_max_num_queries):
    for number in range(5):
        attach(articles["acme"], technician, f"{number}.txt", b"x")
    with django_assert_max_num_queries(3):
        technician.browser.get(reverse("article-files", args=["acme", "zebra-printer"]))
    with django_assert_max_num_queries(5):
        technician.browser.get("/articles/acme/zebra-printer")
