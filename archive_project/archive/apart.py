"""Reading a stranger's file in a process of its own, with little memory and time.

``run`` is for the service, ``limit`` for the script that reads: what makes a parser loop or swell
ends that process and nothing else.
"""

from __future__ import annotations

import subprocess
import sys


def run(script: str, *arguments: str, content: bytes, longest: int) -> bytes:
    """Return what ``script``, the path of a file, writes when it is given ``content``.

    ``longest`` is how many seconds are waited. Raises OSError and subprocess.SubprocessError.
    """
    done = subprocess.run(
        [sys.executable, "-I", script, *arguments],
        input=content, capture_output=True, check=True, timeout=longest,
        env={},  # no passwords for a process that reads strangers' files
    )  # fmt: skip
    return done.stdout


def limit(*, seconds: int, memory: int) -> None:
    """Give this process ``seconds`` of CPU and ``memory`` bytes, and no more."""
    if sys.platform != "win32":  # which knows no such limits: there only the caller's time counts
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
