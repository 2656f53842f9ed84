"""``./hm lock [--upgrade]``: write the lock files anew from the requirements.in files.

``constraints.txt`` holds one version of each package for all of HiveMatrix; each lock is compiled
under it, so that no two services run different versions. The locks carry versions and hashes and no
index address. pip's own configuration is left out: the hashes are those of the public index.
"""

from __future__ import annotations

import os
import subprocess
import sys

from deploy.local.console import Problem, run, say
from deploy.local.paths import ROOT, VAR
from deploy.local.services import SERVICES

HM_AUTH = "hm_auth/pyproject.toml"
LOCKS: dict[str, tuple[str, ...]] = {
    **{service.directory.name: (HM_AUTH,) for service in SERVICES},
    "deploy/local": (),
    "docs": (),
    "tests": (),
    "deploy/module_template/sample_project": (HM_AUTH,),
    "deploy/module_template/standalone/tests": (),
}
OPTIONS = (
    "--quiet",
    "--strip-extras",
    "--allow-unsafe",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-options",
    "--no-emit-trusted-host",
)


def lock(*, upgrade: bool) -> None:
    """Compile constraints.txt and every lock. Raises Problem."""
    python = VAR / "lock-tools/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pip-tools==7.6.2"], check=True)
    extra = ("--upgrade",) if upgrade else ()
    inputs = [HM_AUTH, *(f"{folder}/requirements.in" for folder in LOCKS)]
    _compile(python, "constraints.txt", [*extra, "--no-annotate", *inputs])
    for folder, more in LOCKS.items():
        arguments = ["--generate-hashes", "--constraint=constraints.txt", *extra, *more]
        _compile(python, f"{folder}/requirements.txt", [*arguments, f"{folder}/requirements.in"])


def _compile(python: os.PathLike[str], output: str, arguments: list[str]) -> None:
    say(f"Locking {output}")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "CUSTOM_COMPILE_COMMAND": "./hm lock"}
    if "PIP_CERT" in os.environ:
        environment["PIP_CERT"] = os.environ["PIP_CERT"]
    command = [str(python), "-m", "piptools", "compile", *OPTIONS, f"--output-file={output}"]
    done = subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise Problem(f"{output} could not be locked; pip-compile's words are above.")


def main() -> None:
    """Entry point of ``./hm lock``."""
    unknown = set(sys.argv[1:]) - {"--upgrade"}
    if unknown:
        raise Problem(f"./hm lock does not know {' '.join(sorted(unknown))}; it takes --upgrade.")
    lock(upgrade="--upgrade" in sys.argv)
    say("Done. ./hm demo and ./hm test install what changed at their next start.")


if __name__ == "__main__":
    run(main)
