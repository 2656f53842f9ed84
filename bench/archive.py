"""What reading, searching and saving cost in Archive with many articles.

    HM_DB_NAME=archive_bench python bench/archive.py --articles 5000

with the other ``HM_`` settings of Archive in the environment. The database is a throwaway: its
name has to contain ``bench``, it is migrated, and its articles are deleted. Requests go through
the whole stack of Django (middleware, session, templates) in this process: CPU is this process's
and the PostgreSQL backend's own (from /proc, so on the same machine), latency what one waits.

Articles have about 3.6 KB of words in Zipf's distribution (20,000 words, exponent 1), so the
commonest are in nearly every article; four fifths lie in 200 companies' spaces.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMPANIES = 200
WORDS = 20_000
CHUNK = 1_000
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Seed, measure, print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--articles", type=int, default=5_000)
    options.add_argument("--requests", type=int, default=150)
    options.add_argument("--keep", action="store_true", help="Measure the articles of before.")
    asked = options.parse_args()
    sys.path[:0] = [str(ROOT), str(ROOT / "archive_project")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")
    os.environ.setdefault("HM_LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if "bench" not in connection.settings_dict["NAME"]:
        sys.exit("Give a throwaway database whose name contains `bench` (HM_DB_NAME).")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    texts = Texts()
    if not asked.keep:
        started = time.monotonic()
        _seed(texts, asked.articles)
        print(f"{asked.articles:,} articles written in {time.monotonic() - started:.0f} s")
    print(f"{'':<24} {'CPU ms':>7} {'PostgreSQL':>17} {'queries':>8} {'p50 ms':>7} {'p95 ms':>7}")
    for name, act in _acts(texts, asked.requests):
        print(f"{name:<24} {_measured(act, asked.requests)}")


class Texts:
    """Words that do not exist, and texts made of them; the same on every run."""

    def __init__(self) -> None:
        self.random = random.Random(4)
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en")]
        made: dict[str, None] = {}
        while len(made) < WORDS:
            made["".join(self.random.choices(syllables, k=self.random.choice((2, 3, 3, 4))))] = None
        self.words = list(made)
        self.weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def some(self, count: int) -> list[str]:
        return self.random.choices(self.words, cum_weights=self.weights, k=count)

    def title(self) -> str:
        """Return four words, three of them not among the commonest hundred."""
        rare = self.random.choices(self.words[100:5_000], k=3)
        return " ".join([*rare, *self.some(1)]).capitalize()

    def article(self) -> str:
        parts = []
        for number in range(6):
            parts.append(f"## {' '.join(self.some(3)).capitalize()}")
            parts.append(" ".join(self.some(75)).capitalize() + ".")
            parts.append("\n".join(f"- {' '.join(self.some(5))}" for _ in range(3)))
            if number == 3:
                parts.append(f"```bash\n{' '.join(self.some(8))}\n```")
        return "\n\n".join(parts)

    def mistake(self, word: str) -> str:
        """Return ``word`` with two letters inside it swapped."""
        at = self.random.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _seed(texts: Texts, count: int) -> None:
    from django.db import connection

    from archive.articles.rendering import VERSION, render
    from archive.search import indexing
    from archive.spaces.models import Space
    from archive.spaces.operations import create_space

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE spaces_space, articles_article, articles_revision, search_word, hm_auth_user,"
            " hm_auth_session, search_miss CASCADE"
        )
    spaces = [create_space(name=f"Company {n}", kind="company", company_id=uuid.UUID(int=n + 1))
              for n in range(COMPANIES)]  # fmt: skip
    spaces += [create_space(name="Handbook", kind="internal"),
               create_space(name="Help", kind="shared")]  # fmt: skip
    assert Space.objects.count() == len(spaces)
    # The look of a page does not matter to the others: one in fifty is rendered.
    pages = [render(texts.article()) for _ in range(min(200, count))]
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        ids = _write(texts, spaces, pages, numbers, VERSION)
        indexing.index(ids)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _write(
    texts: Texts, spaces: list[Any], pages: list[Any], numbers: range, version: int
) -> list[Any]:
    from django.utils import timezone

    from archive.articles.models import Article, Revision
    from archive.articles.operations import _stored

    now = timezone.now()
    rows = []
    for number in numbers:
        page = pages[number % len(pages)]
        space = spaces[number % COMPANIES] if number % 5 else spaces[COMPANIES + number % 2]
        title = texts.title()
        rows.append(Article(
            space=space, slug=f"a-{number}", title=title, source=texts.article(), html=page.html,
            headings=_stored(page.headings), rendered_by=version, position=number,
            visibility="client" if number % 3 else "internal", tags=texts.some(2),
            changed_by="Bench", created_at=now, updated_at=now,
        ))  # fmt: skip
    Article.objects.bulk_create(rows, batch_size=500)
    Revision.objects.bulk_create(
        [Revision(article=row, number=1, title=row.title, source=row.source, tags=row.tags,
                  visibility=row.visibility, author_name="Bench", created_at=now) for row in rows],
        batch_size=500,
    )  # fmt: skip
    return [row.pk for row in rows]


def _acts(texts: Texts, requests: int) -> Iterator[tuple[str, Callable[[], None]]]:
    from archive.articles.models import Article

    staff, client = _browser("technician", None), _browser("client", uuid.UUID(int=2))
    rows = list(
        Article.objects.select_related("space").defer("search", "html").order_by("id")[:400]
    )
    texts.random.shuffle(rows)
    own = list(Article.objects.filter(space__company_id=uuid.UUID(int=2), visibility="client"))
    own_pages = iter([own[n % len(own)] for n in range(4 * requests)])
    pages = iter(rows * 4)

    def get(browser: Any, address: str, **query: str) -> None:
        answer = browser.get(address, query)
        assert answer.status_code == 200, (address, answer.status_code)

    def query(row: Any) -> str:
        """Two words of the title and one of the text."""
        return " ".join([*texts.random.sample(row.title.lower().split(), 2), texts.some(1)[0]])

    def typo(row: Any) -> str:
        first, second = texts.random.sample(row.title.lower().split()[:3], 2)
        return f"{texts.mistake(first)} {second}"

    def view(browser: Any, row: Any) -> None:
        get(browser, f"/articles/{row.space.slug}/{row.slug}")

    yield "view, staff", lambda: view(staff, next(pages))
    yield "view, client", lambda: view(client, next(own_pages))
    yield "search, exact", lambda: get(staff, "/search", q=query(next(pages)))
    yield "search, typing mistake", lambda: get(staff, "/search", q=typo(next(pages)))
    yield (
        "search, a common word",
        lambda: get(staff, "/search", q=texts.words[texts.random.randrange(20)]),
    )
    yield "search, one company", lambda: get(client, "/search", q=query(next(own_pages)))
    yield (
        "tree of a space",
        lambda: get(staff, f"/spaces/company-{texts.random.randrange(COMPANIES)}"),
    )
    yield "save", lambda: _save(staff, next(pages), texts)


def _save(browser: Any, row: Any, texts: Texts) -> None:
    from archive.articles.models import Article

    version = Article.objects.values_list("version", flat=True).get(pk=row.pk)
    source = f"{texts.article()}\n\n{uuid.uuid4()}"
    typed = {"title": row.title, "source": source, "visibility": "internal",
             "version": str(version)}  # fmt: skip
    answer = browser.post(f"/articles/{row.space.slug}/{row.slug}/edit", typed)
    assert answer.status_code == 302, answer.status_code


def _browser(level: str, company: uuid.UUID | None) -> Any:
    """Return a signed-in browser, whose sign-in is good for an hour: Nexus is not asked."""
    from django.test import Client

    from hm_auth.models import Session, User
    from hm_auth.permissions import Level
    from hm_auth.session import SessionStore, Tokens, columns
    from hm_auth.tokens import Claims

    now = int(time.time())
    claims = Claims(
        sub=uuid.uuid4(), sid=uuid.uuid4(), jti="x", client_id="archive", iat=now, exp=now + 3600,
        username=level, name="Bench", permission_level=Level(level), company=company,
    )  # fmt: skip
    User.objects.remember(claims)
    store = SessionStore()
    store.create()
    tokens = Tokens(access="x", refresh="x", claims=claims)
    Session.objects.filter(session_key=store.session_key).update(**columns(tokens))
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.cookies["archive_session"] = store.session_key
    return browser


def _measured(act: Callable[[], None], requests: int) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    queries = len(captured)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    for _ in range(10):
        act()
    waits = []
    own, postgres = time.process_time(), _cpu(backend)
    for _ in range(requests):
        started = time.perf_counter()
        act()
        waits.append((time.perf_counter() - started) * 1000)
    own, postgres = time.process_time() - own, _cpu(backend) - postgres
    cuts = quantiles(waits, n=20)
    total, database = (own + postgres) / requests * 1000, postgres / requests * 1000
    return f"{total:>7.1f} {database:>17.1f} {queries:>8} {cuts[9]:>7.1f} {cuts[18]:>7.1f}"


def _cpu(pid: int) -> float:
    """Return the seconds of CPU that the process ``pid`` used so far, in hundredths."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
