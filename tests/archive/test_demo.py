"""The demo's articles: complete, believable in figures, once, and never in a real installation."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from PIL import Image

from archive.articles.models import Article, Kind, Revision
from archive.attachments.models import Attachment
from archive.attachments.storing import path_of, storage
from archive.demo import loader, people
from archive.demo.management.commands.load_demo import Command
from archive.discussion.models import Comment, Vote, Watch
from archive.drafts.models import StoredDraft
from archive.links.models import Link
from archive.records.models import Expiry, Record, RecordType
from archive.runbooks.models import Run, State
from archive.search.models import Miss, Reading
from archive.spaces.models import Space

pytestmark = pytest.mark.django_db

WANTED = {
    "felixstowe: network of the new building", "moving the excise returns", "payroll: plan b",
}  # fmt: skip
# What a secret in a text would look like; names of products and of fields do not.
SECRET = re.compile(
    r"(password|passcode|secret|api key|pin)\s*[:=]\s*\S*\d|BEGIN [A-Z ]*PRIVATE KEY", re.IGNORECASE
)


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """Load once; every test here reads the same, and the other modules see none of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loader.load()
        transaction.set_rollback(True)


def test_there_is_plenty_of_everything(loaded):
    assert loaded == Article.objects.count() >= 150
    assert Space.objects.filter(kind="company").count() >= 15
    assert {*Space.objects.values_list("kind", flat=True)} == {"company", "internal", "shared"}
    assert Revision.objects.count() >= 1.5 * loaded
    assert Revision.objects.values("author_name").distinct().count() >= 4
    assert {*Article.objects.values_list("kind", flat=True)} == {*Kind.values}
    assert {*Run.objects.values_list("state", flat=True)} == {*State.values}
    assert RecordType.objects.count() >= 6
    assert Record.objects.count() >= 60
    assert Article.objects.trashed().exists()
    for model in (Comment, Vote, Watch, Reading, Miss):
        assert model.objects.count() >= 5, model
    assert StoredDraft.objects.count() == 1


def test_every_link_leads_somewhere_but_to_the_three_wanted_articles():
    assert {*Link.objects.filter(target=None).values_list("title", flat=True)} == WANTED
    assert Link.objects.count() > 60


def test_every_article_is_rendered_found_and_different_from_the_others():
    assert not Article.objects.filter(html="").exists()
    assert not Article.objects.filter(search="").exists()
    sources = [
        re.sub(r"\W+", " ", text) for text in Article.objects.values_list("source", flat=True)
    ]
    assert len({text[:60] for text in sources}) == len(sources)
    assert min(map(len, sources)) > 100


def test_pictures_are_where_the_text_shows_them_and_can_be_drawn():
    assert Attachment.objects.count() >= 20
    for picture in Attachment.objects.select_related("article"):
        assert f"/attachments/{picture.pk}" in picture.article.source, picture
        assert "](/attachments/" in picture.article.source
        image = Image.open(io.BytesIO(storage().open(path_of(picture.digest)).read()))
        assert image.size == (picture.width, picture.height)
        assert picture.size < 15_000
    shown = "".join(Article.objects.values_list("html", flat=True)).count("<img")
    assert shown == Attachment.objects.count()


def test_dates_count_from_today_and_some_things_are_due_soon():
    now = timezone.now()
    assert not Revision.objects.filter(created_at__gt=now).exists()
    assert Revision.objects.filter(created_at__gt=now - timedelta(days=14)).count() >= 3
    assert Revision.objects.filter(created_at__lt=now - timedelta(days=300)).count() >= 10
    assert not Revision.objects.filter(created_at__lt=now - timedelta(days=366)).exists()
    times: dict[object, object] = {}
    for article, at in Revision.objects.order_by("article", "number").values_list(
        "article", "created_at"
    ):
        assert article not in times or times[article] < at, article
        times[article] = at
    today = now.date()
    assert Expiry.objects.filter(on__range=(today, today + timedelta(days=30))).count() >= 5
    assert Expiry.objects.filter(on__lt=today).exists()
    assert Article.objects.filter(review_on__lte=today).count() >= 2
    assert Article.objects.filter(review_on__gt=today).count() >= 5


def test_no_text_holds_a_secret():
    for text in Revision.objects.values_list("source", flat=True):
        assert not SECRET.search(text), SECRET.search(text)


def test_a_client_reads_their_own_space_and_the_help_only(loaded):
    acme = people.load_people()["acme"]
    seen = Article.objects.visible_to(acme).select_related("space")
    assert {article.space.slug for article in seen} == {"acme-manufacturing", "help-for-clients"}
    assert 20 <= len(seen) < loaded / 4


def test_the_demo_data_is_loaded_once(settings, capsys):
    settings.DEMO = True
    before = list(Article.objects.order_by("pk").values("pk", "slug", "version", "updated_at"))
    call_command(Command())
    assert "there already" in capsys.readouterr().out
    after = Article.objects.order_by("pk").values("pk", "slug", "version", "updated_at")
    assert list(after) == before


def test_the_companies_are_those_of_nexus():
    # The id Nexus gives Acme in its demo; another would open the space to nobody.
    assert str(people.demo_id("company", "C-1001")) == "9396e6f7-dba4-5731-bf01-01218701fbdb"


def test_it_refuses_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command(Command())
