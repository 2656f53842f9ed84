"""Two processes of every service behind Caddy, and one of each killed under load.

    python bench/failover.py --seconds 30

starts everything in a temporary folder (`tests/requirements.txt` has Caddy), the second process of
each service on 127.0.0.2, and lets clients read pages and write through the API. After a third of
the time one process of each service is killed with SIGKILL; after two thirds it is started again.
A read that fails is counted at once. A write that was acknowledged (2xx) is looked for in the end.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not bench/, whose names are those of services

import requests  # noqa: E402 - the path comes first

from bench import pgbouncer  # noqa: E402
from deploy.local.ports import free_ports  # noqa: E402
from deploy.local.postgres import Postgres  # noqa: E402
from deploy.local.services import BY_NAME  # noqa: E402
from deploy.local.stack import Stack  # noqa: E402
from tests.system.people import Person  # noqa: E402

PASSWORD = "hivematrix-demo"  # of the demo's accounts
OTHER = "127.0.0.2"
CADDY = """{{
	admin off
	auto_https off
	persist_config off
	log default {{
		level ERROR
	}}
}}
"""
SITE = """
http://127.0.0.1:{port} {{
	reverse_proxy {upstreams} {{
		lb_policy random
		lb_try_duration 5s
		lb_try_interval 100ms
		fail_duration 10s
		health_uri /readyz
		health_interval 1s
		transport http {{
			dial_timeout 1s
		}}
	}}
}}
"""


@dataclass
class Seen:
    """What the clients saw."""

    reads: Counter[str] = field(default_factory=Counter)
    failed_reads: list[str] = field(default_factory=list)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)  # service, id
    failed_writes: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    connections: int = 0  # of all services to PostgreSQL, at the end


class Addresses:
    """What ``Person`` needs of a Stack: the services as Caddy shows them."""

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls


@dataclass
class Installed:
    """Two processes of every service: the stack, and with which settings each service runs."""

    stack: Stack
    settings: dict[str, dict[str, str]]

    def start(self, name: str) -> None:
        """Start the first process of a service."""
        self.stack.start(name, **self.settings[name])


@contextmanager
def installed(*, pooled: bool) -> Iterator[tuple[Installed, Addresses, Callable[[], int]]]:
    """Start everything; also give what counts the connections that PostgreSQL holds."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hm-failover-")))
        folder.chmod(0o755)  # PostgreSQL may run as another user
        server = cleanup.enter_context(Postgres(folder / "postgres", throwaway=True))
        stack = cleanup.enter_context(Stack(demo=True, folder=folder / "stack", server=server))
        pool: dict[str, str] = {}
        if pooled:
            passwords = folder / "stack" / "secrets.json"
            pool = cleanup.enter_context(pgbouncer.in_front_of(server.port, passwords))
        upstreams = {
            name: [url, f"http://{OTHER}:{urlsplit(url).port}"] for name, url in stack.urls.items()
        }
        urls = cleanup.enter_context(balanced(upstreams))
        # Modules reach Nexus as people do: through Caddy.
        through = {"HM_NEXUS_URL": urls["nexus"], "HM_NEXUS_PUBLIC_URL": stack.urls["nexus"]}
        settings = {name: {**pool, **(through if name != "nexus" else {})} for name in BY_NAME}
        both = Installed(stack, settings)
        for name in BY_NAME:
            stack.stop(name)
            both.start(name)
            stack.start_copy(name, OTHER, **settings[name])
        yield both, Addresses(urls), lambda: pgbouncer.connections(server.port, server.password)


def run(seconds: float, clients: int = 6, *, pooled: bool = False) -> tuple[Seen, list[str]]:
    """Start everything, load it, kill one process of each service; return what was seen and lost.

    The second value names each acknowledged write that is not there afterwards.
    """
    with installed(pooled=pooled) as (both, addresses, connections):
        seen = loaded(both, addresses, seconds, clients)
        seen.connections = connections()
        return seen, lost(addresses, seen)


