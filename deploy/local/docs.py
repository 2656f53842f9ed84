"""``./hm docs``: README, docs/ and what they link to as a site in var/docs, to be read offline."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.console import Problem, run, say
from deploy.local.paths import ROOT, VAR

# The pages lie at their paths in the repository; who opens the folder is led to the first.
START = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>HiveMatrix</title>'
    '<meta http-equiv="refresh" content="0; url=docs/index.html">'
    '<a href="docs/index.html">The documentation of HiveMatrix</a></html>\n'
)


def build(target: Path) -> None:
    """Make the site in ``target``, anew; a link that leads nowhere is an error. Raises Problem."""
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--nitpicky"]
    command += ["--builder=html", "--conf-dir=docs", f"--doctree-dir={target}/.doctrees"]
    done = subprocess.run([*command, ".", str(target)], cwd=ROOT, check=False)
    if done.returncode:
        raise Problem("The site could not be made; Sphinx's words are above.")
    shutil.rmtree(target / ".doctrees")
    (target / "index.html").write_text(START, encoding="utf-8")


def main() -> None:
    """Entry point of ``./hm docs``."""
    target = VAR / "docs"
    build(target)
    say(f"Open {target / 'index.html'}")


if __name__ == "__main__":
    run(main)
