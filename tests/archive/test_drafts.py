"""While somebody writes: drafts that only they see, who else is here, preview and completion."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from archive.articles.models import Article
from archive.articles.rules.merging import MINE, THEIRS, merge
from archive.drafts import operations
from archive.drafts import views as draft_views
from archive.drafts.models import Presence, StoredDraft
from hm_auth.answers import Answer
from hm_auth.exceptions import NexusUnavailable

EDIT = "/articles/acme/zebra-printer/edit"
DRAFT = "/articles/acme/zebra-printer/draft"
PRESENCE = "/articles/acme/zebra-printer/presence"


def typed(source: str, version: int | None = 1, **more: str) -> dict[str, str]:
    base = {} if version is None else {"version": str(version)}
    return {"title": "Zebra printer", "source": source, "visibility": "client", **base, **more}


def page(person, address: str, form: dict | None = None) -> str:
    browser = person.browser
    answer = browser.get(address) if form is None else browser.post(address, form)
    return answer.content.decode()


def test_a_draft_is_offered_to_its_writer_only_and_taken_up_whole(articles, technician, colleague):
    kept = typed("Half a sentence", tags="odd, even", comment="why", kind="runbook")
    assert "Draft kept" in page(technician, DRAFT, kept)
    offered = page(technician, EDIT)
    assert "Continue the draft" in offered
    assert "Half a sentence" not in offered
    again = page(technician, EDIT + "?draft=1")
    for words in (
        "Half a sentence",
        "odd, even",
        'value="why"',
        '<option value="runbook" selected',
    ):
        assert words in again
    assert "Continue the draft" not in again
    for address in (EDIT, EDIT + "?draft=1"):
        other = page(colleague, address)
        assert "Half a sentence" not in other
        assert "Continue the draft" not in other


def test_a_draft_of_a_new_article_belongs_to_its_space(articles, technician, shared):
    technician.browser.post(reverse("draft-new", args=["help"]), typed("Begun", None))
    assert "Continue the draft" in page(technician, "/spaces/help/new")
    assert "Begun" in page(technician, "/spaces/help/new?draft=1")
    assert "Continue the draft" not in page(technician, "/spaces/acme/new")


def test_nothing_overwrites_a_draft_before_its_writer_chose(articles, technician):
    """The page that offers a draft keeps no other, and saving from it leaves the draft there."""
    page(technician, DRAFT, typed("The old draft"))
    assert 'hx-post="/articles/acme/zebra-printer/draft"' not in page(technician, EDIT)
    assert 'hx-post="/articles/acme/zebra-printer/draft"' in page(technician, EDIT + "?draft=1")
    technician.browser.post(EDIT, typed("Something else"))
    assert StoredDraft.objects.get().typed["source"] == "The old draft"
    technician.browser.post(EDIT, typed("From the draft", 2, draft="1"))
    assert not StoredDraft.objects.exists()


def test_a_refused_form_goes_on_keeping_its_draft(articles, technician):
    page(technician, DRAFT, typed("Draft"))
    again = page(technician, EDIT, typed("Text", draft="1", title=""))
    assert "This field is required" in again
    assert 'hx-post="/articles/acme/zebra-printer/draft"' in again
    assert "Continue the draft" in page(technician, EDIT, typed("Text", title=""))
    assert StoredDraft.objects.exists()


def test_a_discarded_draft_is_gone(articles, technician, colleague):
    page(technician, DRAFT, typed("Mine"))
    colleague.browser.post(DRAFT + "/discard")
    assert StoredDraft.objects.exists()
    assert technician.browser.post(DRAFT + "/discard").url == EDIT
    assert not StoredDraft.objects.exists()
    technician.browser.post(reverse("draft-new", args=["acme"]), typed("Begun", None))
    technician.browser.post(reverse("draft-new-discard", args=["acme"]))
    assert not StoredDraft.objects.exists()


def test_a_draft_from_before_somebody_saved_is_merged_with_what_they_saved(
    articles, technician, colleague
):
    technician.browser.post(EDIT, typed("one\ntwo\nthree"))
    page(technician, DRAFT, typed("ONE\ntwo\nthree", 2))
    colleague.browser.post(EDIT, typed("one\ntwo\nTHREE", 2))
    again = page(technician, EDIT + "?draft=1")
    assert 'name="version" value="2"' in again
    answer = technician.browser.post(EDIT, typed("ONE\ntwo\nthree", 2, draft="1"))
    assert answer.status_code == 409
    assert "ONE\ntwo\nTHREE" in answer.content.decode()
    assert StoredDraft.objects.exists()


def test_one_draft_for_each_article_and_the_last_words_count(articles, technician):
    for words in ("one", "two", "three"):
        page(technician, DRAFT, typed(words))
    assert StoredDraft.objects.get().typed["source"] == "three"


def test_a_draft_follows_its_article_to_another_space(articles, technician, internal):
    page(technician, DRAFT, typed("Draft"))
    Article.objects.filter(slug="zebra-printer").update(space=internal)
    page(technician, "/articles/handbook/zebra-printer/draft", typed("Later"))
    assert StoredDraft.objects.get().typed["source"] == "Later"


def test_odd_input_is_no_error(articles, technician):
    answer = technician.browser.post(
        DRAFT, typed("a\x00b", title="x" * 9000, csrf="no", version="1")
    )
    assert answer.status_code == 200
    stored = StoredDraft.objects.get().typed
    assert stored["source"] == "ab"
    assert len(stored["title"]) == 1000
    assert "csrf" not in stored
    for wrong in ("", "0", "x", str(2**31)):
        assert technician.browser.post(DRAFT, typed("x", version=wrong)).status_code == 400


def test_the_database_holds_one_draft_for_each(articles, technician, acme_space):
    base = {
        "user_id": technician.user.pk,
        "space": acme_space,
        "typed": {},
        "saved_at": timezone.now(),
    }
    StoredDraft.objects.create(**base)
    StoredDraft.objects.create(**base, article=articles["acme"], base_version=1)
    for more in (
        {},
        {"article": articles["acme"], "base_version": 1},
        {"article": articles["acme_internal"]},
    ):
        with pytest.raises(IntegrityError, match="draft_"), transaction.atomic():
            StoredDraft.objects.create(**base, **more)


def test_the_editor_says_who_else_has_it_open(articles, technician, colleague):
    assert page(technician, PRESENCE, {"version": "1"}).strip() == ""
    told = page(colleague, PRESENCE, {"version": "1"})
    assert "<bdi>Theo</bdi>" in told
    assert "Mira" not in told
    Presence.objects.filter(user_id=technician.user.pk).update(
        seen_at=timezone.now() - timedelta(seconds=61)
    )
    assert "Theo" not in page(colleague, PRESENCE, {"version": "1"})
    assert Presence.objects.count() == 1


def test_the_editor_says_when_somebody_saved_meanwhile(articles, technician, colleague):
    page(technician, PRESENCE, {"version": "1"})
    technician.browser.post(EDIT, typed("New words"))
    told = page(colleague, PRESENCE, {"version": "1"})
    assert "<bdi>Theo</bdi> saved this article" in told
    assert "saved this article" not in page(colleague, PRESENCE, {"version": "2"})
    assert not Presence.objects.filter(user_id=technician.user.pk).exists()


def test_two_heartbeats_at_once_are_one_row(articles, technician):
    for _ in range(2):
        operations.heartbeat(article=articles["acme"], by=technician.user)
    assert Presence.objects.count() == 1


def test_the_preview_is_what_saving_makes(articles, technician):
    source = "# A\r\n\r\n**b** [[Zebra printer]] <script>alert(1)</script>"
    shown = page(technician, "/spaces/acme/preview", {"source": source})
    technician.browser.post(EDIT, typed(source))
    assert shown.strip() == Article.objects.get(slug="zebra-printer").html.strip()
    assert "<script" not in shown
    assert (
        technician.browser.post("/spaces/acme/preview", {"source": "x" * 200_001}).status_code
        == 400
    )


def test_the_preview_of_a_conflict_names_both_sides(articles, technician):
    merged = merge("Top\n\nA\n\nEnd", "Top\n\n- B\n\nEnd", "Top\n\n## C\n\nEnd").text
    shown = page(technician, "/spaces/acme/preview", {"source": merged})
    mine, theirs = shown.split("<blockquote>")[1:]
    assert "<strong>Your text</strong>" in mine
    assert "<li>B</li>" in mine
    assert "<strong>Saved meanwhile</strong>" in theirs
    assert ">C</h" in theirs
    assert "<p>End</p>" in theirs.partition("</blockquote>")[2]


def test_half_a_conflict_is_text_in_the_preview(articles, technician):
    for source in (f"a\n\n{MINE}\nb", f"a\n\n{THEIRS}\nb", f"{MINE}\na\n{MINE}\nb"):
        shown = page(technician, "/spaces/acme/preview", {"source": source})
        assert "blockquote" not in shown
        assert all(word in shown for word in "ab")


@pytest.mark.parametrize("who", ["billing", "acme", "globex"])
def test_who_does_not_write_gets_none_of_it(request, articles, who):
    browser = request.getfixturevalue(who).browser
    for name in ("draft-new", "draft-new-discard", "preview"):
        assert browser.post(reverse(name, args=["acme"])).status_code in (403, 404)
    assert browser.get(reverse("complete", args=["acme"])).status_code in (403, 404)
    assert browser.post(DRAFT, typed("x")).status_code in (403, 404)
    assert not StoredDraft.objects.exists()


def complete(person, query: str, space: str = "acme") -> list[dict[str, str]]:
    return person.browser.get(f"/spaces/{space}/complete?{query}").json()["results"]


def test_articles_are_completed_the_own_space_first(articles, technician):
    found = complete(technician, "q=ZEBRA")
    assert [row["text"] for row in found[:2]] == ["[[Zebra firewall]]", "[[Zebra printer]]"]
    assert "[[help:Zebra basics]]" in [row["text"] for row in found]
    assert not any("gone" in row["text"] for row in found)


def test_companies_are_completed_from_their_spaces_and_nexus(articles, technician, monkeypatch):
    asked = []

    def companies(_caller, **filters):
        asked.append(filters)
        return Answer(
            {
                "results": [
                    {"id": "1", "name": "Acme [West]"},
                    {"id": str(articles["acme"].space.company_id), "name": "Acme"},
                ]
            },
            0.0,
        )

    monkeypatch.setattr(draft_views.directory, "companies", companies)
    found = complete(technician, "kind=company&q=ac")
    assert [row["text"] for row in found] == ["[Acme](/spaces/acme)", "Acme \\[West\\]"]
    assert asked[0]["search"] == "ac"

    def silent(*_args, **_filters):
        raise NexusUnavailable("away")

    monkeypatch.setattr(draft_views.directory, "companies", silent)
    assert [row["label"] for row in complete(technician, "kind=company&q=ac")] == ["Acme"]


def test_the_editor_costs_few_queries(articles, technician, django_assert_num_queries):
    page(technician, DRAFT, typed("Draft"))
    with django_assert_num_queries(5):
        page(technician, EDIT)
    with django_assert_num_queries(5):
        page(technician, EDIT + "?draft=1")
    with django_assert_num_queries(2):
        page(technician, "/spaces/acme/preview", {"source": "x"})


def test_the_script_of_the_editor_stays_small():
    script = Path(finders.find("archive/editor.js")).read_text(encoding="utf-8")
    assert len(script.splitlines()) <= 200
