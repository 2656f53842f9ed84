"""``./hm new-module NAME``: write a module of one's own from ``deploy/module_template``.

The template is itself a working module, called ``sample``; a new one is its copy under another
name. Nothing that is there already is overwritten.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from deploy.local import module_facts
from deploy.local.console import Problem, run, say
from deploy.local.module_facts import Facts
from deploy.local.paths import ROOT

TEMPLATE = ROOT / "deploy/module_template"
STANDALONE = TEMPLATE / "standalone"  # what only a module outside this repository needs
SYSTEM_TEST = Path("tests/system/test_sample.py")
LOCK = "requirements.txt"
SKIPPED = ("__pycache__", "instance")


def write(facts: Facts, folder: Path, *, hm_auth_url: str = "") -> list[Path]:
    """Write the module into ``folder`` and return its files. Raises Problem, and writes nothing.

    With ``hm_auth_url`` the folder becomes a repository of its own that gets hm_auth from there.
    """
    files = _copies(TEMPLATE, facts, folder)
    if hm_auth_url:
        for path, text in _copies(STANDALONE, facts, folder).items():
            files[path] = text.replace("HM_AUTH_URL", hm_auth_url)
        del files[folder / facts.rename(SYSTEM_TEST)]  # it needs the other services
    else:
        del files[folder / "tests/__init__.py"]  # the repository's own is there
    if taken := sorted(path for path in files if path.exists()):
        raise Problem(f"{taken[0]} is there already; nothing was written.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _tidy(folder, [path for path in files if path.suffix == ".py"])
    return sorted(files)


def _copies(part: Path, facts: Facts, folder: Path) -> dict[Path, str]:
    """Return the files of a part of the template: where each goes below ``folder``, its text."""
    return {
        folder / facts.rename(source.relative_to(part)): _text(source, facts)
        for source in sorted(part.rglob("*"))
        if source.is_file()
        and not set(SKIPPED) & set(source.parts)
        and (part == STANDALONE or STANDALONE not in source.parents)
    }


def _text(source: Path, facts: Facts) -> str:
    text = source.read_text(encoding="utf-8")
    if source.name == LOCK:  # hashes stay as they are; only the comments name the module
        here = f"{TEMPLATE.relative_to(ROOT)}/"
        text = text.replace(f"{here}standalone/", "")
        return text.replace(f"{here}sample_project", f"{facts.name}_project")
    return facts.fill(text)


def _tidy(folder: Path, files: list[Path]) -> None:
    """Put imports in the order of the new name, and lines that became long into two."""
    config = f"--config={ROOT / 'pyproject.toml'}"
    own = f'src=["{folder}","{folder}/*_project","{ROOT}"]'
    imports = ["check", "--select=I", "--fix", "--config", own]
    for words in (imports, ["format"]):
        command = [sys.executable, "-m", "ruff", *words, "--quiet", "--no-cache", config]
        subprocess.run([*command, *map(str, files)], cwd=ROOT, check=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./hm new-module",
        description="Write a module of your own: a page, an API, sign-in through Nexus, tests. "
        "docs/new-module.md says what to do with it.",
    )
    parser.add_argument("name", help="its Python package and Nexus's name for it, as: helpdesk")
    parser.add_argument("--port", type=int, help="port to listen on (default: the next free one)")
    parser.add_argument("--title", help='what people call it, as: "Help desk"')
    parser.add_argument("--icon", default="box", help="a name of lucide.dev/icons (default: box)")
    parser.add_argument("--to", type=Path, metavar="DIR", help="write a repository of its own")
    parser.add_argument(
        "--hm-auth-url", metavar="URL", help="with --to: the git URL of HiveMatrix, for hm_auth"
    )
    return parser


def main() -> None:
    """Entry point of ``./hm new-module``."""
    options = _parser().parse_args()
    if bool(options.to) != bool(options.hm_auth_url):
        raise Problem("--to and --hm-auth-url go together: elsewhere, hm_auth comes by git.")
    facts = Facts(
        name=options.name,
        title=options.title or options.name.capitalize(),
        icon=options.icon,
        port=module_facts.free_port() if options.port is None else options.port,
    )
    module_facts.check(facts)
    folder = options.to.resolve() if options.to else ROOT
    url = module_facts.git_url(options.hm_auth_url) if options.to else ""
    files = write(facts, folder, hm_auth_url=url)
    say(f"Wrote {len(files)} files of {facts.title} (port {facts.port}) to {folder}.")
    if options.to:
        say("README.md there says how to set it up, start it and run its tests.")
    else:
        say(f"Its tests:  ./hm test {facts.name}\nIts page:   ./hm demo, then choose {facts.title}")


if __name__ == "__main__":
    run(main)
