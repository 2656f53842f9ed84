"""What people see: calm lines on the terminal, and one sentence where something is wrong.

Standard library only.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable

FULL = "The disk is full: free some space (at least 1 GB) and run the same command again."
_NO_NETWORK = ("Failed to establish a new connection", "Temporary failure in name resolution")
_print_lock = threading.Lock()


class Problem(Exception):
    """Something the reader can mend; the message is one clear sentence that says how."""


def say(text: str = "") -> None:
    """Print one line, whole, whichever thread it comes from."""
    with _print_lock:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def colour(text: str, code: str) -> str:
    """Return ``text`` in the terminal colour ``code``, or as it is where colours do not belong."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{code}m{text}\033[0m"


def run(main: Callable[[], int | None] | Callable[[], None]) -> None:
    """Run a command to its exit code; a Problem or a full disk ends it with one sentence."""
    try:
        code = main() or 0
    except Problem as problem:
        complain(str(problem))
        code = 1
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        complain(FULL)
        code = 1
    sys.exit(code)


def complain(text: str) -> None:
    """Print a sentence about something wrong to standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def disk_is_full(output: str) -> bool:
    """Tell whether the output of a program says that the disk was full."""
    return "No space left on device" in output or "Disk quota exceeded" in output


def failed(what: str, output: str) -> Problem:
    """Return the Problem for a program that failed with ``output``, its last lines included."""
    if disk_is_full(output):
        return Problem(FULL)
    if any(words in output for words in _NO_NETWORK):
        return Problem(f"{what} failed: the network does not answer; check it and try again.")
    tail = "\n".join(f"  {line}" for line in output.strip().splitlines()[-15:])
    return Problem(f"{what} failed. Its last words:\n{tail}")