@contextmanager
def balanced(upstreams: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Give one address per service, behind which Caddy has all its processes."""
    ports = dict(zip(upstreams, free_ports(len(upstreams)), strict=True))
    text = CADDY.format() + "".join(
        SITE.format(
            port=ports[name], upstreams=" ".join(each.removeprefix("http://") for each in hosts)
        )
        for name, hosts in upstreams.items()
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Caddyfile"
        file.write_text(text)
        command = [str(Path(sys.executable).parent / "caddy"), "run", "--config", str(file)]
        with subprocess.Popen([*command, "--adapter", "caddyfile"]) as caddy:
            try:
                yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
            finally:
                caddy.terminate()


def loaded(both: Installed, addresses: Addresses, seconds: float, clients: int) -> Seen:
    """Let the clients work for ``seconds`` while processes die and come back."""
    people = [signed_in(addresses) for _ in range(clients)]
    bearer = bearer_of(addresses)
    seen, end = Seen(), time.monotonic() + seconds
    workers = [
        threading.Thread(target=work, args=(person, bearer, seen, end, random.Random(number)))
        for number, person in enumerate(people)
    ]
    for worker in workers:
        worker.start()
    time.sleep(seconds / 3)
    for name in BY_NAME:
        both.stack.kill(name)
    time.sleep(seconds / 3)
    for name in BY_NAME:
        both.start(name)
    for worker in workers:
        worker.join()
    return seen


def signed_in(addresses: Addresses) -> Person:
    """Return a person who is signed in to every service."""
    person = Person(addresses, "admin", PASSWORD)  # type: ignore[arg-type]
    for name in BY_NAME:
        person.sign_in(name)
        assert person.is_signed_in(name), name
    return person


def bearer_of(addresses: Addresses) -> dict[str, str]:
    """Return the header of an administrator's script."""
    tokens = Person(addresses, "admin", PASSWORD).tokens()  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {tokens['access']}"}


def work(
    person: Person, bearer: dict[str, str], seen: Seen, end: float, chance: random.Random
) -> None:
    """Be one client until ``end``: three reads for each write."""
    space = person.get("archive", "/api/spaces/", headers=bearer).json()["results"][0]["id"]
    company = person.get("nexus", "/api/companies/", headers=bearer).json()["results"][0]["id"]
    acts = [
        lambda: reading(person, seen, "nexus", "/companies", {}),
        lambda: reading(person, seen, "treasury", "/invoices", {}),
        lambda: reading(person, seen, "archive", "/search?q=backup", {}),
        lambda: reading(person, seen, "nexus", "/api/contacts/", bearer),
        lambda: reading(person, seen, "treasury", "/api/invoices/", bearer),
        lambda: reading(person, seen, "archive", "/api/articles/", bearer),
    ]
    writes: list[Callable[[], None]] = [
        lambda: writing(person, seen, "nexus", "/api/contacts/", bearer, {
            "company": company, "first_name": "Load", "last_name": uuid.uuid4().hex}),
        lambda: writing(person, seen, "treasury", "/api/products/", bearer, {
            "sku": uuid.uuid4().hex[:20].upper(), "name": "Load"}),
        lambda: writing(person, seen, "archive", "/api/articles/", bearer, {
            "space": space, "title": f"Load {uuid.uuid4().hex}", "source": "Text."}),
    ]  # fmt: skip
    while time.monotonic() < end:
        chance.choice(writes if chance.random() < 0.25 else acts)()


def reading(person: Person, seen: Seen, service: str, path: str, headers: dict[str, str]) -> None:
    started = time.perf_counter()
    try:
        answer = person.get(service, path, headers=headers, allow_redirects=False)
        if answer.status_code != 200:
            seen.failed_reads.append(f"{service}{path}: {answer.status_code}")
    except requests.RequestException as error:
        seen.failed_reads.append(f"{service}{path}: {error}")
    seen.waits.append(time.perf_counter() - started)
    seen.reads[service] += 1


def writing(
    person: Person, seen: Seen, service: str, path: str, headers: dict[str, str], body: object
) -> None:
    url = person.stack.urls[service] + path
    try:
        answer = requests.post(url, json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        seen.acknowledged.append((service, path + answer.json()["id"] + "/"))
    except requests.RequestException as error:
        seen.failed_writes.append(f"{service}{path}: {error} {_words(error)}")


def _words(error: requests.RequestException) -> str:
    return error.response.text[:200] if error.response is not None else ""


def lost(addresses: Addresses, seen: Seen) -> list[str]:
    """Return the address of each acknowledged write that is not there."""
    person = Person(addresses, "admin", PASSWORD)  # type: ignore[arg-type]
    bearer = bearer_of(addresses)
    return [
        address
        for service, address in seen.acknowledged
        if person.get(service, address, headers=bearer).status_code != 200
    ]


def main() -> None:
    """Run, print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--clients", type=int, default=6)
    options.add_argument("--pooled", action="store_true", help="through PgBouncer (Debian's)")
    asked = options.parse_args()
    seen, gone = run(asked.seconds, asked.clients, pooled=asked.pooled)
    waits = sorted(seen.waits)
    print(f"reads             {sum(seen.reads.values()):>6}  failed {len(seen.failed_reads)}")
    print(f"writes            {len(seen.acknowledged):>6}  lost   {len(gone)}")
    print(f"writes refused    {len(seen.failed_writes):>6}  (their senders know)")
    print(f"wait for a read   median {waits[len(waits) // 2] * 1000:.0f} ms, "
          f"longest {waits[-1] * 1000:.0f} ms")  # fmt: skip
    print(f"connections       {seen.connections:>6}  of all services to PostgreSQL")
    for line in [*seen.failed_reads[:10], *seen.failed_writes[:10], *gone[:10]]:
        print(f"  {line}")
    sys.exit(1 if seen.failed_reads or gone else 0)


if __name__ == "__main__":
    main()
