"""Writing: revisions, two people at once, restoring, the trash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction

from archive.articles import operations
from archive.articles.models import Article, Revision
from archive.articles.operations import Draft
from archive.attachments.operations import attach
from archive.discussion import operations as discussion
from archive.runbooks import operations as runs
from archive.search.models import Word
from archive.spaces.operations import create_space
from tests.archive.conftest import ACME, write

Events = apps.get_model("articles", "ArticleEvent")
BASE = "# Steps\n\n1. Unplug\n2. Wait\n3. Plug in\n"


def form(**typed):
    return {"title": "Reset", "source": BASE, "visibility": "internal", "version": "1", **typed}


@pytest.fixture
def reset(technician, internal):
    return write(internal, technician, "Reset", BASE)


EDIT = "/articles/handbook/reset/edit"


def test_a_technician_writes_an_article_and_reads_it(technician, shared):
    typed = {
        "title": "Café & Wi-Fi", "source": "**Bold**\r\n\r\ntext", "visibility": "client",
        "tags": "Wifi,  guest  access,wifi", "comment": "First",
    }  # fmt: skip
    answer = technician.browser.post("/spaces/help/new", typed)
    assert answer["Location"] == "/articles/help/cafe-wi-fi"
    page = technician.browser.get(answer["Location"]).content.decode()
    assert "<strong>Bold</strong>" in page
    article = Article.objects.get()
    assert article.source == "**Bold**\n\ntext"
    assert article.tags == ["guest access", "wifi"]
    revision = Revision.objects.get()
    assert (revision.number, revision.author_name, revision.comment) == (1, "Theo", "First")


def test_an_article_of_an_internal_space_cannot_be_offered_to_clients(technician, internal):
    assert technician.browser.post("/spaces/handbook/new", form(visibility="client")).context
    assert not Article.objects.exists()


def test_two_articles_of_one_title_have_two_addresses(technician, internal):
    slugs = [write(internal, technician, "Wi-Fi").slug for _ in range(3)]
    assert slugs == ["wi-fi", "wi-fi-2", "wi-fi-3"]


def test_each_save_is_a_revision_and_an_empty_one_is_none(technician, reset):
    technician.browser.post(EDIT, form(source=BASE + "4. Test\n"))
    technician.browser.post(EDIT, form(source=BASE + "4. Test\n", version="2"))
    assert list(reset.revisions.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_the_second_saver_gets_both_texts_merged(technician, colleague, reset):
    theirs = BASE.replace("Wait", "Wait a minute")
    assert colleague.browser.post(EDIT, form(source=theirs)).status_code == 302
    mine = BASE + "4. Test\n"
    answer = technician.browser.post(EDIT, form(source=mine, comment="Test it"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Mira" in page
    assert answer.context["form"]["source"].value() == theirs + "4. Test\n"
    assert answer.context["form"]["comment"].value() == "Test it"
    reset.refresh_from_db()
    assert reset.source == theirs
    again = form(source=answer.context["form"]["source"].value(), version="2")
    assert technician.browser.post(EDIT, again).status_code == 302
    reset.refresh_from_db()
    assert "Wait a minute" in reset.source
    assert "4. Test" in reset.source


def test_a_place_both_changed_is_marked_and_must_be_settled(technician, colleague, reset):
    colleague.browser.post(EDIT, form(source=BASE.replace("Wait", "Wait a minute")))
    answer = technician.browser.post(EDIT, form(source=BASE.replace("Wait", "Wait an hour")))
    merged = answer.context["form"]["source"].value()
    assert "Wait a minute" in merged
    assert "Wait an hour" in merged
    assert "1 place" in answer.content.decode()
    unsettled = technician.browser.post(EDIT, form(source=merged, version="2"))
    assert unsettled.status_code == 200
    assert "both of you changed" in unsettled.content.decode()
    assert Article.objects.get().version == 2


def test_titles_and_tags_merge_too(technician, colleague, reset):
    colleague.browser.post(EDIT, form(title="Reset the router", tags="router"))
    answer = technician.browser.post(EDIT, form(source=BASE + "More", tags="power"))
    assert answer.context["form"]["title"].value() == "Reset the router"
    assert answer.context["form"]["tags"].value() == "power, router"


def test_an_edit_without_its_version_saves_nothing(technician, reset):
    answer = technician.browser.post(EDIT, form(version="", source="x"))
    assert answer.status_code == 200
    assert Article.objects.get().source == BASE


def test_a_revision_never_changes(technician, reset):
    revision = Revision.objects.get()
    for change in (revision.delete, lambda: Revision.objects.update(author_name="Nobody")):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()


def test_restoring_gives_the_old_text_exactly_and_opens_it_to_nobody(technician, reset):
    for version, visibility in ((1, "client"), (2, "internal")):
        draft = Draft(title="Other", source="x" * version, visibility=visibility)
        operations.save(article=reset, draft=draft, expected_version=version, by=technician.user)
        reset.refresh_from_db()
    technician.browser.post("/articles/handbook/reset/history/2/restore")
    reset.refresh_from_db()
    assert (reset.version, reset.source, reset.visibility) == (4, "x", "internal")
    technician.browser.post("/articles/handbook/reset/history/1/restore")
    reset.refresh_from_db()
    assert (reset.title, reset.source) == ("Reset", BASE)


def test_restoring_a_revision_there_never_was_is_404(technician, reset):
    answer = technician.browser.post("/articles/handbook/reset/history/9/restore")
    assert answer.status_code == 404


def test_the_trash_takes_an_article_and_gives_it_back(technician, reset):
    technician.browser.post("/articles/handbook/reset/delete")
    assert '/reset"' not in technician.browser.get("/spaces/handbook").content.decode()
    assert "Reset" in technician.browser.get("/spaces/handbook/trash").content.decode()
    answer = technician.browser.post(EDIT, form(source="Typed"))
    assert "moved to the trash" in answer.content.decode()
    assert "Typed" in answer.content.decode()
    technician.browser.post("/articles/handbook/reset/undelete")
    assert "Reset" in technician.browser.get("/spaces/handbook").content.decode()


def test_an_article_is_never_below_itself(technician, internal, reset):
    child = write(internal, technician, "Child", parent_id=reset.pk)
    draft = Draft(title="Reset", source=BASE, parent_id=child.pk)
    with pytest.raises(operations.NotPossible):
        operations.save(article=reset, draft=draft, expected_version=1, by=technician.user)


def test_an_article_of_another_space_is_no_parent(technician, reset, shared):
    with pytest.raises(operations.NotPossible):
        write(shared, technician, "Child", parent_id=reset.pk)
    answer = technician.browser.post("/spaces/help/new", form(parent=str(reset.pk)))
    assert answer.status_code == 200
    assert not shared.articles.exists()


def test_history_and_comparison_show_the_words_that_changed(technician, reset):
    technician.browser.post(EDIT, form(source=BASE.replace("Wait", "Wait <i>"), comment="Why"))
    assert "Why" in technician.browser.get("/articles/handbook/reset/history").content.decode()
    page = technician.browser.get("/articles/handbook/reset/compare?old=1&new=2")
    assert "<ins> &lt;i&gt;</ins>" in page.content.decode()
    for query in ("", "?old=1&new=7", "?old=x&new=1", "?old=1&new=99999999999"):
        address = f"/articles/handbook/reset/compare{query}"
        assert technician.browser.get(address).status_code == 404


def test_what_the_database_refuses(technician, internal, acme_space, reset):
    with pytest.raises(ValidationError, match="has a space already"):
        create_space(name="Acme again", kind="company", company_id=ACME)
    with pytest.raises(ValidationError, match="needs a company"):
        create_space(name="Nobody", kind="company")
    rows = Article.objects.filter(pk=reset.pk)
    for change in ({"title": ""}, {"visibility": "all"}, {"parent_id": reset.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_the_same_moment_one_wins_and_the_others_are_told(technician, internal):
    article = write(internal, technician, "Reset", BASE)

    def save(number):
        try:
            draft = Draft(title="Reset", source=f"{BASE}{number}\n")
            operations.save(article=article, draft=draft, expected_version=1, by=technician.user)
        except operations.Conflict as conflict:
            return conflict.merged.text
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(8) as pool:
        told = [text for text in pool.map(save, range(8)) if text is not None]
    stored = Article.objects.get()
    assert len(told) == 7
    assert stored.version == stored.revisions.count() == 2
    assert all(stored.source.strip().split("\n")[-1] in text for text in told)


def test_an_administrator_deletes_for_good_what_is_in_the_trash(
    admin, technician, acme, internal, reset
):
    address = "/articles/handbook/reset"
    below = write(internal, technician, "Below", parent_id=reset.pk)
    linking = write(internal, technician, "Linking", "See [[Reset]].")
    attach(name="plan.txt", content=ContentFile(b"x"), by=technician.user, article=reset)
    discussion.comment(article=reset, text="Why?", by=technician.user)
    admin.browser.post(address + "/delete-for-good")
    assert Article.objects.filter(pk=reset.pk).exists()  # it is not in the trash
    technician.browser.post(address + "/delete")
    assert technician.browser.post(address + "/delete-for-good").status_code == 403
    assert "for good" in admin.browser.get(address).content.decode()
    assert "for good" not in technician.browser.get(address).content.decode()
    assert admin.browser.post(address + "/delete-for-good")["Location"] == "/spaces/handbook/trash"
    assert admin.browser.get(address).status_code == 404
    assert not Revision.objects.filter(article_id=reset.pk).exists()
    below.refresh_from_db()
    assert below.parent_id is None
    assert linking.links.get().target_id is None
    assert not Word.objects.filter(word="unplug", documents__gt=0).exists()
    event = Events.objects.filter(pgh_obj_id=reset.pk).latest("pgh_id")
    context = event.pgh_context.metadata
    assert (context["name"], context["title"]) == (str(admin.user), "Reset")


def test_an_article_with_runs_is_never_deleted_for_good(admin, technician, internal):
    runbook = write(internal, technician, "Leaver", "- [ ] Lock the account")
    Article.objects.filter(pk=runbook.pk).update(kind="runbook", deleted_at=None)
    runbook.refresh_from_db()
    runs.start(article=runbook, space=internal, by=technician.user)
    operations.move_to_trash(article=runbook)
    page = admin.browser.post("/articles/handbook/leaver/delete-for-good", follow=True)
    assert "they are evidence" in page.content.decode()
    assert Revision.objects.filter(article=runbook).exists()


def test_a_revision_goes_with_no_other_article_than_its_own(technician, internal, reset):
    other = write(internal, technician, "Other")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('archive.deleted_for_good', %s, true)", [str(other.pk)])
    with pytest.raises(IntegrityError), transaction.atomic():
        reset.revisions.all().delete()


def test_two_revisions_are_compared_side_by_side(technician, reset):
    technician.browser.post(EDIT, form(source=BASE.replace("Wait", "Rest"), tags="power"))
    page = technician.browser.get("/articles/handbook/reset/compare?old=1&new=2&view=side")
    html = page.content.decode()
    assert '<td dir="auto">2. <del>Wait</del></td>' in html
    assert '<td dir="auto">2. <ins>Rest</ins></td>' in html
    assert '<ins dir="auto">power</ins>' in html


def typed_in(browser, **changed):
    """Return what the browser sends when somebody opens the editor and changes some fields."""
    shown = browser.get(EDIT).context["form"]
    fields = {name: value for name, value in shown.initial.items() if value not in (None, False)}
    return {**fields, **dict(shown.began()), **changed}


def test_what_a_colleague_set_meanwhile_stays_when_i_left_it_alone(technician, colleague, reset):
    mine = typed_in(technician.browser, source=BASE + "4. Test\n")
    theirs = typed_in(colleague.browser, review_on="2027-05-01", kind="runbook", pinned="on")
    assert colleague.browser.post(EDIT, theirs).status_code == 302
    assert technician.browser.post(EDIT, mine).status_code == 302
    reset.refresh_from_db()
    assert str(reset.review_on) == "2027-05-01"
    assert (reset.kind, reset.pinned, reset.source) == ("runbook", True, BASE + "4. Test\n")


def test_the_merge_keeps_kind_owner_and_review_date_of_both(technician, colleague, internal, reset):
    above = write(internal, technician, "Above")
    mine = typed_in(technician.browser, source=BASE + "4. Test\n", kind="runbook")
    theirs = typed_in(colleague.browser, source="# Now\n" + BASE, parent=str(above.pk), pinned="on")
    assert colleague.browser.post(EDIT, theirs).status_code == 302
    answer = technician.browser.post(EDIT, mine)
    assert answer.status_code == 409
    shown = answer.context["form"]
    again = {name: value for name, value in shown.initial.items() if value not in (None, False)}
    technician.browser.post(EDIT, {**again, **dict(shown.began())})
    reset.refresh_from_db()
    assert (reset.kind, reset.pinned, reset.parent_id) == ("runbook", True, above.pk)
    assert reset.source == "# Now\n" + BASE + "4. Test\n"
