"""The commands and the Python of the documents do what is written there, against the demo.

Which blocks these are, their fences say: CONTRIBUTING.md, "Documents". The name of this file lets
it run last: what the examples change, no other test has to expect.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.services import BY_NAME
from tests.docs.pages import EXECUTED, blocks

SPOKEN_TO = ("nexus", "treasury", "archive")

PRELUDE = """
set -Eeuo pipefail
shopt -s inherit_errexit
trap 'echo "The example of $place failed." >&2' ERR
curl() {
    command curl --fail-with-body "$@" | tee answer || { tail -c 500 answer >&2; return 22; }
}
"""


def examples(kind: str) -> list[tuple[str, str]]:
    found = [block for page in EXECUTED for block in blocks(page) if block.kind == kind]
    return [(block.place, block.text) for block in found]


def run(stack, folder: Path, command: list[str], text: str) -> str:
    """Run what is written, with the addresses of the demo that runs, and return what it printed."""
    for name in SPOKEN_TO:
        url = f"http://127.0.0.1:{BY_NAME[name].port}"
        assert url in text, f"no example speaks to {name}"
        text = text.replace(url, stack.urls[name])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, input=text, cwd=folder, env={**stack.env("archive"), "PATH": path},
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stderr[-3000:]}\n{done.stdout[-3000:]}"
    return done.stdout


def test_the_commands_do_what_is_written(stack, tmp_path):
    assert shutil.which("curl"), "The examples need curl: sudo apt-get install curl"
    (tmp_path / "manage.py").symlink_to(BY_NAME["archive"].directory / "manage.py")
    parts = examples("sh")
    assert len(parts) > 15
    script = PRELUDE + "".join(f"\nplace={place}\n{text}" for place, text in parts)
    said = run(stack, tmp_path, ["bash", "-s"], script)
    assert '"name":"Acme Manufacturing"' in said.replace('": "', '":"')
    assert '"po_number":"4711"' in said.replace('": "', '":"')
    assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "note-again.txt").read_text() == "Call the office first.\n"
    assert (tmp_path / "acme.zip").stat().st_size > 1000


def test_the_python_does_what_is_written(stack, tmp_path):
    parts = examples("python")
    assert len(parts) > 4
    script = "".join(f"\n# {place}\n{text}" for place, text in parts)
    said = run(stack, tmp_path, [sys.executable, "-W", "error", "-"], script).splitlines()
    assert said[0].endswith(" Acme Manufacturing")
    assert said[1].endswith(" companies")
    assert int(said[1].split()[0]) > 10
