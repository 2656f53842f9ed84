"""Every address there is, with another company's ids in it: like one that does not exist."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from archive.attachments import operations as attachments
from archive.discussion import operations as discussion
from archive.exchange import operations as imports
from archive.records import operations as records
from archive.records.models import Field, RecordType
from archive.runbooks import operations as runbooks
from archive.search.models import Miss
from hm_auth.webhooks.models import Endpoint
from tests.archive.conftest import ACME, write

# What a person types, in one heap: a view takes what it knows, and nothing of it may be saved.
TYPED = {
    "title": "Mine", "source": "x", "text": "Mine", "visibility": "client", "version": "1",
    "on": "1", "helpful": "1", "note": "Mine", "name": "Mine", "kind": "internal",
}  # fmt: skip
# Addresses without a name of something in them, and those of every module's own sign-in.
OPEN = re.compile(r"auth/|healthz|readyz|companies$|api/(me|schema|docs)")


@dataclass(frozen=True)
class Route:
    """An address with its parameters; ``template`` has ``{space}`` and the like in it."""

    template: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return self.template

    def filled(self, values: dict[str, Any]) -> str:
        return self.template.format(**values)


def routes(patterns: list[Any] | None = None, before: str = "/") -> Iterator[Route]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        text = str(pattern.pattern)
        if isinstance(pattern.pattern, RegexPattern):  # of the API's router
            text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", text.strip("^$"))
        here = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield Route(here, tuple(re.findall(r"\{(\w+)\}", here)))


ROUTES = [route for route in routes() if not OPEN.match(route.template[1:])]
# The API answers with and without a last slash by the same view; one of the two is walked.
NAMED = [
    route for route in ROUTES
    if route.parameters and (not str(route).startswith("/api/") or str(route).endswith("/"))
]  # fmt: skip


@pytest.fixture
def theirs(articles, admin, technician, acme, acme_space) -> dict[str, list[Any]]:
    """For every parameter what Acme has of it: open to Acme first, then the staff's."""
    runbook = write(acme_space, technician, "Zebra leaver", "- [ ] Zebra step")
    runbook.kind = "runbook"
    runbook.save()
    kind = records.save_type(type=RecordType(name="Domains", open_to_clients=True), by=admin.user)
    field = records.save_field(field=Field(type=kind, name="Until", kind="date"), by=admin.user)
    record = records.create_record(
        type=kind, space=acme_space, name="zebra.example", by=technician.user,
        values={str(field.pk): "2027-01-01"},
    )  # fmt: skip
    run = runbooks.start(article=runbook, space=acme_space, by=technician.user)
    file = attachments.attach(
        name="zebra.txt", content=ContentFile(b"Zebra"), by=technician.user,
        article=articles["acme"],
    )  # fmt: skip
    said = [
        discussion.comment(article=articles["acme"], text="Zebra?", by=acme.user),
        discussion.comment(article=articles["shared"], text="Zebra too?", by=acme.user),
    ]
    sent = imports.stage(space=acme_space, name="zebra.md", content=b"# Zebra", by=technician.user)
    endpoint = Endpoint.objects.create(url="https://zebra.example/", events=["run.finished"])
    opened = [articles["acme"], articles["acme_internal"], articles["acme_trashed"], runbook]
    return {
        "article": opened, "space": [acme_space], "record": [record], "run": [run],
        "kind": [kind], "field": [field], "attachment": [file], "comment": said,
        "endpoint": [endpoint], "import": [sent],
    }  # fmt: skip


