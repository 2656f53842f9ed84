"""Runs: the steps frozen, ticked by people, closed, taken along; never a client's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from archive.articles import operations as articles
from archive.articles.operations import Draft
from archive.runbooks import operations
from archive.runbooks.models import Run, Step
from archive.runbooks.rules import MOST, steps

SOURCE = (
    "# Leaver\n\n- plain\n\n## Before\n\n- [ ] Ask *HR*\n  - [x] in writing\n\n## After\n\n"
    "- [ ] Lock\n\n  ```sh\n  lock x\n  ```\n\n1. no step here\n"
)


@pytest.fixture
def runbook(technician, internal):
    draft = Draft(title="Leaver", source=SOURCE)
    return articles.create(space=internal, draft=draft, by=technician.user, kind="runbook")


@pytest.fixture
def run(runbook, technician, acme_space):
    return operations.start(article=runbook, space=acme_space, by=technician.user)


def test_task_lists_are_steps_or_else_numbered_lists():
    found = [(step.section, step.text) for step in steps(SOURCE)]
    assert found[:2] == [("Before", "Ask *HR*"), ("Before", "in writing")]
    assert found[2][0] == "After"
    assert "lock x" in found[2][1]
    assert len(found) == 3
    assert [step.text for step in steps("1. a\n2. b\n   - c\n")] == ["a", "b"]
    assert steps("- a\n- b\n") == []
    assert steps("") == []
    assert len(steps("1. a\n" * 1000)) == MOST


def test_a_run_is_started_followed_and_finished(runbook, technician, colleague, acme_space):
    assert "Start" in technician.browser.get("/articles/handbook/leaver").content.decode()
    answer = technician.browser.post("/articles/handbook/leaver/run", {"space": str(acme_space.pk)})
    run = Run.objects.get()
    assert answer.url == f"/runs/{run.pk}"
    assert run.revision == 1
    technician.browser.post(f"/runs/{run.pk}/steps/1", {"note": "asked Ann"})
    colleague.browser.post(f"/runs/{run.pk}/steps/1", {"note": "me too"})  # the first one stays
    step = Step.objects.get(number=1)
    assert (step.done_by, step.note) == ("Theo", "asked Ann")
    technician.browser.post(f"/runs/{run.pk}/close/finished", {"note": ""})
    assert Run.objects.get().state == "open"
    for number in (2, 3):
        colleague.browser.post(f"/runs/{run.pk}/steps/{number}", {"note": ""})
    technician.browser.post(f"/runs/{run.pk}/close/finished", {"note": "well done"})
    assert Run.objects.get().state == "finished"
    technician.browser.post(f"/runs/{run.pk}/steps/1", {"undo": "1"})
    assert Step.objects.get(number=1).done_by == "Theo"
    for address in (f"/runs/{run.pk}", f"/runs/{run.pk}/print", "/runs?space=acme&state=finished"):
        assert "Leaver" in technician.browser.get(address).content.decode()
    data = technician.browser.get(f"/runs/{run.pk}/run.json").json()
    assert data["steps"][0]["done"]["by"] == "Theo"
    assert data["closed"]["note"] == "well done"
    text = technician.browser.get(f"/runs/{run.pk}/run.md").content.decode()
    assert "- [x] 1. Ask *HR*" in text
    assert "asked Ann" in text
    assert "## After" in text


def test_a_later_edit_of_the_runbook_does_not_change_the_run(runbook, run, technician):
    draft = Draft(title="New", source="- [ ] Only this")
    articles.save(article=runbook, draft=draft, expected_version=1, by=technician.user)
    assert run.steps.count() == 3
    assert Run.objects.get().title == "Leaver"


def test_what_cannot_be_started_or_changed_says_why(run, technician, acme_space, internal):
    empty = articles.create(
        space=internal, draft=Draft(title="E", source="x"), by=technician.user, kind="template"
    )
    plain = articles.create(
        space=internal, draft=Draft(title="P", source=SOURCE), by=technician.user
    )
    for article in (empty, plain):
        with pytest.raises(operations.NotPossible):
            operations.start(article=article, space=acme_space, by=technician.user)
    assert technician.browser.get("/articles/handbook/p/run").status_code == 404
    operations.tick(run=run, number=1, note="", by=technician.user)
    operations.untick(run=run, number=1, by=technician.user)
    operations.close(run=run, state="abandoned", note="", by=technician.user)
    with pytest.raises(operations.NotPossible, match="closed"):
        operations.tick(run=run, number=1, note="", by=technician.user)


@pytest.mark.parametrize("who", ["admin", "technician", "billing", "acme", "globex"])
def test_runs_are_the_staffs(request, run, who):
    browser = request.getfixturevalue(who).browser
    staff, writer = who in ("admin", "technician", "billing"), who in ("admin", "technician")
    for route, method, more in (
        ("run", "get", []), ("run-print", "get", []), ("run-markdown", "get", []),
        ("run-json", "get", []), ("run-tick", "post", [1]), ("run-close", "post", ["abandoned"]),
    ):  # fmt: skip
        answer = getattr(browser, method)(reverse(route, args=[run.pk, *more]))
        allowed = staff if method == "get" else writer
        assert answer.status_code in ({200, 302} if allowed else {403} if staff else {404}), route
    assert browser.get("/runs").status_code == (200 if staff else 403)


def test_the_list_of_runs_costs_few_queries(
    run, runbook, technician, acme_space, django_assert_max_num_queries
):
    for _ in range(5):
        operations.start(article=runbook, space=acme_space, by=technician.user)
    with django_assert_max_num_queries(4):
        technician.browser.get("/runs")
