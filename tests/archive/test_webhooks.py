"""What other programs are told: which article, comment, date or run, and never what it says."""

from __future__ import annotations

import json
from datetime import date

import pytest

from archive.articles import operations
from archive.articles.operations import Draft
from archive.discussion import operations as discussion
from archive.records import announcing
from archive.records import operations as records
from archive.records.models import Field, RecordType
from archive.runbooks import operations as runs
from hm_auth.webhooks import conf
from hm_auth.webhooks import operations as webhooks
from hm_auth.webhooks.models import Message
from tests.archive.conftest import ACME, write


@pytest.fixture
def told(db):
    """``told()`` returns what was announced since it was called last."""
    webhooks.add(url="https://hook.example/", events=list(conf.events()))

    def since():
        rows = list(Message.objects.order_by("created_at", "event"))
        Message.objects.all().delete()
        bodies = [json.loads(row.body) for row in rows]
        return {body["type"]: body["data"] for body in bodies}

    return since


def test_every_change_of_an_article_is_told_without_its_text(
    told, technician, acme_space, internal
):
    article = write(acme_space, technician, "VPN", "Hush 4711")
    (made,) = told().values()
    assert made == {
        "id": str(article.pk), "title": "VPN", "kind": "article", "visibility": "internal",
        "version": 1, "url": f"/articles/{article.pk}",
        "space": {"id": str(acme_space.pk), "name": "Acme", "kind": "company",
                  "company": str(ACME)},
    }  # fmt: skip
    draft = Draft(title="VPN 2", source="Hush 4712", visibility="client")
    operations.save(article=article, draft=draft, expected_version=1, by=technician.user)
    seen = told()
    assert set(seen) == {"article.changed", "article.published"}
    assert (seen["article.changed"]["title"], seen["article.changed"]["version"]) == ("VPN 2", 2)
    assert "Hush" not in json.dumps(seen)
    article.refresh_from_db()
    assert not operations.save(article=article, draft=draft, expected_version=2, by=technician.user)
    assert told() == {}
    operations.move_to_trash(article=article)
    assert set(told()) == {"article.deleted"}
    operations.take_from_trash(article=article)
    assert set(told()) == {"article.restored"}
    write(internal, technician, "Marked by mistake", visibility="client")
    assert set(told()) == {"article.created"}


def test_a_refused_save_tells_nothing(told, technician, acme_space):
    article = write(acme_space, technician, "VPN")
    saved = {"expected_version": 1, "by": technician.user, "article": article}
    operations.save(draft=Draft(title="VPN", source="First"), **saved)
    told()
    article.version = 2
    with pytest.raises(operations.Conflict):
        operations.save(draft=Draft(title="VPN", source="Second"), **saved)
    assert told() == {}


def test_comments_and_runs_are_told_without_their_words(told, technician, acme, articles):
    discussion.comment(article=articles["acme"], text="Hush", by=acme.user)
    seen = told()["comment.added"]
    assert (seen["by_staff"], seen["internal"], seen["article"]["title"]) == (
        False, False, "Zebra printer",
    )  # fmt: skip
    book = write(articles["acme"].space, technician, "Book", "- [ ] Hush")
    book.kind = "runbook"
    run = runs.start(article=book, space=book.space, by=technician.user)
    runs.close(run=run, state="abandoned", note="Hush", by=technician.user)
    words = told()
    assert words["run.closed"]["state"] == "abandoned"
    assert "Hush" not in json.dumps([seen, words])


def test_each_date_that_comes_near_is_told_once_a_notice(told, admin, acme_space):
    kind = records.save_type(type=RecordType(name="Domains"), by=admin.user)
    field = records.save_field(
        field=Field(type=kind, name="Ends", kind="date", expires=True), by=admin.user
    )
    row = records.create_record(
        type=kind, space=acme_space, name="acme.example", by=admin.user,
        values={str(field.pk): "2026-12-31"},
    )  # fmt: skip
    assert announcing.announce(today=date(2026, 9, 1)) == 0
    assert announcing.announce(today=date(2026, 12, 1)) == 1
    seen = told()["record.expiring"]
    assert (seen["id"], seen["on"], seen["days"]) == (str(row.pk), "2026-12-31", 30)
    assert announcing.announce(today=date(2026, 12, 2)) == 0
    assert announcing.announce(today=date(2027, 1, 5)) == 1
    assert told()["record.expiring"]["days"] == -5


@pytest.mark.parametrize("who", ["admin", "technician", "billing", "acme", "globex"])
def test_webhooks_are_the_administrators(request, who):
    browser = request.getfixturevalue(who).browser
    wanted = 200 if who == "admin" else 403
    for address in ("/settings/webhooks", "/settings/webhooks/new"):
        assert browser.get(address).status_code == wanted, address
    assert ("/settings/webhooks" in browser.get("/").content.decode()) == (who == "admin")