def meant(route: Route, theirs: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield the values of the route's parameters, for each thing of Acme's it could name.

    A parameter of a new name stops the test here: say what it means.
    """
    of_pk = next(
        (name for prefix, name in (
            ("/imports/", "import"), ("/api/imports/", "import"),
            ("/attachments/", "attachment"), ("/comments/", "comment"), ("/articles/", "article"),
            ("/api/articles/", "article"), ("/api/spaces/", "space"), ("/api/runs/", "run"),
            ("/api/records/", "record"), ("/api/attachments/", "attachment"),
            ("/api/comments/", "comment"), ("/api/record-types/", "kind"),
            ("/api/record-fields/", "field"), ("/settings/webhooks/", "endpoint"),
        ) if route.template.startswith(prefix)), "",
    )  # fmt: skip
    subject = "article" if "slug" in route.parameters else of_pk
    for each in theirs[subject] if subject else [None]:
        known = {
            "pk": lambda each=each: each.pk,
            "slug": lambda each=each: each.slug,
            "title": lambda: "Zebra printer",
            "number": lambda: 1,
            "state": lambda: "finished",
            "company": lambda: ACME,
            "space": lambda: theirs["space"][0].slug,
            "kind": lambda: theirs["kind"][0].slug,
            **{name: lambda name=name: theirs[name][0].pk for name in ("record", "run", "field")},
        }
        yield {name: known[name]() for name in route.parameters}


def invented(values: dict[str, Any], theirs: dict[str, list[Any]]) -> dict[str, Any]:
    """Return names of the same shape that nothing has; the kinds of records are everybody's."""
    everybodys = {row.pk for name in ("kind", "field") for row in theirs[name]}
    nothing = uuid.UUID("00000000-0000-4000-8000-00000000dead")
    return {
        name: value if value in everybodys else nothing if isinstance(value, uuid.UUID)
        else "no-such-thing"
        if isinstance(value, str) and name not in ("kind", "state") else value
        for name, value in values.items()
    }  # fmt: skip


def send(browser: Client, method: str, address: str) -> Any:
    if address.startswith("/api/"):
        body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
        return getattr(browser, method)(address, headers={"If-Match": "*"}, **body)
    if method in ("get", "post"):
        return getattr(browser, method)(address, TYPED if method == "post" else {})
    return getattr(browser, method)(address)


def everything() -> dict[str, str]:
    """Return all rows of Archive's tables, but for the searches that found nothing."""
    kept = [
        each
        for each in apps.get_models()
        if each.__module__.startswith("archive.") and each is not Miss
    ]
    return {
        each.__name__: json.dumps(list(each.objects.order_by("pk").values()), default=str)
        for each in kept
    }


class Nothing:
    """What the outsider is answered; the answers where nothing is are remembered."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self.answers: dict[tuple[str, str], int] = {}

    def unlike(self, address: str, other: str) -> Iterator[str]:
        """Yield how the answers at ``address`` differ from those at ``other``, where nothing is."""
        methods = ("get", "post", "patch", "delete") if "/api/" in address else ("get", "post")
        for method in methods:
            here = send(self.browser, method, address)
            if (method, other) not in self.answers:
                self.answers[method, other] = send(self.browser, method, other).status_code
            there = self.answers[method, other]
            closed = here.status_code in (403, 404, 405) or address == other
            if here.status_code != there or not closed:
                yield f"{method} {address}: {here.status_code}, at nothing {there}"
            if "zebra" in here.content.decode().lower().replace(address.lower(), ""):
                yield f"{method} {address} speaks of it"


def test_every_route_is_walked():
    assert len(NAMED) > 60
    assert {"/articles/{space}/{slug}/edit", "/runs/{run}/steps/{number}"} <= set(map(str, NAMED))
    assert "/api/articles/{pk}/revisions/{number}/restore/" in set(map(str, NAMED))
    assert {"/feed.atom", "/subscribe"} <= {str(route) for route in ROUTES if not route.parameters}


def test_the_outsider_finds_nothing_under_another_companys_names(theirs, globex):
    before, problems, nothing = everything(), [], Nothing(globex.browser)
    for route in NAMED:
        for values in meant(route, theirs):
            address = route.filled(values)
            if "/api/companies/" in address:  # a list, empty for who may read none of it
                assert json.loads(globex.browser.get(address).content) == []
                continue
            problems += nothing.unlike(address, route.filled(invented(values, theirs)))
    assert problems == []
    assert everything() == before


def test_every_name_in_an_address_is_checked_not_the_first_only(theirs, globex, articles, shared):
    """The outsider's own space or article in front, something of Acme's behind it."""
    kind, before, problems = theirs["kind"][0].slug, everything(), []
    nothing = Nothing(globex.browser)
    own = {"space": shared.slug, "kind": kind, "state": "finished", "number": 1}
    for route in NAMED:
        if not {"slug", "title", "record", "field"} & set(route.parameters):
            continue
        for values in meant(route, theirs):
            mixed = values | {name: own[name] for name in own if name in values}
            other = invented(mixed, theirs) | {name: own[name] for name in own if name in values}
            problems += nothing.unlike(route.filled(mixed), route.filled(other))
    assert problems == []
    assert everything() == before


def test_a_name_in_the_body_is_checked_too(theirs, globex, articles):
    before = everything()
    shared = articles["shared"]
    address = reverse("comment-new", args=[shared.space.slug, shared.slug])
    for said in theirs["comment"]:
        assert globex.browser.post(address, {**TYPED, "thread": said.pk}).status_code == 404
        assert globex.browser.get(address, {"thread": said.pk}).status_code == 404
    for name in ("space", "author", "tag"):
        for value in (theirs["space"][0].pk, theirs["space"][0].slug, "zebra"):
            page = globex.browser.get("/search", {"q": "leaver", name: value})
            assert "Zebra leaver" not in page.content.decode()
            feed = globex.browser.get("/feed.atom", {name: value})
            assert feed.status_code == (404 if name == "space" else 200)
            assert "Zebra leaver" not in feed.content.decode()
    assert everything() == before


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.parameters], ids=str)
def test_no_list_names_what_the_outsider_may_not_read(theirs, globex, articles, route):
    for more in (f"?company={ACME}&space={theirs['space'][0].pk}", "?q=leaver"):
        answer = send(globex.browser, "get", route.template + more)
        assert answer.status_code < 500, more
        page = answer.content.decode()
        for hidden in ("Zebra leaver", "Zebra printer", "zebra.example", "zebra.txt", "Zebra?"):
            assert hidden not in page, (more, hidden)
