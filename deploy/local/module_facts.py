"""What a new module is called and where it listens, and whether it may be."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from deploy.local.console import Problem
from deploy.local.paths import ROOT
from deploy.local.services import SERVICES

LONGEST_NAME, LONGEST_TITLE = 20, 30
FIRST_PORT, PORTS = 5002, range(1024, 65536)
# PostgreSQL, Nexus, ./hm test or the server have another use for these.
RESERVED = {
    "postgres", "template0", "template1", "public", "none", "direct", "lint", "system", "local",
    "module", "backup", "hivematrix", "instance", "var", "project",
}  # fmt: skip
_WORD = re.compile(r"(?<![A-Za-z0-9])(sample|Sample|5099)(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Facts:
    """``name`` is its package, client id, database and host; ``title`` what people read."""

    name: str
    title: str
    icon: str
    port: int

    def fill(self, text: str) -> str:
        """Return a text of the template with the facts of this module."""
        facts = {"sample": self.name, "Sample": self.title, "5099": str(self.port)}
        filled = _WORD.sub(lambda found: facts[found[0]], text)
        return filled.replace('icon="box"', f'icon="{self.icon}"')

    def rename(self, path: Path) -> Path:
        """Return where a file of the template lies in this module."""
        return Path(*(_WORD.sub(lambda _: self.name, part) for part in path.parts))


def free_port() -> int:
    """Return the first port from 5002 on that no service of this clone has."""
    taken = {service.port for service in SERVICES}
    return next(port for port in range(FIRST_PORT, PORTS.stop) if port not in taken)


def check(facts: Facts) -> None:
    """Raise Problem, in a sentence for people, when a module cannot be called or listen so."""
    problem = (
        _name_problem(facts.name)
        or _port_problem(facts.port)
        or _title_problem(facts.title)
        or _icon_problem(facts.icon)
    )
    if problem:
        raise Problem(problem)


def git_url(url: str) -> str:
    """Return the URL as pip wants it. Raises Problem for what cannot be one."""
    if "://" not in url or re.search(r"[\s#\"']", url):
        raise Problem(f"{url} is no git URL; it looks like https://git.example/msp/hivematrix.git.")
    return url if url.startswith("git+") else f"git+{url}"


def _name_problem(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]+", name) or len(name) > LONGEST_NAME:
        return (
            f"{name} cannot be the name of a module: 2 to {LONGEST_NAME} small letters and digits, "
            "a letter first, as in helpdesk. What people read is --title."
        )
    if name in {service.name for service in SERVICES} or (ROOT / f"{name}_project").exists():
        return f"There is a module {name} already."
    if keyword.iskeyword(name) or name in RESERVED | sys.stdlib_module_names:
        return f"The name {name} is taken by Python or by HiveMatrix itself; choose another."
    if find_spec(name) or (ROOT / "tests" / name).exists() or (ROOT / name).exists():
        return f"The name {name} is taken by a package or folder that is here; choose another."
    return ""


def _port_problem(port: int) -> str:
    if port not in PORTS:
        return f"A port is a number from {PORTS.start} to {PORTS.stop - 1}, not {port}."
    for service in SERVICES:
        if service.port == port:
            return f"Port {port} is {service.title}'s; {free_port()} is free."
    return ""


def _title_problem(title: str) -> str:
    words = re.fullmatch(r"[^\W_](?:[^\W_]|[ -])*", title)
    if words and title == title.strip() and len(title) <= LONGEST_TITLE:
        return ""
    return f"A title has letters, digits, blanks and hyphens, {LONGEST_TITLE} at most: “Help desk”."


def _icon_problem(icon: str) -> str:
    try:
        lucide(icon, size=24)
    except IconDoesNotExist:
        return f"There is no icon {icon}; https://lucide.dev/icons shows those there are."
    return ""
